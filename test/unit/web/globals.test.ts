/** Web globals behave as Node's do. Each case is its own name: arguments that both print. */
import { describe, expect, test } from "vitest";
import { guestSays, nodeSays } from "./same.ts";

const searchParams = [
  `new URLSearchParams("?a=1&b=2&a=3").getAll("a"), new URLSearchParams("a=1").get("b"), new URLSearchParams("??a").toString()`,
  `[...new URLSearchParams({ a: "1", "b c": "é&=" })], new URLSearchParams([["x", "1"], ["x", "2"]]).toString()`,
  `new URLSearchParams(new Map([["a", "b"]])).toString(), new URLSearchParams(new URLSearchParams("q=1")).toString()`,
  `(() => { const p = new URLSearchParams("b=1&a=2&b=3"); p.sort(); p.set("b", "x"); p.append("c", ""); p.delete("a"); return p.toString() })()`,
  `(() => { const p = new URLSearchParams("a=1&a=2"); p.delete("a", "1"); return [p.toString(), p.has("a", "2"), p.has("a", "1"), p.size] })()`,
  `(() => { const u = new URL("http://h/?a=1"); const p = u.searchParams; u.search = "?b=2"; p.append("c", "3"); return [u.href, p.toString(), p === u.searchParams] })()`,
  `(() => { const u = new URL("http://h/?a=1#f"); u.searchParams.delete("a"); return u.href })()`,
  `(() => { const u = new URL("http://h/?x=%20+é"); u.searchParams.append("y", "z"); return u.href })()`,
  `(() => { const p = new URLSearchParams("a=1&b=2&c=3"); const seen = []; for (const [k] of p) { seen.push(k); p.delete("b") } return seen })()`,
  `new URLSearchParams([["a"]])`,
  `new URLSearchParams([[1, 2, 3]])`,
  `new URLSearchParams("a=%ff%zz&b=\\ud800").toString()`,
  `Object.prototype.toString.call(new URLSearchParams().entries()), typeof URLSearchParams.prototype[Symbol.iterator]`,
  `new URLSearchParams("a=1").append("x")`,
];

const urls = [
  `new URL("../x?q#h", "https://u:p@h:8080/a/b")`,
  `new URL("nope")`,
  `URL.canParse("x:"), URL.canParse("x"), URL.parse("y"), URL.parse("./z", "http://a/b").href`,
  `JSON.stringify({ u: new URL("http://a") }), String(new URL("HTTP://A:80/"))`,
  `(() => { const u = new URL("http://a"); try { u.href = "bad" } catch (e) { return [e.name, e.code, u.href] } })()`,
  `(() => { const u = new URL("http://a/"); u.port = "99999"; u.protocol = "ftp"; u.hostname = ""; return u.href })()`,
  `Object.keys(URL.prototype).sort().join(), URL.length, URL.name`,
  `new URL()`,
];

const text = [
  `new TextEncoder().encode("aé☃😀\\ud800z"), new TextEncoder().encode(), new TextEncoder().encoding`,
  `new TextEncoder().encodeInto("a😀b", new Uint8Array(4)), new TextEncoder().encodeInto("😀", new Uint8Array(3))`,
  `new TextDecoder().decode(new Uint8Array([0xef,0xbb,0xbf,104,105])), new TextDecoder("utf-8",{ignoreBOM:true}).decode(new Uint8Array([0xef,0xbb,0xbf,104])).length`,
  `new TextDecoder().decode(new Uint8Array([0xff, 0xc3, 0x28, 0xe2, 0x98])), new TextDecoder().decode(new Uint8Array([65, 66]).buffer)`,
  `new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff]))`,
  `new TextDecoder("latin1").encoding, new TextDecoder("utf-16").encoding, new TextDecoder(" UTF8 ").encoding`,
  `new TextDecoder("nope")`,
  `new TextDecoder("utf-16le").decode(new Uint8Array([0x3d,0xd8,0x00,0xde])), new TextDecoder("utf-16be").decode(new Uint8Array([0,65])), new TextDecoder("latin1").decode(new Uint8Array([0x80,0xe9]))`,
  `(() => { const d = new TextDecoder(); const b = new TextEncoder().encode("é☃😀é"); let s = ""; for (const x of b) s += d.decode(new Uint8Array([x]), { stream: true }); return s + d.decode() })()`,
  `(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe2,0x98]), { stream: true }), d.decode(), d.decode(new Uint8Array([65]))] })()`,
  `(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xef]), { stream: true }), d.decode(new Uint8Array([0xbb, 0xbf, 65]), { stream: true }), d.decode(new Uint8Array([0xef,0xbb,0xbf])).length] })()`,
  `(() => { const d = new TextDecoder("utf-16le"); return [d.decode(new Uint8Array([0x3d]), { stream: true }), d.decode(new Uint8Array([0xd8]), { stream: true }), d.decode(new Uint8Array([0, 0xde]), { stream: true })] })()`,
  `new TextDecoder().decode("text")`,
  `btoa("hello\\xff"), atob("aGVsbG8"), atob(" aGVs bG8= "), btoa("")`,
  `btoa("☃")`,
  `atob("a")`,
  `atob("ab=c")`,
  `btoa()`,
  `new TextDecoder().decode(new TextEncoder().encode("x".repeat(1e5) + "é")).length, atob(btoa("z".repeat(1e4))).length`,
];

