// One mistake a line: each directive is an error itself when TypeScript accepts the line below it.
import * as fs from "sbx:fs";
// @ts-expect-error no such module
import "sbx:files";
// @ts-expect-error Node's modules do not exist
import "node:fs";

// @ts-expect-error no such function
fs.readFileSync("a");
// @ts-expect-error a number is no path
await fs.readTextFile(1);
// @ts-expect-error a promise is no text
fs.readTextFile("a").length;
// @ts-expect-error a misspelt option
await fs.mkdir("a", { recursiv: true });
// @ts-expect-error handles come from open
new fs.FileHandle();

// @ts-expect-error no such global
process.exit(1);
// @ts-expect-error no such global
Buffer.from("a");
// @ts-expect-error no such global
require("node:fs");
// @ts-expect-error no such global
document.title;
// @ts-expect-error no such global
new WebSocket("wss://example.com");
// @ts-expect-error no such global
WebAssembly.compile(new Uint8Array());
// @ts-expect-error no such global
setImmediate(() => {});

// @ts-expect-error text callbacks are refused
setTimeout("alert()", 1);
// @ts-expect-error the callback's argument has another type
setTimeout((n: number) => n, 1, "a");
// @ts-expect-error a URL needs a text
new URL();
// @ts-expect-error a number is no header value
new Headers({ a: 1 });
// @ts-expect-error no such redirect mode
await fetch("https://example.com", { redirect: "never" });
// @ts-expect-error an object is no body
await fetch("https://example.com", { method: "POST", body: { a: 1 } });
// @ts-expect-error signals are made by controllers
new AbortSignal();
// @ts-expect-error may be null
(await fetch("https://example.com")).body.getReader();
// @ts-expect-error read only
new Request("https://example.com").method = "POST";
// @ts-expect-error a stream of numbers into one of texts
await ReadableStream.from([1]).pipeTo(new WritableStream<string>());
// @ts-expect-error not offered
await crypto.subtle.encrypt("AES-GCM");
