// The standard library's modules as authors use them.
import { kv } from "sbx:data";
import { get } from "sbx:env";
import * as fs from "sbx:fs";
import { fetch as sameFetch } from "sbx:net";
import { permissions } from "sbx:permissions";
import { args, exitCode, stdin } from "sbx:plugin";

const text: string = await fs.readTextFile(new URL("file:///a"));
for await (const entry of fs.readDir(".")) console.log(entry.name, entry.isFile && text);
{
  await using handle = await fs.open("a", { read: true });
  const buffer = new Uint8Array(10);
  const count: number | null = await handle.read(buffer);
  console.log(count, (await handle.stat()).mtime?.getTime());
  await handle.readable.pipeTo((await fs.open("b", { write: true, create: true })).writable);
}
const status = await permissions.request({ name: "net", host: "example.com", reason: "to look" });
if (status.state === "granted") console.log((await sameFetch("https://example.com/")).status);
await kv.set("a", { list: [1, "b", null] });
console.log((await get("HOME"))?.length, args.length, await stdin.text());
await exitCode(3);

try {
  await fs.writeFile("c", new Uint8Array(1), { createNew: true });
} catch (error) {
  const { name, code, remedy } = error as SbxError;
  if (name === "PermissionDenied") console.log(code, remedy);
}
