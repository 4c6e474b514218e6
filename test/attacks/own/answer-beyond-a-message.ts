/** Stores what takes four times the room in an answer, and asks for all of it at once. */
import { kv } from "sbx:data";

for (let at = 0; at < 3; at += 1) await kv.set(`k${at}`, '"'.repeat(1_900_000));
try {
  for await (const entry of await kv.list({ prefix: "k" })) console.log("BREAK", entry);
} catch (error) {
  console.log((error as { code?: string }).code);
}
console.log(String(await kv.get("k0")).length);
