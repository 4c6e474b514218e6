import * as fs from "sbx:fs";
import { end, holds, refused } from "./held.ts";

// Opened to read, where writing is denied.
const reading = await fs.open("docs/a.txt");
await refused("write", () => reading.write(new Uint8Array([1])));
await refused("truncate", () => reading.truncate(0));
await refused("stream in", () => reading.writable.getWriter().write(new Uint8Array([1])));
for (const name of ["utime", "chmod", "chown", "sync", "datasync", "lock", "fd"])
  holds(`no ${name}`, !(name in reading));
await refused("open for both", () => fs.open("docs/a.txt", { read: true, write: true }));
await refused("open to append", () => fs.open("docs/a.txt", { append: true }));

// Opened to write, where reading is denied.
const writing = await fs.open("out/w", { read: false, write: true, create: true });
await refused("stat", () => writing.stat());
await refused("read", () => writing.read(new Uint8Array(10)));
await refused("stream out", () => writing.readable.getReader().read());
await refused("size by the end", async () => {
  const at = await writing.seek(0, "end");
  return at === 0 ? Promise.reject(new TypeError("nothing told")) : at;
});
await refused("stat of the path", () => fs.stat("out/w"));
end();
