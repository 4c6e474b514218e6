/** Not a part of the executable. A child that seals itself as the engine does and says on the channel how long that took, in ms. */
import { readSync, writeSync } from "node:fs";
import { prepare, seal } from "../../runtime/engine/guest/seal/seal.ts";

export function main(): void {
  const parent = process.ppid;
  const started = performance.now();
  prepare();
  seal({ parent, memory: 256 * 1024 * 1024 });
  writeSync(3, `${performance.now() - started}\n`);
  while (readSync(3, Buffer.alloc(1), 0, 1, null) > 0);
}