const clones = [
  `await structuredClone(new Blob(["abc"], { type: "a/b" })).text(), structuredClone(new Blob(["x"], { type: "a/b" })).type`,
  `(() => { const f = structuredClone({ f: new File(["abc"], "n", { type: "a/b", lastModified: 5 }) }).f; return [f.name, f.type, f.lastModified, f instanceof File] })()`,
  `structuredClone(new Headers())`,
  `structuredClone({ a: [1, , 3], b: new Date(5), c: /x/gi, d: null, e: undefined, f: -0, g: 1n })`,
  `structuredClone(new Map([[{ a: 1 }, new Set([1, "x"])]])), structuredClone([new Uint8Array([1, 2]), new ArrayBuffer(2)])`,
  `(() => { const a = { x: 1 }; a.self = a; a.list = [a, a]; const c = structuredClone(a); return [c.self === c, c.list[1] === c, c !== a] })()`,
  `(() => { const b = new Uint8Array([1,2,3,4]); const c = structuredClone({ x: b.subarray(1), y: b.subarray(2) }); return [c.x, c.y, c.x.buffer === c.y.buffer] })()`,
  `(() => { const b = new ArrayBuffer(8); const c = structuredClone(b, { transfer: [b] }); return [b.byteLength, c.byteLength, b.detached] })()`,
  `(() => { const e = structuredClone(new RangeError("r", { cause: 1 })); return [e instanceof RangeError, e.name, e.message, e.cause] })()`,
  `(() => { class Foo { constructor() { this.a = 1 } get b() { return 2 } } const c = structuredClone(new Foo()); return [c, c.constructor === Object] })()`,
  `structuredClone({ get a() { return 7 } }), structuredClone(Object(5)), structuredClone(Object("s"))`,
  `structuredClone(() => {})`,
  `structuredClone({ a: Symbol() })`,
  `structuredClone(new WeakMap())`,
  `structuredClone(Promise.resolve())`,
  `structuredClone(new ArrayBuffer(1), { transfer: [{}] })`,
  `(() => { const b = new ArrayBuffer(1); return structuredClone(b, { transfer: [b, b] }) })()`,
  `structuredClone()`,
  `structuredClone(JSON.parse('{"__proto__": 1}')).__proto__`,
  `(() => { const d = structuredClone(new DataView(new ArrayBuffer(4), 1, 2)); return [d.byteOffset, d.byteLength] })()`,
];

