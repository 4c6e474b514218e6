/** fetch against a scripted broker: what it asks of the operations `net.*`, and what it makes of their answers. */
import { describe, expect, test } from "vitest";
import { type Broker, runGuest } from "./guest.ts";

interface Site {
  /** Pieces of the response's body. */
  readonly pieces?: readonly string[];
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  /** Milliseconds before the head, and before each piece. */
  readonly delay?: number;
  /** How the request ends instead, by error name. */
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string };
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function site({ pieces = ["hello"], status = 200, headers = [], delay = 0, error }: Site = {}): Broker {
  let at = 0;
  let isAborted = false;
  return async (op, args: { url: string; handle?: number }) => {
    switch (op) {
      case "net.fetch":
        await sleep(delay);
        if (error) return { error };
        if (isAborted) return { error: { name: "AbortError", message: "the request was broken off" } };
        return {
          value: {
            status,
            statusText: "",
            url: args.url,
            redirected: false,
            headers,
            body: pieces.length > 0 ? 7 : null,
          },
        };
      case "net.readBody": {
        await sleep(delay);
        if (isAborted) return { error: { name: "InvalidArgument", message: "no such handle" } };
        const bytes = new TextEncoder().encode(pieces[at++]);
        return { value: { done: at >= pieces.length }, bytes };
      }
      case "net.abort":
        isAborted = true;
        return { value: {} };
      case "net.openBody":
        return { value: { handle: 3 } };
      default:
        return { value: {} };
    }
  };
}

const asked: { why: string; source: string; args: object; body?: string }[] = [
  {
    why: "a plain request",
    source: `await fetch("http://a.test/x?y#z")`,
    args: { url: "http://a.test/x?y#z", method: "GET", headers: [], redirect: "follow", hasBody: false },
  },
  {
    why: "method, headers and body",
    source: `await fetch("http://a.test/", { method: "post", headers: { X: "1" }, body: "text" })`,
    args: {
      method: "POST",
      headers: [
        ["X", "1"],
        ["content-type", "text/plain;charset=UTF-8"],
      ],
      hasBody: true,
    },
    body: "text",
  },
  {
    why: "a URL object and a Request",
    source: `await fetch(new Request(new URL("http://a.test/u"), { method: "DELETE" }))`,
    args: { url: "http://a.test/u", method: "DELETE" },
  },
  {
    why: "an init beside a Request",
    source: `await fetch(new Request("http://a.test/", { headers: { a: "1" } }), { method: "PUT", redirect: "manual", credentials: "omit" })`,
    args: { method: "PUT", redirect: "manual", credentials: "omit", headers: [["a", "1"]] },
  },
  {
    why: "form data with its type",
    source: `await fetch("http://a.test/", { method: "POST", body: new URLSearchParams({ q: "é" }) })`,
    args: { headers: [["content-type", "application/x-www-form-urlencoded;charset=UTF-8"]] },
    body: "q=%C3%A9",
  },
  {
    why: "an own content type",
    source: `await fetch("http://a.test/", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" })`,
    args: { headers: [["Content-Type", "application/json"]] },
    body: "{}",
  },
  {
    why: "an empty body is a body",
    source: `await fetch("http://a.test/", { method: "POST", body: "" })`,
    args: { hasBody: true },
  },
];

describe("asks for", () => {
  test.each(asked)("$why", async ({ source, args, body }) => {
    const { calls, failed } = await runGuest(source, site());
    expect(failed).toBeUndefined();
    expect(calls[0]).toMatchObject({ op: "net.fetch", args });
    if (body !== undefined) expect(Buffer.from(calls[0]?.body ?? []).toString()).toBe(body);
  });
});

