import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { rawSite, site } from "../../../support/site.ts";
import { bytes, client, code, later, text } from "./client.ts";

const MiB = 2 ** 20;

describe("content codings", () => {
  const plain = Buffer.from("plain text ".repeat(1000));
  const table: readonly [encoding: string, body: Buffer, why: string][] = [
    ["gzip", gzipSync(plain), "gzip"],
    ["x-gzip", gzipSync(plain), "gzip by its old name"],
    ["deflate", deflateSync(plain), "deflate with the zlib header"],
    ["deflate", deflateRawSync(plain), "deflate without it"],
    ["br", brotliCompressSync(plain), "Brotli"],
    ["zstd", zstdCompressSync(plain), "Zstandard"],
    ["gzip, br", brotliCompressSync(gzipSync(plain)), "two, undone in reverse order"],
    ["identity", plain, "none, said aloud"],
    ["unknown", plain, "one that is not known stays"],
  ];
  for (const [encoding, body, why] of table)
    test(why, async () => {
      const server = later(
        await site((_request, response) =>
          response.writeHead(200, { "content-encoding": encoding }).end(body),
        ),
      );
      const { fetch, lease } = client();
      expect((await bytes(await fetch(`${server.origin}/`))).equals(plain)).toBe(true);
      expect(lease.spent.in).toBe(plain.length);
    });

  test.each([
    ["five layers", "gzip, gzip, gzip, gzip, gzip"],
    ["two layers that keep 16 MB each", "br, zstd"],
  ])("%s are refused", async (_, encoding) => {
    const server = later(
      await site((_request, response) => response.writeHead(200, { "content-encoding": encoding }).end("x")),
    );
    await expect(client().fetch(`${server.origin}/`).then(bytes)).rejects.toMatchObject(
      code("E_UNAVAILABLE"),
    );
  });

  test("broken data is an error", async () => {
    const server = later(
      await site((_request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip at all"),
      ),
    );
    await expect(client().fetch(`${server.origin}/`).then(bytes)).rejects.toMatchObject({
      code: "E_UNAVAILABLE",
      message: expect.stringContaining("compressed"),
    });
  });
});

describe("limits", () => {
  const zeros = Buffer.alloc(64 * MiB);
  const bombs: readonly [string, Buffer][] = [
    ["gzip", gzipSync(zeros)],
    ["deflate", deflateSync(zeros)],
    ["br", brotliCompressSync(zeros)],
    ["zstd", zstdCompressSync(zeros)],
  ];
  for (const [encoding, body] of bombs)
    test(`a ${encoding} bomb ends at the body limit`, async () => {
      const server = later(
        await site((_request, response) =>
          response.writeHead(200, { "content-encoding": encoding }).end(body),
        ),
      );
      const { fetch, lease } = client({ limits: { body: MiB } });
      const head = await fetch(`${server.origin}/`);
      await expect(bytes(head)).rejects.toMatchObject(code("E_LIMIT_BYTES"));
      expect(lease.spent.in).toBeLessThanOrEqual(MiB);
      await expect(head.body?.read(1)).rejects.toMatchObject(code("E_LIMIT_BYTES"));
    });

  test("compressed data that decompress to nothing end at the body limit", async () => {
    const empty = gzipSync("");
    const server = later(
      await rawSite((socket) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
        const more = () => {
          while (!socket.destroyed && socket.write(Buffer.concat(Array(1000).fill(empty))));
        };
        socket.on("drain", more);
        more();
      }),
    );
    await expect(
      client({ limits: { body: MiB } })
        .fetch(`${server.origin}/`)
        .then(bytes),
    ).rejects.toMatchObject(code("E_LIMIT_BYTES"));
  });

  test.each([
    ["br", brotliCompressSync(Buffer.alloc(MiB))],
    ["zstd", zstdCompressSync(Buffer.alloc(MiB))],
  ])(
    "answers that keep a large window (%s) are read eight at a time; the next waits for one to end",
    async (encoding, body) => {
      const server = later(
        await site((_request, response) =>
          response.writeHead(200, { "content-encoding": encoding }).end(body),
        ),
      );
      const { fetch } = client();
      const heads = await Promise.all(Array.from({ length: 11 }, () => fetch(`${server.origin}/`)));
      const firsts = heads.map((head) => head.body?.read(1));
      await Promise.all(firsts.slice(0, 8));
      const waits = (at: number) =>
        Promise.race([firsts[at]?.then(() => "read"), new Promise((done) => setTimeout(done, 50, "waits"))]);
      expect([await waits(8), await waits(9)]).toEqual(["waits", "waits"]);
      await heads[8]?.body?.cancel();
      await heads[0]?.body?.cancel();
      await expect(firsts[8]).rejects.toMatchObject(code("E_UNAVAILABLE"));
      expect(await waits(9)).toBe("read");
      expect(await waits(10)).toBe("waits");
      // Read to its end, it makes room, too.
      await bytes(heads[1] as (typeof heads)[0]);
      expect(await waits(10)).toBe("read");
      for (const head of heads) await head.body?.cancel();
    },
  );

  test("what the lease refuses to pay is not handed out", async () => {
    const server = later(await site((_request, response) => response.end(Buffer.alloc(100_000))));
    const { fetch } = client({ budget: 50_000 });
    await expect(fetch(`${server.origin}/`).then(bytes)).rejects.toMatchObject(code("E_LIMIT_BYTES"));
  });

  test("100 MB pass, and the server is never far ahead of the reader", async () => {
    const chunk = Buffer.alloc(MiB);
    let sent = 0;
    const server = later(
      await site((_request, response) => {
        const more = () => {
          while (sent < 100) {
            sent += 1;
            if (!response.write(chunk)) return;
          }
          response.end();
        };
        response.on("drain", more);
        more();
      }),
    );
    const head = await client({ limits: { body: 200 * MiB } }).fetch(`${server.origin}/`);
    let total = 0;
    let ahead = 0;
    for (;;) {
      const part = (await head.body?.read(256 * 1024)) ?? new Uint8Array(0);
      if (part.length === 0) break;
      expect(part.length).toBeLessThanOrEqual(256 * 1024);
      // A reader that pauses now and then.
      if (total % (10 * MiB) < 256 * 1024) await new Promise((resolve) => setTimeout(resolve, 20));
      total += part.length;
      ahead = Math.max(ahead, sent * MiB - total);
    }
    expect(total).toBe(100 * MiB);
    // What the kernel buffers on both sides, and one write of the server.
    expect(ahead).toBeLessThan(24 * MiB);
  });
});