const events = [
  `(() => { const t = new EventTarget(); const seen = []; const f = (e) => seen.push(e.type); t.addEventListener("a", f); t.addEventListener("a", f); t.addEventListener("a", { handleEvent(e) { seen.push(this !== t) } }, { once: true }); t.dispatchEvent(new Event("a")); t.dispatchEvent(new Event("a")); t.removeEventListener("a", f); t.dispatchEvent(new Event("a")); return seen })()`,
  `(() => { const t = new EventTarget(); t.addEventListener("x", (e) => e.preventDefault()); return [t.dispatchEvent(new Event("x", { cancelable: true })), t.dispatchEvent(new Event("x"))] })()`,
  `(() => { const t = new EventTarget(); const seen = []; t.addEventListener("x", (e) => { seen.push(1); e.stopImmediatePropagation() }); t.addEventListener("x", () => seen.push(2)); t.dispatchEvent(new Event("x")); return seen })()`,
  `(() => { const t = new EventTarget(); const c = new AbortController(); let n = 0; t.addEventListener("x", () => n++, { signal: c.signal }); t.dispatchEvent(new Event("x")); c.abort(); t.dispatchEvent(new Event("x")); return n })()`,
  `new CustomEvent("c", { detail: { a: 1 } }).detail, new Event("x").eventPhase, Event.AT_TARGET, new Event("e").composedPath()`,
  `(() => { const c = new AbortController(); const seen = []; c.signal.onabort = () => seen.push("on"); c.signal.addEventListener("abort", () => seen.push("listener")); c.abort("why"); c.abort("again"); return [seen, c.signal.aborted, c.signal.reason] })()`,
  `(() => { const c = new AbortController(); c.abort(); return [c.signal.reason.name, c.signal.reason.code, c.signal.reason instanceof Error] })()`,
  `(() => { const a = new AbortController(), b = new AbortController(); const any = AbortSignal.any([a.signal, AbortSignal.any([b.signal])]); b.abort(5); return [any.aborted, any.reason, a.signal.aborted] })()`,
  `AbortSignal.abort().throwIfAborted()`,
  `await new Promise((done) => { const s = AbortSignal.timeout(3); s.onabort = () => done(s.reason.name); setTimeout(() => done("late"), 2000) })`,
  `new AbortSignal()`,
  `new Event()`,
  `new EventTarget().dispatchEvent({})`,
  `AbortSignal.any([1])`,
  `new AbortController().signal, new AbortController()`,
];

