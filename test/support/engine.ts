/** Real engine processes for tests: the child's program and the guest's chunks bundled as the build does, run by this
 *  Node with the executable's own options, sealed where the system can. */
import { type ChildProcess, spawn } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { buildSync } from "esbuild";
import type { Engine, EngineExit } from "../../runtime/engine/engine.ts";
import { adoptEngine, engineSpawnOptions } from "../../runtime/engine/hosts/process.ts";
import type { GuestError, GuestMessage } from "../../runtime/engine/message.ts";
import { takeImage } from "../../scripts/image.ts";

const root = resolve(import.meta.dirname, "../..");
const MIB = 1024 * 1024;
/** What the executable gives to V8: see scripts/sea.ts. */
export const NODE_OPTIONS = ["--no-warnings", "--max-semi-space-size=2"];

const wasm = join(root, "node_modules/@jitl/quickjs-ng-wasmfile-release-sync/dist/emscripten-module.wasm");

/** Stands for the executable's boot: all assets are in memory, because a sealed process reads no file. */
const RUNNER = `
const fs = require("node:fs");
const chunks = fs.readdirSync(__dirname + "/guest", { recursive: true }).filter((name) => name.endsWith(".js"));
const image = fs.existsSync(__dirname + "/engine.image") ? ["engine.image"] : [];
const files = ["quickjs.wasm", ...image, ...chunks.map((name) => "guest/" + name)];
const held = new Map(files.map((name) => [name, fs.readFileSync(__dirname + "/" + name)]));
const assets = (name) => {
  if (!held.has(name)) throw new Error("no asset " + name);
  return held.get(name);
};
require("./engine.js").main(process.argv.slice(2), { assets });
`;

/** Bundles `entry`, a child program, and the guest's chunks into a new folder; the path of a script that runs it.
 *  `chunks` stand in for those of the standard library, as CJS texts by name. Without `image` each engine starts afresh,
 *  as it does where the build made none. */
export function buildChild(
  entry = "runtime/engine/guest/child.ts",
  chunks: { readonly [name: string]: string } = {},
  image = true,
): { script: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "sbx-engine-"));
  mkdirSync(join(folder, "guest/module"), { recursive: true });
  const common = { absWorkingDir: root, bundle: true, write: false, format: "cjs" } as const;
  const program = buildSync({
    ...common,
    entryPoints: [entry],
    platform: "node",
    target: "node26",
    conditions: ["node", "import", "require"],
    define: { "import.meta.url": '"file:///sbx"' },
  });
  writeFileSync(join(folder, "engine.js"), program.outputFiles[0]?.text ?? "");
  for (const chunk of globSync(["stdlib/web/chunks/*.ts", "stdlib/web/modules/*.ts"], { cwd: root })) {
    const built = buildSync({
      ...common,
      entryPoints: [chunk],
      platform: "neutral",
      target: "es2023",
      mainFields: ["module", "main"],
      external: ["sbx:*"],
    });
    const text = `(function (exports, require, module) {${built.outputFiles[0]?.text}\n})`;
    const kind = chunk.includes("modules") ? "guest/module" : "guest";
    writeFileSync(join(folder, kind, `${basename(chunk, ".ts")}.js`), text);
  }
  for (const [name, text] of Object.entries(chunks)) {
    writeFileSync(join(folder, "guest", `${name}.js`), `(function (exports, require, module) {${text}\n})`);
  }
  writeFileSync(join(folder, "quickjs.wasm"), readFileSync(wasm));
  if (image) takeImage(process.execPath, folder);
  const script = join(folder, "run.cjs");
  writeFileSync(script, RUNNER);
  return { script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function spawnChild(script: string, memory = 128 * MIB, ...options: readonly string[]): ChildProcess {
  return spawn(
    process.execPath,
    [...NODE_OPTIONS, script, `--memory=${memory}`, ...options],
    engineSpawnOptions,
  );
}

export interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly error: GuestError | undefined;
  readonly exit: EngineExit;
  readonly calls: readonly Extract<GuestMessage, { type: "call" }>[];
}

export type Answering = Pick<Engine, "result" | "fail">;

export interface RunOptions {
  readonly memory?: number;
  readonly stack?: number;
  readonly seed?: string;
  /** Answers calls; by default each gets its own name and bytes back. */
  readonly answer?: (engine: Answering, call: Extract<GuestMessage, { type: "call" }>) => void;
  /** Kills after so many ms. */
  readonly timeout?: number;
}

/** Runs one program to its end: until it failed, or is done with nothing left to wait for. */
export async function runGuest(script: string, source: string, options: RunOptions = {}): Promise<Outcome> {
  const { memory = 128 * MIB, stack = MIB, seed = null, timeout = 15_000 } = options;
  const engine = adoptEngine(spawnChild(script, memory));
  const texts = { 1: "", 2: "" };
  const calls: Extract<GuestMessage, { type: "call" }>[] = [];
  let pending = 0;
  const counted: Answering = {
    result(id, head, body) {
      pending--;
      engine.result(id, head, body);
    },
    fail(id, head) {
      pending--;
      engine.fail(id, head);
    },
  };
  let error: GuestError | undefined;
  const timer = setTimeout(() => engine.kill(), timeout);
  engine.listen((message) => {
    switch (message.type) {
      case "out":
        texts[message.stream] += Buffer.from(message.bytes).toString();
        break;
      case "call":
        calls.push(message);
        pending++;
        if (options.answer) options.answer(counted, message);
        else counted.result(message.id, JSON.stringify(message.op), Buffer.from(message.body));
        break;
      case "idle":
        if (pending > 0 || message.seen !== engine.sent) break;
        if (message.wake !== null) setTimeout(() => engine.wake(), message.wake);
        else if (message.refs === 0) engine.kill();
        break;
      case "fail":
        error = message.error;
        engine.kill();
        break;
      case "ready":
        break;
      default:
        message satisfies never;
    }
  });
  engine.configure({ memory, stack, seed });
  engine.start({ name: "main.ts", source, data: { seed } });
  const exit = await engine.exited;
  clearTimeout(timer);
  return { out: texts[1], err: texts[2], error, exit, calls };
}
