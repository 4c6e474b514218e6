/** V8's code cache for the programs inside the executable, so that they need not be compiled at each start. Made in a
 *  process with the executable's own options, because V8 refuses a cache from other ones; `--predictable` gives the
 *  same bytes each time and counts as no other option.
 *
 *  Run as a program: takes bundled programs' paths and writes PATH.cache beside each. */
import { spawnSync } from "node:child_process";
import { EventEmitter } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { PassThrough } from "node:stream";
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
    env: { HOME: "/nowhere" },
  });
  if (made.status !== 0) throw new Error(`the code cache could not be made:\n${made.stderr}`);
  return names.map((name) => `${name}.cache`);
}

type Main = (argv: readonly string[], start: object) => unknown;

/** V8 compiles lazily unless told otherwise, and a cache holds what was compiled by then. Of the engine and of the
 *  data server nearly all runs at each start: they are compiled whole. Of the broker, what a run loads: it is sent after a script that does not exist. A
 *  larger cache would cost more than it saves. */
async function cacheOf(path: string): Promise<Buffer> {
  const name = basename(path);
  const isWhole = name !== "cli.js";
  // Back to lazy before the cache is made: V8 refuses one from other options than those at its use.
  if (isWhole) setFlagsFromString("--no-lazy");
  const script = new Script(readFileSync(path, "latin1"), { filename: `sbx:${name}` });
  const module = { exports: {} as { main: Main } };
  script.runInThisContext()(module.exports, createRequire(path), module, path, "");
  if (isWhole) setFlagsFromString("--lazy");
  else await runInVain(module.exports.main);
  return script.createCachedData();
}

/** Until the broker wants to end its process. */
function runInVain(main: Main): Promise<void> {
  const engine = Object.assign(new EventEmitter(), {
    stdio: [null, null, null, new PassThrough()],
    exitCode: null,
    signalCode: null,
    kill: () => true,
  });
  return new Promise((resolve) => {
    process.exit = () => {
      resolve();
      return undefined as never;
    };
    main(["run", "/nowhere/main.ts", "--no-prompt"], { engine, assets: () => new Uint8Array() });
  });
}

if (import.meta.main) {
  for (const path of process.argv.slice(2)) writeFileSync(`${path}.cache`, await cacheOf(path));
}
