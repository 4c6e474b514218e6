/** V8's code cache for the programs inside the executable, so that they need not be compiled at each start. Made in a
 *  process with the executable's own options, because V8 refuses a cache from other ones; `--predictable` gives the
 *  same bytes each time and counts as no other option.
 *
 *  Run as a program: takes bundled programs' paths and writes PATH.cache beside each. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { execArgv } from "./sea.ts";
import type { Target } from "./targets.ts";

/** Names of the caches written into `stage`. Only this machine's own Node can make them.
 *  @throws Error with what Node said. */
export function cacheCode(
  target: Target,
  nodePath: string,
  stage: string,
  names: readonly string[],
): string[] {
  const options = [...execArgv(target), "--predictable", import.meta.filename];
  const made = spawnSync(nodePath, [...options, ...names.map((name) => join(stage, name))], {
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`the code cache could not be made:\n${made.stderr}`);
  return names.map((name) => `${name}.cache`);
}

/** Programs of which nearly all runs at each start: compiled whole. Of the others, only what runs when they are loaded
 *  is in the cache, because a larger one costs more than it saves. */
const WHOLE = new Set(["engine.js"]);

/** V8 compiles lazily unless told otherwise, and refuses a cache made under other options than those at its use. */
function cacheOf(path: string): Buffer {
  const name = basename(path);
  const isWhole = WHOLE.has(name);
  if (isWhole) setFlagsFromString("--no-lazy");
  const script = new Script(readFileSync(path, "latin1"), { filename: `sbx:${name}` });
  script.runInThisContext()({}, createRequire(path), { exports: {} }, path, "");
  if (isWhole) setFlagsFromString("--lazy");
  return script.createCachedData();
}

if (import.meta.main) {
  for (const path of process.argv.slice(2)) writeFileSync(`${path}.cache`, cacheOf(path));
}
