import { get } from "sbx:env";
import * as fs from "sbx:fs";
import { args } from "sbx:plugin";
import { end, never } from "./held.ts";

const [origin = "", other = ""] = args;
const leak = (value: unknown): boolean => /OUTSIDE|HUSH/.test(String(JSON.stringify(value)));
/** Says something else each time it is asked. */
const changing = (...values: string[]): never => {
  let at = 0;
  const next = (): string => values[Math.min(at++, values.length - 1)] ?? "";
  return {
    toString: next,
    valueOf: next,
    toJSON: next,
    [Symbol.toPrimitive]: next,
    get href() {
      return next();
    },
    get pathname() {
      return next();
    },
  } as never;
};
const thrower = (): never =>
  new Proxy(Object.create(null), {
    get: () => {
      throw new RangeError("mine");
    },
    ownKeys: () => {
      throw new RangeError("mine");
    },
  }) as never;
const reentrant = (): never =>
  ({
    toString() {
      void fs.readTextFile("docs/a.txt");
      void fs.readTextFile(reentrantOnce());
      return "../outside/secret.txt";
    },
  }) as never;
const reentrantOnce = (): never => ({ toString: () => "docs/a.txt" }) as never;
for (const path of [
  () => changing("docs/a.txt", "../outside/secret.txt"),
  () => changing("docs/a.txt", "docs/a.txt", "../outside/secret.txt"),
  thrower,
  reentrant,
]) {
  for (const work of [
    fs.readTextFile,
    fs.readFile,
    fs.stat,
    fs.realPath,
    fs.exists,
    fs.readDir,
    fs.open,
    fs.remove,
    fs.mkdir,
  ] as ((path: never) => unknown)[])
    await never(`${work.name}`, leak, () => work(path()));
  await never("copyFile", leak, () => fs.copyFile(path(), path()));
  await never("get", leak, () => get(changing("VISIBLE", "SECRET_WORD")));
  await never("fetch", leak, async () => (await fetch(changing(origin, other))).text());
  await never("options", leak, () => fs.writeFile("out/x", changing("a"), thrower()));
}
// biome-ignore lint/suspicious/noThenProperty: that is what it is about
const thenable = { then: (done: (value: string) => void) => done("../outside/secret.txt") };
await never("a thenable", leak, () => fs.readTextFile(thenable as never));
end();
