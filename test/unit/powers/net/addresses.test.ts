import { describe, expect, test } from "vitest";
import { type Address, parseAddress } from "../../../../runtime/core/address.ts";
import type { Target } from "../../../../runtime/core/capability.ts";
import { fail } from "../../../../runtime/core/errors.ts";
import { Deadline } from "../../../../runtime/powers/net/deadline.ts";
import { dial } from "../../../../runtime/powers/net/dial.ts";
import { resolveUrl } from "../../../../runtime/powers/net/url.ts";
import { rawSite, site } from "../../../support/site.ts";
import { client, code, later, text } from "./client.ts";

const hello = () => site((_request, response) => response.end("hello"));
const addresses = (targets: readonly Target[]) =>
  targets.map((target) => (target.kind === "net" ? target.address : undefined));

describe("addresses", () => {
  test("a peer that was not judged hears nothing", async () => {
    const heard: string[] = [];
    const server = later(await rawSite((_socket, first) => heard.push(first)));
    // Node asks no look-up for a literal address, so that the judged list is not what is dialled.
    const target = resolveUrl({ kind: "net", url: `${server.origin}/`, method: "GET" });
    const other = parseAddress("93.184.216.34") as Address;
    await expect(dial(target, [other], new Deadline(1000, [], "x"), {})).rejects.toMatchObject(
      code("E_UNAVAILABLE"),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toEqual([]);
  });

  test("the host that is sent is the host that was judged", async () => {
    const server = later(await hello());
    const { fetch } = client({}, { lookup: async () => ["127.0.0.1"] });
    await text(await fetch(`http://NAME.example.:${server.port}/%7e?q`));
    expect(server.requests[0]).toMatchObject({
      url: "/%7e?q",
      headers: { host: `name.example:${server.port}` },
    });
  });

  test("a literal address is judged before it is dialled", async () => {
    const server = later(await hello());
    const { fetch, lease } = client();
    expect(await text(await fetch(`${server.origin}/`))).toBe("hello");
    expect(addresses(lease.admitted)).toEqual(["127.0.0.1"]);
  });

  test("one refused address refuses the whole name, unconnected", async () => {
    const server = later(await hello());
    const judge = (target: Target) => {
      if (target.kind === "net" && target.address === "127.0.0.1") throw fail("E_NET_LOCAL", "not public");
    };
    const { fetch } = client({ judge }, { lookup: async () => ["93.184.216.34", "127.0.0.1"] });
    await expect(fetch(`http://name.example:${server.port}/`)).rejects.toMatchObject(code("E_NET_LOCAL"));
    expect(server.connections()).toBe(0);
  });

  test("a name is looked up once, and only what was judged is dialled", async () => {
    const server = later(await hello());
    const answers = [["127.0.0.1"], ["127.0.0.9"]];
    let asked = 0;
    const { fetch, lease } = client({}, { lookup: async () => answers[asked++] ?? [] });
    expect(await text(await fetch(`http://name.example:${server.port}/`))).toBe("hello");
    expect(asked).toBe(1);
    expect(addresses(lease.admitted)).toEqual(["127.0.0.1"]);
    expect(server.requests[0]?.headers.host).toBe(`name.example:${server.port}`);
  });

  test("the next address is tried when one does not answer", async () => {
    const server = later(await hello());
    const { fetch } = client({}, { lookup: async () => ["::1", "127.0.0.1"] });
    expect(await text(await fetch(`http://name.example:${server.port}/`))).toBe("hello");
  });

  test("a kept connection is judged again, without asking a name server", async () => {
    const server = later(await hello());
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      return ["127.0.0.1"];
    };
    let refuse = false;
    const judge = () => {
      if (refuse) throw fail("E_NET", "no more");
    };
    const { fetch, lease } = client({ judge }, { lookup });
    const url = `http://name.example:${server.port}/`;
    await text(await fetch(url));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await text(await fetch(url));
    expect([server.connections(), asked, lease.admitted.length]).toEqual([1, 1, 2]);
    refuse = true;
    await expect(fetch(url)).rejects.toMatchObject(code("E_NET"));
    expect(server.requests).toHaveLength(2);
  });

  test("a name that does not exist says so in the plugin's words", async () => {
    const lookup = async () =>
      Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND 10.9.8.7"), { code: "ENOTFOUND" }));
    const { fetch } = client({}, { lookup });
    await expect(fetch("http://name.example/")).rejects.toMatchObject({
      code: "E_UNAVAILABLE",
      message: "could not find the host name.example",
    });
  });

  test("a refused connection names host and port, no address", async () => {
    const server = await hello();
    await server.close();
    const { fetch } = client({}, { lookup: async () => ["127.0.0.1"] });
    await expect(fetch(`http://name.example:${server.port}/`)).rejects.toMatchObject({
      code: "E_UNAVAILABLE",
      message: `could not connect to name.example:${server.port}`,
    });
  });

  test("32 connections to one host at once, the next waits", async () => {
    const held: (() => void)[] = [];
    const server = later(await site((_request, response) => held.push(() => response.end("x"))));
    const { fetch } = client();
    const all = Array.from({ length: 40 }, () => fetch(`${server.origin}/`).then(text));
    while (held.length < 32) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([held.length, server.connections()]).toEqual([32, 32]);
    const timer = setInterval(() => held.shift()?.(), 2);
    expect(await Promise.all(all)).toHaveLength(40);
    clearInterval(timer);
    expect(server.connections()).toBe(32);
  });

  test("a kept connection that the server closed meanwhile is replaced", async () => {
    let count = 0;
    const server = later(
      await rawSite((socket) => {
        count += 1;
        const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        socket.write(answer);
        if (count === 1) socket.once("data", () => socket.destroy());
      }),
    );
    const { fetch } = client();
    expect(await text(await fetch(`${server.origin}/`))).toBe("ok");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await text(await fetch(`${server.origin}/`))).toBe("ok");
    expect(server.connections()).toBe(2);
  });
});
