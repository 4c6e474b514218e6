import { describe, expect, test } from "vitest";
import { rawSite, site } from "../../../support/site.ts";
import { bytes, client, code, later, text } from "./client.ts";

const hello = () => site((_request, response) => response.end("hello"));

describe("ends", () => {
  const silent = () => rawSite(() => {});
  test("no answer within the request timeout", async () => {
    const server = later(await silent());
    await expect(client({ limits: { requestTimeout: 60 } }).fetch(`${server.origin}/`)).rejects.toMatchObject(
      code("E_LIMIT_TIME"),
    );
  });
  test("a name server that does not answer", async () => {
    const { fetch } = client({ limits: { requestTimeout: 60 } }, { lookup: () => new Promise(() => {}) });
    await expect(fetch("http://name.example/")).rejects.toMatchObject(code("E_LIMIT_TIME"));
  });
  test("time spent on a judgement does not count", async () => {
    const server = later(await hello());
    const { fetch, lease } = client({ limits: { requestTimeout: 150 } });
    const admit = lease.admit.bind(lease);
    lease.admit = async (target) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return admit(target);
    };
    expect(await text(await fetch(`${server.origin}/`))).toBe("hello");
  });
  for (const [stage, lookup] of [
    ["a look-up", () => new Promise<string[]>(() => {})],
    ["the wait for an answer", async () => ["127.0.0.1"]],
  ] as const)
    test(`the lease ends during ${stage}`, async () => {
      const server = later(await silent());
      const { fetch, lease } = client({}, { lookup });
      const answer = fetch(`http://name.example:${server.port}/`);
      setTimeout(() => lease.end(), 30);
      await expect(answer).rejects.toMatchObject(code("E_REVOKED"));
    });
  test("a lease that has ended sends nothing", async () => {
    const server = later(await hello());
    const { fetch, lease } = client();
    lease.end();
    await expect(fetch(`${server.origin}/`)).rejects.toMatchObject(code("E_REVOKED"));
    expect(server.connections()).toBe(0);
  });
  test("the lease ends while the body comes", async () => {
    const server = later(await site((_request, response) => response.write("part")));
    const { fetch, lease } = client();
    const head = await fetch(`${server.origin}/`);
    expect(Buffer.from((await head.body?.read(100)) ?? []).toString()).toBe("part");
    setTimeout(() => lease.end(), 30);
    await expect(head.body?.read(100)).rejects.toMatchObject(code("E_REVOKED"));
  });
  test("a body that stops coming", async () => {
    const server = later(await site((_request, response) => response.write("part")));
    const head = await client({ limits: { requestTimeout: 60 } }).fetch(`${server.origin}/`);
    await expect(bytes(head)).rejects.toMatchObject(code("E_LIMIT_TIME"));
  });
  test("a cancelled body closes its connection", async () => {
    let closed = false;
    const server = later(
      await site((_request, response) => {
        response.write("part");
        response.on("close", () => {
          closed = true;
        });
      }),
    );
    const head = await client().fetch(`${server.origin}/`);
    await head.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(closed).toBe(true);
    await expect(head.body?.read(1)).rejects.toMatchObject(code("E_UNAVAILABLE"));
  });
});
