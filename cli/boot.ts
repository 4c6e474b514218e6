/** The executable's first lines. Decides which of the three processes this is, and loads that program from the assets.
 *  The engine child is started before anything else, because its start takes longer than all that the broker does.
 *
 *  Knows nothing of commands beyond which ones run a plugin; refuses to be steered by Node's environment variables.
 *  The only importer of `node:sea`. */
import "./environment.ts";
import type { ChildProcess } from "node:child_process";
import { getAssetKeys, getRawAsset } from "node:sea";
import { Script } from "node:vm";

/** Bytes of a file inside the executable: a view that must never be written to (the system kills the process).
 *  Throws when there is no such asset. */
export type Assets = (name: string) => Uint8Array;

/** What `cli/main.ts` gets. `engine` is the child that already starts, for commands that run a plugin: whoever has
 *  no use for it kills it. */
export interface BrokerStart {
  readonly assets: Assets;
  readonly engine: ChildProcess | undefined;
}

/** What `runtime/engine/guest/child.ts` gets. */
export interface ChildStart {
  readonly assets: Assets;
}

interface Entry<Start> {
  readonly main: (argv: readonly string[], start: Start) => unknown;
}

const CHILD = "--sbx-engine";
const DATA = "--sbx-data";
/** `doctor` runs none, but shows what the engine could seal. */
const RUNS_A_PLUGIN = new Set(["run", "eval", "learn", "doctor"]);
const DEFAULT_MEMORY = 128 * 1024 * 1024;

const assets: Assets = (name) => new Uint8Array(getRawAsset(name));

/** Evaluates one bundled program. Its text is ASCII (the build sees to it), so that it need not be decoded. */
function load<Start>(name: string): Entry<Start> {
  const bytes = assets(name);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const cached = getAssetKeys().includes(`${name}.cache`) ? assets(`${name}.cache`) : undefined;
  const script = new Script(source, { filename: `sbx:${name}`, ...(cached && { cachedData: cached }) });
  const module = { exports: {} as Entry<Start> };
  script.runInThisContext()(module.exports, require, module, `sbx:${name}`, "sbx:");
  return module.exports;
}

/** The memory bound among the options before the plugin's own arguments. A malformed one is the command's to refuse. */
function memoryOf(options: readonly string[]): number {
  const units: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };
  let memory = DEFAULT_MEMORY;
  let words = 0;
  for (const option of options) {
    if (option === "--" || (!option.startsWith("-") && ++words > 1)) break;
    const size = /^--memory=(\d{1,12}(?:\.\d{1,6})?)([kmg]?b)$/i.exec(option);
    if (size) memory = Math.round(Number(size[1]) * (units[size[2]?.toLowerCase() ?? ""] ?? 0));
  }
  return memory;
}

/** Runs the file that this process runs, even when it was replaced or removed on disk since. */
const self = process.platform === "linux" ? "/proc/self/exe" : process.execPath;

function startEngine(options: readonly string[]): ChildProcess {
  // Loaded here, because the engine child has no use for it and it costs 3 ms.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const engine = spawn(self, [CHILD, `--memory=${memoryOf(options)}`], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    env: {},
    cwd: "/",
    detached: true,
    windowsHide: true,
  });
  engine.on("error", (error: NodeJS.ErrnoException) => {
    const remedy = "free processes and descriptors of this user (ulimit -a), then try again";
    const said = `error[E_UNAVAILABLE]: the engine could not be started (${error.code})\n  what helps:  ${remedy}\n`;
    process.stderr.write(said);
    process.exit(69);
  });
  return engine;
}

/** SIGUSR1 asks other Node programs for a debugger. With that switched off, its default action would end us. */
const ignore = () => {};

function boot(argv: readonly string[]): void {
  const [command = "", ...options] = argv;
  if (command === CHILD) {
    load<ChildStart>("engine.js").main(options, { assets });
    return;
  }
  if (command === DATA) {
    load<undefined>("data.js").main(options, undefined);
    return;
  }
  process.on("SIGUSR1", ignore);
  const engine = RUNS_A_PLUGIN.has(command) ? startEngine(options) : undefined;
  load<BrokerStart>("cli.js").main(argv, { assets, engine });
}

boot(process.argv.slice(2));
