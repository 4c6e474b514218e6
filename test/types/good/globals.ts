// Plugin code as authors write it: everything here must type-check against sbx.d.ts alone.
console.log("%s", 1, { a: 1 });
console.table([{ a: 1 }], ["a"]);
console.dir({}, { depth: null });

const timer: number = setTimeout((name: string, n: number) => console.log(name.length + n), 10, "a", 1);
clearTimeout(timer);
clearInterval(setInterval(() => {}, 5));
queueMicrotask(() => reportError(new Error("x")));

const url = new URL("../a?b=c", "https://example.com/");
url.searchParams.append("d", "e");
for (const [name, value] of url.searchParams) console.log(name.toUpperCase(), value.toUpperCase());
console.log(URL.parse("x")?.href, [...new URLSearchParams({ a: "1" }).keys()].join());

const bytes: Uint8Array<ArrayBuffer> = new TextEncoder().encode("text");
console.log(new TextDecoder("utf-8", { fatal: true }).decode(bytes), atob(btoa("a")), crypto.randomUUID());
crypto.getRandomValues(new Uint8Array(8)).fill(0);
const digest: ArrayBuffer = await crypto.subtle.digest("SHA-256", bytes);
const copy: Map<string, Date> = structuredClone(new Map([["a", new Date()]]), { transfer: [digest] });
console.log(copy.get("a")?.getTime(), performance.now() + performance.timeOrigin, navigator.userAgent);

const controller = new AbortController();
const signal: AbortSignal = AbortSignal.any([controller.signal, AbortSignal.timeout(1000)]);
signal.addEventListener("abort", (event) => console.log(event.type, signal.reason), { once: true });
signal.onabort = null;

const response = await fetch(url, {
  method: "POST",
  headers: { "Content-Type": "text/plain" },
  body: ReadableStream.from([bytes]),
  duplex: "half",
  signal,
});
console.log(response.ok, response.headers.get("etag")?.length, [...response.headers]);
const data: { name: string } = await response.clone().json();
console.log(data.name);
for await (const piece of response.body ?? []) console.log(piece.byteLength);
if (response.body) {
  const text = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TransformStream<string, number>({
      transform: (chunk, controller) => controller.enqueue(chunk.length),
    }),
  );
  const reader = text.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) console.log(next.value + 1);
}

const form = new FormData();
form.append("file", new File(["a", bytes, new Blob(["b"])], "a.txt", { type: "text/plain" }));
const file = form.get("file");
if (file instanceof File) console.log(file.name, await file.text(), file.lastModified);
console.log(
  await new Response(form).formData(),
  Response.json({ a: 1 }).status,
  new Request(url, { body: form }),
);

class Counter extends EventTarget {
  #n = 0;
  up(): void {
    this.dispatchEvent(new CustomEvent("up", { detail: ++this.#n }));
  }
}
new Counter().addEventListener("up", {
  handleEvent: (event) => console.log((event as CustomEvent<number>).detail),
});
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  console.log(event.reason, event.promise);
});
addEventListener("error", (event) => console.log(event.message, event.error));

const queue = new WritableStream<string>({ write: (chunk) => console.log(chunk.length) });
await ReadableStream.from(["a", "b"]).pipeTo(queue);
new ReadableStream({ type: "bytes", pull: (to) => to.byobRequest?.respond(1) }).getReader({ mode: "byob" });

try {
  throw new DOMException("no", "AbortError");
} catch (error) {
  if (error instanceof DOMException) console.log(error.name, error.code);
}
console.log(new Set([1]).union(new Set([2])), [1].values().map(String).toArray());