const answered: { why: string; source: string; site?: Site; out: string; ops?: string[] }[] = [
  {
    why: "a body in pieces is one text",
    source: `console.log(await (await fetch("http://a.test/")).text())`,
    site: { pieces: ["a", "b", "c"] },
    out: "abc\n",
    ops: ["net.fetch", "net.readBody", "net.readBody", "net.readBody"],
  },
  {
    why: "a body that nobody reads is not read",
    source: `console.log((await fetch("http://a.test/")).status)`,
    out: "200\n",
    ops: ["net.fetch", "net.cancelBody"],
  },
  {
    why: "no body is null and an empty text",
    source: `const r = await fetch("http://a.test/"); console.log(r.body, await r.text() === "")`,
    site: { pieces: [], status: 204 },
    out: "null true\n",
  },
  {
    why: "headers cannot be changed",
    source: `const r = await fetch("http://a.test/"); try { r.headers.set("a", "1") } catch (e) { console.log(e.name, r.headers.get("CONTENT-TYPE")) }`,
    site: { headers: [["Content-Type", "x/y"]] },
    out: "TypeError x/y\n",
  },
  {
    why: "a stream gives the pieces as they come",
    source: `for await (const p of (await fetch("http://a.test/")).body) console.log(p.length)`,
    site: { pieces: ["a", "bcd"] },
    out: "1\n3\n",
  },
  {
    why: "a cancelled stream closes its connection",
    source: `const r = (await fetch("http://a.test/")).body.getReader(); await r.read(); await r.cancel()`,
    site: { pieces: ["a", "b", "c"] },
    out: "",
    ops: ["net.fetch", "net.readBody", "net.cancelBody"],
  },
  {
    why: "a clone has all of the body too",
    source: `const r = await fetch("http://a.test/"); const c = r.clone(); console.log(await r.text(), await c.text())`,
    site: { pieces: ["a", "b"] },
    out: "ab ab\n",
  },
  {
    why: "a broken-off JSON is a SyntaxError",
    source: `await (await fetch("http://a.test/")).json().catch((e) => console.log(e.name))`,
    site: { pieces: ['{"a":'] },
    out: "SyntaxError\n",
  },
  {
    why: "a failed connection is a TypeError with its cause",
    source: `await fetch("http://a.test/").catch((e) => console.log(e.name, e.cause.name, e.code))`,
    site: { error: { name: "Unavailable", code: "E_UNAVAILABLE", message: "refused" } },
    out: "TypeError Unavailable E_UNAVAILABLE\n",
  },
  {
    why: "a refusal stays what it is",
    source: `await fetch("http://a.test/").catch((e) => console.log(e.name, e.code))`,
    site: { error: { name: "PermissionDenied", code: "E_NET", message: "no" } },
    out: "PermissionDenied E_NET\n",
  },
  {
    why: "a malformed request asks for nothing",
    source: `for (const [u, i] of [["nope"], ["http://a", { method: "a b" }], ["http://a", { headers: { "a b": "" } }], ["http://a", { body: "x" }]]) await fetch(u, i).catch((e) => console.log(e.name))`,
    out: "TypeError\n".repeat(4),
    ops: [],
  },
];

describe("answers", () => {
  test.each(answered)("$why", async ({ source, site: given, out, ops }) => {
    const outcome = await runGuest(source, site(given));
    expect(outcome).toMatchObject({ out, failed: undefined });
    if (ops) expect(outcome.calls.map(({ op }) => op)).toEqual(ops);
  });
});

const aborts: { why: string; source: string; site?: Site; out: string; ops: string[] }[] = [
  {
    why: "before the request: nothing is asked",
    source: `const c = new AbortController(); c.abort(); await fetch("http://a.test/", { signal: c.signal }).catch((e) => console.log(e.name))`,
    out: "AbortError\n",
    ops: [],
  },
  {
    why: "under way: the call is broken off",
    source: `const c = new AbortController(); setTimeout(() => c.abort(), 5); await fetch("http://a.test/", { signal: c.signal }).catch((e) => console.log(e.name))`,
    site: { delay: 50 },
    out: "AbortError\n",
    ops: ["net.fetch", "net.abort"],
  },
  {
    why: "by time",
    source: `await fetch("http://a.test/", { signal: AbortSignal.timeout(5) }).catch((e) => console.log(e.name))`,
    site: { delay: 50 },
    out: "TimeoutError\n",
    ops: ["net.fetch", "net.abort"],
  },
  {
    why: "in the body: reading rejects with the reason",
    source: `const c = new AbortController(); const r = await fetch("http://a.test/", { signal: c.signal }); setTimeout(() => c.abort("why"), 5); await r.text().catch((e) => console.log(e))`,
    site: { delay: 30, pieces: ["a", "b"] },
    out: "why\n",
    ops: ["net.fetch", "net.readBody", "net.abort"],
  },
  {
    why: "after the end: nothing happens",
    source: `const c = new AbortController(); const r = await fetch("http://a.test/", { signal: c.signal }); console.log(await r.text()); c.abort()`,
    out: "hello\n",
    ops: ["net.fetch", "net.readBody"],
  },
];