describe("answers without a body", () => {
  for (const [status, method] of [
    [204, "GET"],
    [304, "GET"],
    [200, "HEAD"],
  ] as const)
    test(`${method} ${status}`, async () => {
      const headers = { "content-encoding": "gzip", ...(status === 200 ? { "content-length": "5" } : {}) };
      const server = later(await site((_request, response) => response.writeHead(status, headers).end()));
      const { fetch } = client();
      expect(await fetch(`${server.origin}/`, { method })).toMatchObject({ status, body: null });
      await new Promise((resolve) => setTimeout(resolve, 10));
      await fetch(`${server.origin}/`, { method });
      expect(server.connections()).toBe(1);
    });
});

describe("heads", () => {
  test("headers come as they were sent, set-cookie too", async () => {
    const server = later(
      await site((_request, response) =>
        response.writeHead(200, "Fine", { "X-A": "1", "set-cookie": ["a=1", "b=2"] }).end("x"),
      ),
    );
    const head = await client().fetch(`${server.origin}/`);
    expect(head.statusText).toBe("Fine");
    expect(head.headers.filter(([name]) => name === "set-cookie" || name === "x-a")).toEqual([
      ["x-a", "1"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    expect(head.redirected).toBe(false);
    await bytes(head);
  });

  const ok = "HTTP/1.1 200 OK\r\n";
  const malformed: readonly [answer: string, why: string][] = [
    ["nonsense\r\n\r\n", "no status line"],
    ["HTTP/9.9 200 OK\r\n\r\n", "an unknown version"],
    ["HTTP/1.1 99 Low\r\n\r\n", "a status of two digits"],
    ["HTTP/1.1 700 High\r\nContent-Length: 0\r\n\r\n", "a status that no answer can have"],
    [`${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`, "two lengths"],
    [`${ok}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`, "the same length twice"],
    [`${ok}Content-Length: 5, 5\r\n\r\nhello`, "a list of lengths"],
    [`${ok}Content-Length: -1\r\n\r\nhello`, "a negative length"],
    [`${ok}Content-Length: +5\r\n\r\nhello`, "a length with a sign"],
    [`${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, "a length and chunks"],
    [`${ok}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`, "chunks and a length"],
    [`${ok}Transfer-Encoding: xchunked\r\n\r\nhello`, "an unknown framing"],
    [`${ok}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, "chunks inside something else"],
    [`${ok}Bad Header: x\r\n\r\n`, "a space in a header's name"],
    [`${ok}X: a\0b\r\nContent-Length: 0\r\n\r\n`, "NUL in a header"],
    [`${ok}X : a\r\nContent-Length: 0\r\n\r\n`, "a space before the colon"],
    [`${ok}X: ${"a".repeat(20_000)}\r\n\r\n`, "a header that is too long"],
    ["", "nothing at all"],
  ];
  for (const [answer, why] of malformed)
    test(`${why} is an error`, async () => {
      const server = later(await rawSite((socket) => socket.end(answer)));
      await expect(client().fetch(`${server.origin}/`).then(text)).rejects.toMatchObject(
        code("E_UNAVAILABLE"),
      );
    });

  test("headers without end are an error", async () => {
    const server = later(
      await rawSite((socket) => {
        socket.write(ok);
        const timer = setInterval(() => socket.write(`X-${"a".repeat(1000)}: b\r\n`), 1);
        socket.on("close", () => clearInterval(timer));
      }),
    );
    await expect(client().fetch(`${server.origin}/`)).rejects.toMatchObject({
      code: "E_UNAVAILABLE",
      message: expect.stringContaining("too long"),
    });
  });

  test("interim answers without end run into the timeout", async () => {
    const server = later(
      await rawSite((socket) => {
        const timer = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n"), 1);
        socket.on("close", () => clearInterval(timer));
      }),
    );
    await expect(
      client({ limits: { requestTimeout: 100 } }).fetch(`${server.origin}/`),
    ).rejects.toMatchObject(code("E_LIMIT_TIME"));
  });

  const cut: readonly [answer: string, why: string][] = [
    [`${ok}Content-Length: 10\r\n\r\nhello`, "a body shorter than its length"],
    [`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, "chunks without an end"],
    [`${ok}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n`, "a chunk whose size is no number"],
  ];
  for (const [answer, why] of cut)
    test(`${why} is an error`, async () => {
      const server = later(await rawSite((socket) => socket.end(answer)));
      await expect(client().fetch(`${server.origin}/`).then(text)).rejects.toMatchObject(
        code("E_UNAVAILABLE"),
      );
    });

  test("a body that ends with the connection is whole", async () => {
    const server = later(await rawSite((socket) => socket.end(`${ok}\r\nhello`)));
    expect(await text(await client().fetch(`${server.origin}/`))).toBe("hello");
  });

  test("bytes behind an answer do not become the next one", async () => {
    const server = later(
      await rawSite((socket) =>
        socket.write(`${ok}Content-Length: 2\r\n\r\nok${ok}Content-Length: 4\r\n\r\nevil`),
      ),
    );
    const { fetch } = client();
    expect(await text(await fetch(`${server.origin}/`))).toBe("ok");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await text(await fetch(`${server.origin}/`))).toBe("ok");
  });
});
