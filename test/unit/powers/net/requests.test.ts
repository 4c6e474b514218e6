import { describe, expect, test } from "vitest";
import type { Target } from "../../../../runtime/core/capability.ts";
import { fail } from "../../../../runtime/core/errors.ts";
import { Upload } from "../../../../runtime/core/upload.ts";
import { rawSite, site } from "../../../support/site.ts";
import { client, code, later, text } from "./client.ts";

const hello = () => site((_request, response) => response.end("hello"));

describe("request headers", () => {
  const refused = [
    "Host",
    "Forwarded",
    "X-Forwarded-For",
    "X-Original-URL",
    "X-Rewrite-URL",
    "x_forwarded_for",
    "X-Forwarded",
    "Connection",
    "Keep-Alive",
    "Proxy-Authorization",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Content-Length",
    "Via",
    "Expect",
  ];
  for (const name of refused)
    test(`${name} cannot be set`, async () => {
      await expect(client().fetch("http://127.0.0.1:1/", { headers: [[name, "x"]] })).rejects.toMatchObject(
        code("E_INVALID"),
      );
    });
  const broken: readonly [name: string, value: string, why: string][] = [
    ["x-a", "a\r\nHost: evil", "a line break in a value"],
    ["x-a", "a\nb", "a line feed in a value"],
    ["x-a", "a\0b", "NUL in a value"],
    ["x-a", "ü…", "a character beyond one byte"],
    ["x a", "b", "a space in a name"],
    ["x-a\r\n", "b", "a line break in a name"],
    ["", "b", "no name"],
  ];
  for (const [name, value, why] of broken)
    test(`${why} is refused`, async () => {
      await expect(client().fetch("http://127.0.0.1:1/", { headers: [[name, value]] })).rejects.toMatchObject(
        code("E_INVALID"),
      );
    });

  test("a method override is judged as any method", async () => {
    const server = later(await hello());
    const judge = (target: Target) => {
      if (target.kind === "net" && target.method === "*") throw fail("E_NET", "the grant names methods");
    };
    const headers: [string, string][] = [["X-HTTP_Method-Override", "DELETE"]];
    await expect(client({ judge }).fetch(`${server.origin}/`, { headers })).rejects.toMatchObject(
      code("E_NET"),
    );
    expect(server.connections()).toBe(0);
    expect(await text(await client().fetch(`${server.origin}/`, { headers }))).toBe("hello");
  });

  test("proxy variables steer nothing", async () => {
    const server = later(await hello());
    process.env.http_proxy = process.env.HTTP_PROXY = process.env.NODE_USE_ENV_PROXY = "http://127.0.0.1:1";
    try {
      expect(await text(await client().fetch(`${server.origin}/`))).toBe("hello");
    } finally {
      for (const name of ["http_proxy", "HTTP_PROXY", "NODE_USE_ENV_PROXY"]) delete process.env[name];
    }
  });

  test("repeated headers are joined, cookies with a semicolon", async () => {
    const server = later(await hello());
    const headers: [string, string][] = [
      ["x-a", "1"],
      ["X-A", "2"],
      ["cookie", "a=1"],
      ["cookie", "b=2"],
      ["__proto__", "p"],
    ];
    await text(await client().fetch(`${server.origin}/`, { headers }));
    expect(server.requests[0]?.headers).toMatchObject({ "x-a": "1, 2", cookie: "a=1; b=2" });
  });
});

describe("uploads", () => {
  test("a body is sent whole, with its length, and charged", async () => {
    const server = later(await hello());
    const { fetch, lease } = client();
    await text(await fetch(`${server.origin}/`, { method: "POST", body: Buffer.from("abc") }));
    expect(server.requests[0]).toMatchObject({ body: "abc", headers: { "content-length": "3" } });
    expect(lease.spent.out).toBe(3 + 1);
  });

  test("a streamed body is pulled as it is written, each write waits until it is taken", async () => {
    const server = later(await site((_request, response, body) => response.end(String(body.length))));
    const upload = new Upload();
    const { fetch } = client();
    const answer = fetch(`${server.origin}/`, { method: "POST", upload });
    for (let at = 0; at < 50; at += 1) await upload.write(new Uint8Array(100_000));
    upload.end();
    expect(await text(await answer)).toBe("5000000");
    expect(server.requests[0]?.headers["transfer-encoding"]).toBe("chunked");
    await expect(upload.write(new Uint8Array(1))).rejects.toMatchObject(code("E_INVALID"));
  });

  test("a writer is held back while the server does not read", async () => {
    const server = later(await rawSite((socket) => socket.pause()));
    const upload = new Upload();
    const { fetch, lease } = client();
    const answer = fetch(`${server.origin}/`, { method: "POST", upload });
    answer.catch(() => {});
    let taken = 0;
    const writing = (async () => {
      for (;;) {
        await upload.write(new Uint8Array(262_144));
        taken += 262_144;
      }
    })();
    writing.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = taken;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(taken).toBe(before);
    expect(taken).toBeLessThan(16 * 2 ** 20);
    lease.end();
    await expect(answer).rejects.toMatchObject(code("E_REVOKED"));
    await expect(writing).rejects.toMatchObject(code("E_REVOKED"));
  });

  test("a body that breaks off breaks the request off", async () => {
    const server = later(await hello());
    const upload = new Upload();
    const answer = client().fetch(`${server.origin}/`, { method: "POST", upload });
    await upload.write(new Uint8Array(10));
    upload.end(fail("E_UNAVAILABLE", "gone"));
    await expect(answer).rejects.toMatchObject({ message: "gone" });
    expect(server.requests).toHaveLength(0);
  });

  test("a refused request refuses whoever writes its body", async () => {
    const upload = new Upload();
    const judge = () => {
      throw fail("E_NET", "not granted");
    };
    const writing = upload.write(new Uint8Array(1));
    const answer = client({ judge }).fetch("http://127.0.0.1:1/", { method: "POST", upload });
    await expect(answer).rejects.toMatchObject(code("E_NET"));
    await expect(writing).rejects.toMatchObject(code("E_NET"));
  });

  test("requests that fail before they are sent leave no connection taken", async () => {
    const server = later(await hello());
    const { fetch } = client({ budget: 1000 });
    for (let at = 0; at < 8; at += 1)
      await fetch(`${server.origin}/`, { method: "POST", body: Buffer.alloc(2000) }).catch(() => {});
    const { fetch: other } = client();
    expect(await text(await other(`${server.origin}/`))).toBe("hello");
    const waiting = fetch(`${server.origin}/`, { method: "POST", body: Buffer.alloc(2000) });
    await expect(waiting).rejects.toMatchObject(code("E_LIMIT_BYTES"));
  });

  test("what exceeds the budget is not sent", async () => {
    const server = later(await hello());
    const { fetch } = client({ budget: 1000 });
    await expect(
      fetch(`${server.origin}/`, { method: "POST", body: Buffer.alloc(2000) }),
    ).rejects.toMatchObject(code("E_LIMIT_BYTES"));
    expect(server.requests).toHaveLength(0);
  });

  test("a streamed body cannot follow a redirect", async () => {
    const server = later(
      await site((_request, response) => response.writeHead(307, { location: "/x" }).end()),
    );
    const upload = new Upload();
    upload.end();
    await expect(client().fetch(`${server.origin}/`, { method: "POST", upload })).rejects.toMatchObject(
      code("E_UNAVAILABLE"),
    );
  });
});
