import * as data from "sbx:data";
import * as env from "sbx:env";
import * as fs from "sbx:fs";
import * as net from "sbx:net";
import { args } from "sbx:plugin";
import { end, never } from "./held.ts";

const [origin = ""] = args;
const leak = (value: unknown): boolean => {
  const text = String(
    JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one)),
  );
  return /OUTSIDE|HUSH|seen|hello/.test(text);
};
/** Every function that there is, with whatever it might take. */
const offers = [
  [origin],
  ["docs/a.txt"],
  ["docs/a.txt", "out/x"],
  ["docs"],
  ["VISIBLE"],
  ["out/x", "text"],
  [],
  ["kv"],
  [{ dir: "out" }],
  [`file://${"/etc/passwd"}`],
  [new URL(origin)],
  [origin.replace("http", "ws")],
];
for (const [area, module] of Object.entries({ data, env, fs, net, globals: globalThis as object })) {
  for (const name of Object.getOwnPropertyNames(module)) {
    const value: unknown = (module as Record<string, unknown>)[name];
    if (
      typeof value !== "function" ||
      /^(?:setInterval|setTimeout|eval|Function|queueMicrotask|reportError)$/.test(name)
    )
      continue;
    for (const offer of offers)
      await never(
        `${area}.${name}(${JSON.stringify(offer)})`,
        (got) => area !== "globals" && leak(got),
        async () => {
          const got: unknown = await (value as (...all: unknown[]) => unknown)(...offer);
          const text = (got as { text?: () => Promise<string> } | undefined)?.text;
          return typeof text === "function" ? await text.call(got) : got;
        },
      );
  }
}
for (const name of ["get", "set", "delete", "list", "batch"] as const)
  await never(`kv.${name}`, leak, () => (data.kv[name] as (...all: unknown[]) => unknown)("a", "b"));
for (const Class of [globalThis.WebSocket, (globalThis as { EventSource?: unknown }).EventSource])
  if (typeof Class === "function")
    await never(
      `new ${Class.name}`,
      () => false,
      () => new (Class as new (url: string) => object)(origin.replace("http", "ws")),
    );
end();