describe("aborted", () => {
  test.each(aborts)("$why", async ({ source, site: given, out, ops }) => {
    const outcome = await runGuest(source, site(given));
    expect(outcome).toMatchObject({ out, failed: undefined });
    expect(outcome.calls.map(({ op }) => op)).toEqual(ops);
  });
});

describe("uploads", () => {
  test("a stream is sent as it is written, behind its request", async () => {
    const { calls, failed } = await runGuest(
      `let n = 0; const body = new ReadableStream({ pull(c) { if (n++ < 3) c.enqueue(new Uint8Array(n)); else c.close() } });
       await fetch("http://a.test/", { method: "PUT", body, duplex: "half" }); await new Promise((done) => setTimeout(done, 20))`,
      site(),
    );
    expect(failed).toBeUndefined();
    expect(calls.filter(({ op }) => op === "net.writeBody").map(({ body }) => body?.length)).toEqual([
      1, 2, 3,
    ]);
    expect(calls.find(({ op }) => op === "net.fetch")?.args).toMatchObject({ hasBody: true, bodyHandle: 3 });
    expect(calls.at(-1)).toMatchObject({ op: "net.endBody", args: { handle: 3 } });
  });

  test("a large body goes in pieces", async () => {
    const { calls } = await runGuest(
      `await fetch("http://a.test/", { method: "PUT", body: new Uint8Array(5 * 1024 * 1024 + 1) }); await new Promise((done) => setTimeout(done, 20))`,
      site(),
    );
    const sent = calls.filter(({ op }) => op === "net.writeBody").map(({ body }) => body?.length ?? 0);
    expect([sent.length, sent.reduce((sum, n) => sum + n, 0)]).toEqual([6, 5 * 1024 * 1024 + 1]);
  });

  test("a stream that fails breaks the request off and is the request's error", async () => {
    const { out, calls } = await runGuest(
      `const body = new ReadableStream({ pull() { throw new RangeError("mine") } });
       await fetch("http://a.test/", { method: "PUT", body, duplex: "half" }).catch((e) => console.log(e.name, e.message))`,
      site({ delay: 30 }),
    );
    expect(out).toBe("RangeError mine\n");
    expect(calls.find(({ op }) => op === "net.endBody")?.args).toMatchObject({ error: expect.any(String) });
  });
});

test("a data: URL asks for nothing", async () => {
  const { out, calls } = await runGuest(`console.log(await (await fetch("data:,hi%20there")).text())`);
  expect([out, calls]).toEqual(["hi there\n", []]);
});

/** What a plugin does with a response of two pieces, and whether its body is given back before the program's end. */
const dropped: { why: string; source: string; ops: string[] }[] = [
  {
    why: "a response of which only the status was looked at",
    source: `console.log((await fetch("http://a.test/")).status)`,
    ops: ["net.fetch", "net.cancelBody"],
  },
  {
    why: "a response whose signal lives on",
    source: `globalThis.controller = new AbortController(); console.log((await fetch("http://a.test/", { signal: controller.signal })).status)`,
    ops: ["net.fetch", "net.cancelBody"],
  },
  {
    why: "a response that somebody keeps",
    source: `globalThis.kept = await fetch("http://a.test/")`,
    ops: ["net.fetch"],
  },
  {
    why: "a response whose stream somebody keeps",
    source: `globalThis.kept = (await fetch("http://a.test/")).body`,
    ops: ["net.fetch"],
  },
  {
    why: "a response that was read to its end",
    source: `await (await fetch("http://a.test/")).text()`,
    ops: ["net.fetch", "net.readBody", "net.readBody"],
  },
];

describe("gives its connection back, or not", () => {
  test.each(dropped)("$why", async ({ source, ops }) => {
    const { calls, failed } = await runGuest(
      `await (async () => { ${source} })(); await new Promise((done) => setTimeout(done, 5))`,
      site({ pieces: ["a", "b"] }),
    );
    expect(failed).toBeUndefined();
    expect(calls.map(({ op }) => op)).toEqual(ops);
  });
});
