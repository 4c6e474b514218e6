import { createServer as createPlain, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { proxyOf } from "../../../../runtime/powers/net/proxy.ts";
import { authority, certificate, key } from "../../../support/certificate.ts";
import { type ProxyOptions, proxySite } from "../../../support/proxy.ts";
import { client, code, later, text } from "./client.ts";

/** A public address that nothing listens on: only a proxy that goes elsewhere reaches it. */
const PUBLIC = "11.22.33.1";
const lookup = async () => [PUBLIC];

async function site(secure: boolean) {
  const hosts: (string | undefined)[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    hosts.push(request.headers.host);
    response.end("reached");
  };
  const server = secure ? createServer({ key, cert: certificate }, answer) : createPlain(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return later({
    port,
    hosts,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

async function through(options: ProxyOptions, credentials = "") {
  const proxy = later(await proxySite(options));
  const url = proxy.url.replace("://", `://${credentials}`);
  return { proxy, ...client({}, { lookup, ca: [authority], proxy: url }) };
}

describe("the proxy's URL", () => {
  const plain = { secure: false, host: "proxy.example", authorization: undefined };
  test.each([
    { why: "has its scheme's port", url: "http://proxy.example", is: { ...plain, port: 80 } },
    { why: "can be a secure one", url: "https://proxy.example", is: { ...plain, secure: true, port: 443 } },
    {
      why: "carries credentials, decoded",
      url: "http://ada:p%40ss@proxy.example:3128",
      is: { ...plain, port: 3128, authorization: "Basic YWRhOnBAc3M=" },
    },
    { why: "can be an address of version 6", url: "http://[::1]:1/", is: { ...plain, host: "::1", port: 1 } },
  ])("$why", ({ url, is }) => expect(proxyOf(url)).toEqual(is));
});

describe("through a proxy", () => {
  test.each([
    { why: "plain http goes through a tunnel too", secure: false, scheme: "http" },
    { why: "https keeps its own name and certificate", secure: false, scheme: "https" },
    { why: "the way to the proxy can be encrypted", secure: true, scheme: "https" },
  ])("$why", async ({ secure, scheme }) => {
    const { port, hosts } = await site(scheme === "https");
    const { proxy, fetch } = await through({ secure, to: port });
    expect(await text(await fetch(`${scheme}://name.example:${port}/`))).toBe("reached");
    // The address that was judged, never the name; the name only behind the tunnel.
    expect(proxy.asked).toEqual([{ place: `${PUBLIC}:${port}`, credentials: undefined }]);
    expect(hosts).toEqual([`name.example:${port}`]);
  });

  test("the credentials go to the proxy and to nobody else", async () => {
    const { port } = await site(false);
    const { proxy, fetch } = await through({ to: port }, "ada:secret@");
    await text(await fetch(`http://name.example:${port}/`));
    expect(proxy.asked[0]?.credentials).toBe("Basic YWRhOnNlY3JldA==");
  });

  test("an address that is not admitted is never asked for", async () => {
    const proxy = later(await proxySite());
    const refused = Object.assign(new Error("no"), { code: "E_NET_LOCAL" });
    const { fetch } = client(
      {
        judge: () => {
          throw refused;
        },
      },
      { lookup: async () => ["10.0.0.1"], proxy: proxy.url },
    );
    await expect(fetch("http://inside.example/")).rejects.toThrow("no");
    expect(proxy.asked).toEqual([]);
  });

  test.each([
    { why: "a refusal names the status", options: { status: 403 }, says: /the proxy answered 403/ },
    { why: "a wish for credentials is said", options: { status: 407 }, says: /407 \(it wants credentials\)/ },
    { why: "a redirect of the proxy's is not followed", options: { status: 302 }, says: /answered 302/ },
  ])("$why", async ({ options, says }) => {
    const { fetch } = await through(options);
    await expect(fetch("http://name.example/")).rejects.toThrow(says);
  });

  test("what the proxy says before the server was asked is not believed", async () => {
    const { port } = await site(false);
    const { fetch } = await through({ to: port, early: "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nlie" });
    await expect(fetch(`http://name.example:${port}/`)).rejects.toThrow(/spoke out of turn/);
  });

  test("a proxy that is not there is said to be unreachable", async () => {
    const gone = await proxySite();
    gone.close();
    const { fetch } = client({}, { lookup, proxy: gone.url });
    await expect(fetch("http://name.example/")).rejects.toMatchObject(code("E_UNAVAILABLE"));
  });

  test("a secure proxy must prove who it is", async () => {
    const proxy = later(await proxySite({ secure: true }));
    const { fetch } = client({}, { lookup, proxy: proxy.url });
    await expect(fetch("http://name.example/")).rejects.toMatchObject(code("E_UNAVAILABLE"));
    expect(proxy.asked).toEqual([]);
  });
});
