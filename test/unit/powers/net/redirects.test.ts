import { describe, expect, test } from "vitest";
import { fail } from "../../../../runtime/core/errors.ts";
import { site } from "../../../support/site.ts";
import { client, code, later, text } from "./client.ts";

describe("redirects", () => {
  const chain = async (answer: Parameters<typeof site>[0]) => {
    const second = later(await site((_request, response) => response.end("second")));
    const first = later(await site(answer.bind(undefined)));
    return { first, second };
  };
  const redirect =
    (status: number, to: () => string): Parameters<typeof site>[0] =>
    (_request, response) =>
      response.writeHead(status, { location: to() }).end();

  test("each hop is asked for and judged", async () => {
    let to = "";
    const { first, second } = await chain(redirect(302, () => to));
    to = `${second.origin}/there?q#hash`;
    const { fetch, lease } = client();
    const head = await fetch(`${first.origin}/`);
    expect([await text(head), head.redirected, head.url]).toEqual([
      "second",
      true,
      `${second.origin}/there?q`,
    ]);
    expect(lease.obtained).toEqual([{ kind: "net", url: `${second.origin}/there?q#hash`, method: "GET" }]);
    expect(lease.admitted).toHaveLength(2);
  });

  test("a refused hop ends the request before anything is sent there", async () => {
    let to = "";
    const { first, second } = await chain(redirect(302, () => to));
    to = `${second.origin}/`;
    const { fetch } = client({
      resolve: () => {
        throw fail("E_NET", "not granted");
      },
    });
    await expect(fetch(`${first.origin}/`)).rejects.toMatchObject(code("E_NET"));
    expect(second.connections()).toBe(0);
  });

  const methods: readonly [status: number, method: string, next: string, body: string, why: string][] = [
    [301, "POST", "GET", "", "301 turns POST into GET"],
    [302, "POST", "GET", "", "302 turns POST into GET"],
    [302, "PUT", "PUT", "data", "302 leaves PUT"],
    [303, "PUT", "GET", "", "303 turns everything into GET"],
    [303, "HEAD", "HEAD", "", "303 leaves HEAD"],
    [307, "POST", "POST", "data", "307 leaves method and body"],
    [308, "POST", "POST", "data", "308 leaves method and body"],
  ];
  for (const [status, method, next, body, why] of methods)
    test(why, async () => {
      let to = "";
      const { first, second } = await chain(redirect(status, () => to));
      to = `${second.origin}/`;
      const { fetch } = client();
      const data = method === "HEAD" ? null : Buffer.from("data");
      await fetch(`${first.origin}/`, { method, body: data, headers: [["content-type", "text/plain"]] });
      expect(second.requests[0]).toMatchObject({ method: next, body });
      expect(second.requests[0]?.headers["content-type"]).toBe(
        body === "" && method !== "HEAD" ? undefined : "text/plain",
      );
    });

  test("only safelisted headers go along to another origin", async () => {
    let to = "";
    const { first, second } = await chain(redirect(307, () => to));
    to = `${second.origin}/`;
    const headers: [string, string][] = [
      ["authorization", "Bearer x"],
      ["cookie", "a=b"],
      ["x-api-key", "k"],
      ["content-type", "application/json"],
      ["accept", "text/html"],
      ["accept-language", "de"],
      ["range", "bytes=0-9"],
      ["user-agent", "mine"],
    ];
    await client().fetch(`${first.origin}/`, { method: "POST", headers, body: Buffer.from("{}") });
    expect(first.requests[0]?.headers).toMatchObject({
      authorization: "Bearer x",
      cookie: "a=b",
      "x-api-key": "k",
    });
    const seen = second.requests[0]?.headers ?? {};
    expect(Object.keys(seen).sort()).toEqual([
      "accept",
      "accept-encoding",
      "accept-language",
      "connection",
      "content-length",
      "host",
      "range",
      "user-agent",
    ]);
    expect(seen).toMatchObject({ accept: "text/html", "accept-language": "de", "user-agent": "sbx" });
  });

  test("all headers go along within one origin", async () => {
    const server = later(
      await site((request, response) =>
        request.url === "/a" ? response.writeHead(302, { location: "/b" }).end() : response.end("b"),
      ),
    );
    await text(await client().fetch(`${server.origin}/a`, { headers: [["authorization", "Bearer x"]] }));
    expect(server.requests[1]?.headers.authorization).toBe("Bearer x");
  });

  test("headers that were dropped do not come back on the way home", async () => {
    let home = "";
    const second = later(
      await site((_request, response) => response.writeHead(302, { location: `${home}/end` }).end()),
    );
    const first = later(
      await site((request, response) =>
        request.url === "/"
          ? response.writeHead(302, { location: second.origin }).end()
          : response.end("end"),
      ),
    );
    home = first.origin;
    await text(await client().fetch(`${first.origin}/`, { headers: [["authorization", "Bearer x"]] }));
    expect(first.requests[1]?.headers.authorization).toBeUndefined();
  });

  test("twenty redirects are followed, the next is not", async () => {
    const server = later(
      await site((request, response) => {
        const left = Number(request.url?.slice(1));
        if (left === 0) response.end("end");
        else response.writeHead(302, { location: `/${left - 1}` }).end();
      }),
    );
    const { fetch } = client();
    expect(await text(await fetch(`${server.origin}/20`))).toBe("end");
    await expect(fetch(`${server.origin}/21`)).rejects.toMatchObject(code("E_UNAVAILABLE"));
  });

  const places: readonly [location: string, why: string][] = [
    ["file:///etc/passwd", "to a file"],
    ["data:text/plain,x", "to data"],
    ["http://", "to nothing"],
    ["http://user:pass@127.0.0.1/", "with credentials"],
  ];
  for (const [location, why] of places)
    test(`a redirect ${why} fails`, async () => {
      const server = later(await site(redirect(302, () => location)));
      await expect(client().fetch(`${server.origin}/`)).rejects.toMatchObject({
        code: expect.stringMatching(/E_UNAVAILABLE|E_INVALID/),
      });
    });

  test("manual gives the redirect itself", async () => {
    const server = later(await site(redirect(302, () => "/x")));
    const head = await client().fetch(`${server.origin}/`, { redirect: "manual" });
    expect(head.status).toBe(302);
    expect(head.headers).toContainEqual(["location", "/x"]);
  });

  test("error refuses a redirect", async () => {
    const server = later(await site(redirect(302, () => "/x")));
    await expect(client().fetch(`${server.origin}/`, { redirect: "error" })).rejects.toMatchObject(
      code("E_UNAVAILABLE"),
    );
    expect(server.requests).toHaveLength(1);
  });
});
