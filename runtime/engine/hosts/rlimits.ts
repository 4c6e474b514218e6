/** Bounds another process of this person from outside, through the kernel (Linux: prlimit). On other systems there is no such
 *  call: they have the time limit, and whatever the process bounds itself. */
import { dlopen, getRawPointer } from "node:ffi";
import { readdirSync, readlinkSync } from "node:fs";
import { fail } from "../../core/errors.ts";

/** From asm-generic/resource.h; the same on x86-64 and aarch64. */
const resource = { cpu: 0, fsize: 1, data: 2, core: 4, nofile: 7 } as const;

export interface ProcessBounds {
  /** ms of CPU time, summed over threads, at which the kernel kills: a backstop should this process die first. */
  readonly time: number;
  /** Bytes of writable private memory. */
  readonly memory: number;
}

/** Whether a Go process has made the two descriptors of its poller, without which it cannot go on once it may make no more. */
export function hasPoller(pid: number): boolean {
  if (process.platform !== "linux") return true;
  const folder = `/proc/${pid}/fd`;
  let found = 0;
  try {
    for (const fd of readdirSync(folder)) {
      const target = readlinkSync(`${folder}/${fd}`);
      if (target === "anon_inode:[eventpoll]" || target === "anon_inode:[eventfd]") found++;
    }
  } catch {
    return false;
  }
  return found >= 2;
}

/** No new descriptors, no file written, no core; memory and CPU bounded. @throws E_UNAVAILABLE when a bound does not hold */
export function boundProcess(pid: number, bounds: ProcessBounds): void {
  if (process.platform !== "linux") return;
  const { functions, lib } = dlopen(null, {
    prlimit64: { arguments: ["int32", "int32", "pointer", "pointer"], return: "int32" },
  });
  const cpu = BigInt(Math.ceil(bounds.time / 1000) * 4 + 1);
  const wanted: readonly (readonly [number, bigint])[] = [
    [resource.nofile, 0n],
    [resource.fsize, 0n],
    [resource.core, 0n],
    [resource.cpu, cpu],
    [resource.data, BigInt(bounds.memory)],
  ];
  try {
    for (const [which, limit] of wanted) {
      const pair = new BigUint64Array([limit, limit]);
      const outcome = functions.prlimit64(pid, which, getRawPointer(pair.buffer), 0n);
      if (outcome !== 0) throw fail("E_UNAVAILABLE", "the bundler's process could not be bounded");
    }
  } finally {
    lib.close();
  }
}