const bodies = [
  `new Headers({ B: "2", a: " 1 " }), [...new Headers([["x", "1"], ["X", "2"]])], new Headers({ "set-cookie": "a" }).getSetCookie()`,
  `(() => { const h = new Headers(); h.append("Set-Cookie", "a=1"); h.append("Set-Cookie", "b=2"); h.append("x", "1"); h.append("x", "2"); return [[...h], h.get("set-cookie"), h.get("x"), h.has("X"), h.getSetCookie()] })()`,
  `new Headers({ "bad name": "x" })`,
  `new Headers({ a: "x\\ny" })`,
  `new Headers({ a: "☃" })`,
  `new Headers([["a"]])`,
  `(() => { const h = new Headers({ a: "1" }); h.set("A", "2"); h.delete("b"); return [h.get("a"), h.get("none")] })()`,
  `await new Response("hé").text(), await new Response(new Uint8Array([1, 2])).bytes(), await new Response('{"a":1}').json(), (await new Response("abc").arrayBuffer()).byteLength`,
  `new Response("x").headers.get("content-type"), new Response(new URLSearchParams("a=1")).headers.get("content-type"), new Response(new Blob(["x"], { type: "Text/Plain" })).headers.get("content-type"), new Response(null).body`,
  `await (async () => { const r = new Response("x"); await r.text(); return [r.bodyUsed, await r.text().catch((e) => e.name)] })()`,
  `await (async () => { const r = new Response("x"); const c = r.clone(); return [await r.text(), await c.text()] })()`,
  `await (async () => { const r = new Response("x"); r.body.getReader(); return [r.bodyUsed, await r.text().catch((e) => e.name)] })()`,
  `await (async () => { const r = new Response("abc"); let n = 0; for await (const part of r.body) n += part.length; return [n, r.bodyUsed] })()`,
  `await (async () => { const s = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("st")); c.enqueue(new TextEncoder().encode("ream")); c.close() } }); return new Response(s).text() })()`,
  `await (async () => { const s = new ReadableStream({ start(c) { c.enqueue("text"); c.close() } }); return new Response(s).text() })()`,
  `new Response("x", { status: 204 })`,
  `new Response("", { status: 99 })`,
  `new Response("", { statusText: "\\u0001" })`,
  `Response.json({ a: 1 }, { status: 201 }).status, Response.json(1).headers.get("content-type"), await Response.json({ a: [1] }).text()`,
  `Response.redirect("http://a/b", 301).headers.get("location"), Response.error().type`,
  `Response.redirect("http://a", 200)`,
  `await new Response("not json").json().catch((e) => e.name)`,
  `await (async () => { const f = new FormData(); f.append("a", "1\\n2"); f.append("é\\"", "x"); f.append("f", new File(["data"], "n.txt", { type: "text/plain" })); const back = await new Response(f).formData(); return [[...back.keys()], back.get("a"), back.get("f").name, back.get("f").type, await back.get("f").text()] })()`,
  `[...(await new Response("a=1&b=%20x", { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData())]`,
  `await new Response("x").formData().catch((e) => e.name)`,
  `new Request("http://a/b#c").url, new Request("http://a", { method: "post" }).method, new Request("http://a", { method: "patch" }).method`,
  `new Request("/relative")`,
  `new Request("http://u:p@a")`,
  `new Request("http://a", { method: "TRACE" })`,
  `new Request("http://a", { method: "b d" })`,
  `new Request("http://a", { body: "x" })`,
  `new Request("http://a", { redirect: "sometimes" })`,
  `new Request("http://a", { method: "POST", body: new ReadableStream() })`,
  `new Request("http://a", { signal: {} })`,
  `await (async () => { const a = new Request("http://a", { method: "POST", body: "x", headers: { q: "1" } }); const b = new Request(a, { headers: { z: "2" } }); return [a.bodyUsed, await b.text(), [...b.headers], b.method] })()`,
  `await (async () => { const a = new Request("http://a", { method: "POST", body: "x" }); const b = a.clone(); return [await a.text(), await b.text(), b.headers.get("content-type")] })()`,
  `await new Blob(["a", new Uint8Array([98]), new Blob(["c"])]).text(), new Blob(["abcdef"]).slice(-3, -1).size, new Blob([], { type: "A/B" }).type, new Blob(["x"], { type: "é" }).type`,
  `new Blob("x")`,
  `(() => { const f = new File(["abc"], "n", { type: "t/x", lastModified: 5 }); return [f.name, f.size, f.lastModified, f instanceof Blob] })()`,
  `(() => { const f = new FormData(); f.set("a", "1"); f.append("a", "2"); f.set("a", "3"); return [[...f], f.get("a"), f.has("b")] })()`,
  `await (async () => { const r = await fetch("data:text/html,%3Cb%3E"); return [r.status, r.ok, r.headers.get("content-type"), await r.text()] })()`,
  `await fetch("http://").catch((e) => e.name)`,
  `await fetch("http://a", { signal: AbortSignal.abort("no") }).catch((e) => e)`,
];

const misc = [
  `crypto.randomUUID().length, crypto.getRandomValues(new Uint8Array(4)).length, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())`,
  `crypto.getRandomValues(new Uint8Array(65537))`,
  `crypto.getRandomValues(new Float32Array(1))`,
  `new Uint8Array(await crypto.subtle.digest("sha-256", new TextEncoder().encode("abc")))`,
  `await crypto.subtle.digest("MD5", new Uint8Array(1)).catch((e) => e.name)`,
  `await (async () => { const parts = []; const s = new Blob(["é☃"]).stream().pipeThrough(new TextDecoderStream()); for await (const p of s) parts.push(p); return parts.join("") })()`,
  `await (async () => { const t = new TextEncoderStream(); const w = t.writable.getWriter(); w.write("a\\ud83d"); w.write("\\ude00"); w.close(); let n = 0; for await (const p of t.readable) n += p.length; return n })()`,
  `[typeof queueMicrotask, typeof performance.now()]`,
  `new DOMException("m", "AbortError").code, new DOMException("m").name`,
];

const sections = { searchParams, urls, text, clones, events, bodies, misc };
for (const [name, cases] of Object.entries(sections)) {
  describe(name, () => {
    test.each(cases)("%s", async (args) => {
      expect(await guestSays(args)).toBe(await nodeSays(args));
    });
  });
}
