import { get, has, toObject } from "sbx:env";
import { end, holds, never, refused } from "./held.ts";

const all = await toObject();
holds("what is allowed is there", all.VISIBLE === "seen");
const bad = (value: unknown): boolean => String(JSON.stringify(value)).includes("HUSH");
for (const [what, value] of [
  ["toObject", all],
  ["keys", Object.keys(all)],
  ["names", Object.getOwnPropertyNames(all)],
  ["descriptors", Object.getOwnPropertyDescriptors(all)],
  ["spread", { ...all }],
  ["copy", structuredClone(all)],
  ["inherited", Object.getPrototypeOf(all) === null ? {} : Object.keys(Object.getPrototypeOf(all))],
] as const)
  holds(`${what} has no denied variable`, !bad(value) && !("SECRET_WORD" in Object(value)));
await refused("get", () => get("SECRET_WORD"));
await refused("has", () => has("SECRET_WORD"));
await never("in other letters", bad, () => get("secret_word"));
await never("by a pattern", bad, () => get("SECRET_*"));
await never("by everything", bad, () => get("*"));
holds("global objects hold none", !bad(Object.entries(globalThis)));
end();
