import { end, holds } from "./held.ts";

const seen = new Set<unknown>();
const found = new Set<string>();
const walk = (value: unknown, depth: number): void => {
  if (
    (typeof value !== "object" && typeof value !== "function") ||
    value === null ||
    seen.has(value) ||
    depth > 8
  )
    return;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) {
    found.add(String(key));
    const property = Reflect.getOwnPropertyDescriptor(value, key);
    walk(property?.value, depth + 1);
    walk(property?.get, depth + 1);
    walk(property?.set, depth + 1);
  }
  walk(Reflect.getPrototypeOf(value), depth + 1);
};
walk(globalThis, 0);
for (const name of [
  "process",
  "require",
  "module",
  "Deno",
  "Bun",
  "std",
  "os",
  "bjson",
  "scriptArgs",
  "WebAssembly",
  "loadScript",
  "evalScript",
  "__dirname",
  "dlopen",
  "internalBinding",
  "Atomics",
  "Worker",
  "UnsafePointer",
  "UnsafeCallback",
])
  holds(
    `no ${name} anywhere`,
    !(name in globalThis) && !(found.has(name) && name !== "module" && name !== "os"),
  );
let native = "";
try {
  native = String(new Function("return typeof process + typeof require + typeof this.std")());
} catch {
  native = "refused";
}
holds(`nothing behind eval: ${native}`, native === "refused" || native === "undefinedundefinedundefined");
holds(`the walk saw something (${seen.size})`, seen.size > 500);
end();
