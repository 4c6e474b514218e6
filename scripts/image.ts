/** The engine's memory after its start (runtime/engine/guest/image.ts), taken by starting one here.
 *
 *  Run as a program in a process of its own, because it stops the clock: takes the staging folder, which holds the
 *  engine's module and the guest's chunks, and writes `engine.image` into it. The same sources give the same bytes. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Realm } from "../runtime/engine/guest/realm.ts";
import { compile } from "../runtime/engine/guest/wasm.ts";

export const IMAGE = "engine.image";

/** Chunks that lie evaluated in the image: all whose evaluation asks nothing of the host and of the program. */
const EVALUATED = [
  "inspect",
  "text",
  "url",
  "events",
  "clone",
  "streams",
  "blob",
  "fetch",
  "crypto",
  "module/fs",
  "module/net",
  "module/data",
  "module/env",
  "module/permissions",
];

/** Name of the image written into `stage`. @throws Error with what Node said. */
export function takeImage(nodePath: string, stage: string): string {
  const made = spawnSync(nodePath, ["--no-warnings", import.meta.filename, stage], {
    encoding: "utf8",
    env: { TZ: "UTC" },
  });
  if (made.status !== 0) throw new Error(`the engine's image could not be made:\n${made.stderr}`);
  return IMAGE;
}

/** A time that no other part of the memory holds by chance. QuickJS takes its microseconds as the seed of Math.random. */
const STILL = 0x1234_5678_9ab;

function stopClock(): void {
  const refuse = () => {
    throw new Error("the engine asked for the time zone while it started");
  };
  Date.now = () => STILL;
  Math.random = () => 0;
  Date.prototype.getTimezoneOffset = refuse;
  performance.now = () => 0;
}

/** Address of the seed. */
function seedIn(memory: Uint8Array): number {
  const seed = Buffer.alloc(8);
  seed.writeBigUInt64LE(BigInt(STILL) * 1000n);
  const view = Buffer.from(memory.buffer, memory.byteOffset, memory.length);
  const at = view.indexOf(seed);
  if (at < 0 || view.indexOf(seed, at + 1) >= 0)
    throw new Error("the seed of Math.random is not to be found");
  return at;
}

async function main(stage: string): Promise<void> {
  stopClock();
  const none = () => {
    throw new Error("the prelude asked something of the host while it started");
  };
  const realm = await Realm.create({
    module: compile(readFileSync(join(stage, "quickjs.wasm"))),
    memory: 16 * 1024 * 1024,
    stack: 1024 * 1024,
    chunk: (name) => readFileSync(join(stage, "guest", `${name}.js`)),
    pure: none,
    positions: none,
    outlet: { call: none, out: none },
  });
  writeFileSync(join(stage, IMAGE), realm.image(EVALUATED, seedIn));
}

if (import.meta.main) await main(process.argv[2] ?? "");
