/** V8's code cache for the programs inside the executable, so that they need not be compiled at each start. Made in a
 *  process with the executable's own options, because V8 refuses a cache from other ones; `--predictable` gives the
 *  same bytes each time and counts as no other option.
 *
 *  Run as a program: takes bundled programs' paths and writes PATH.cache beside each. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
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

/** What runs when the program is loaded is compiled too, and so is in the cache. */
function cacheOf(path: string): Buffer {
  const script = new Script(readFileSync(path, "latin1"), { filename: `sbx:${basename(path)}` });
  script.runInThisContext()({}, createRequire(path), { exports: {} }, path, "");
  return script.createCachedData();
}

if (import.meta.main) {
  for (const path of process.argv.slice(2)) writeFileSync(`${path}.cache`, cacheOf(path));
}
