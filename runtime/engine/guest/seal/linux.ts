/** The seal on Linux, in order, each step checked. See `calls.ts` for what stays possible.
 *
 *  Every step that fails throws `SealError` with the step's name, except Landlock, which is a second wall that some
 *  kernels lack. No thread pool may have started before: the filter reaches all threads, Landlock (before its ABI 8)
 *  only the one that asks. */

import { readFileSync } from "node:fs";
import { closeInherited } from "./descriptors.ts";
import { filterProgram } from "./filter.ts";
import { type Kernel, openKernel } from "./kernel.ts";
import type { SealOptions } from "./seal.ts";

export class SealError extends Error {
  override name = "SealError";
}

const SIGKILL = 9;
const PR = { setParentDeathSignal: 1, setDumpable: 4, setNoNewPrivileges: 38 };
const RLIMIT = { fileSize: 1, data: 2, stack: 3, core: 4, processes: 6, files: 7 };
/** Native stack that the deepest permitted recursion of a guest needs, in bytes. */
const STACK = 80n * 1024n * 1024n;
const UNCHANGED = null;

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const LANDLOCK_CREATE_RULESET_VERSION = 1;
const LANDLOCK_RESTRICT_SELF_TSYNC = 8;

export function sealLinux({ parent, memory }: SealOptions): readonly string[] {
  const architecture = process.arch;
  if (architecture !== "x64" && architecture !== "arm64")
    throw new SealError(`seal: no table for ${architecture}`);
  const kernel = openKernel(architecture);
  const data = dataSize() + BigInt(Math.floor(memory));
  const walls: string[] = [];
  const step = (name: string, worked: boolean) => {
    if (!worked) throw new SealError(`seal: ${name}`);
    walls.push(name);
  };
  step("descriptors", closeInherited(kernel));
  step("no-new-privileges", kernel.call("prctl", PR.setNoNewPrivileges, 1, 0, 0, 0) === 0);
  step(
    "dies-with-broker",
    kernel.call("prctl", PR.setParentDeathSignal, SIGKILL) === 0 && process.ppid === parent,
  );
  step("not-inspectable", kernel.call("prctl", PR.setDumpable, 0) === 0);
  if (landlock(kernel)) walls.push("landlock");
  step("limits", limitResources(kernel, data));
  step("system-calls", filterCalls(kernel, filterProgram(architecture, process.pid)));
  kernel.close();
  return walls;
}

/** Sizes of `struct landlock_ruleset_attr` and the rights known, by ABI version (linux/landlock.h). */
const FILE_RIGHTS = [0, 13, 14, 15, 15, 16] as const;
const NETWORK_RIGHTS = 0b11n;
const SCOPES = 0b11n;

/** Forbids all files, TCP and signals to others. False where the kernel has no Landlock. */
function landlock(kernel: Kernel): boolean {
  const abi = kernel.call("landlock_create_ruleset", 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return false;
  const fileRights = FILE_RIGHTS[Math.min(abi, FILE_RIGHTS.length - 1)] ?? 13;
  const attributes = new BigUint64Array(abi >= 6 ? 3 : abi >= 4 ? 2 : 1);
  attributes[0] = (1n << BigInt(fileRights)) - 1n;
  if (abi >= 4) attributes[1] = NETWORK_RIGHTS;
  if (abi >= 6) attributes[2] = SCOPES;
  const rules = kernel.call("landlock_create_ruleset", attributes, attributes.byteLength, 0);
  if (rules < 0) throw new SealError("seal: landlock");
  const flags = abi >= 8 ? LANDLOCK_RESTRICT_SELF_TSYNC : 0;
  const worked = kernel.call("landlock_restrict_self", rules, flags) === 0;
  if (!worked || kernel.call("close", rules) !== 0) throw new SealError("seal: landlock");
  return true;
}

/** Private writable memory of this process, in bytes. */
function dataSize(): bigint {
  const status = readFileSync("/proc/self/status", "latin1");
  const at = status.indexOf("VmData:");
  const kilobytes = Number.parseInt(status.slice(at + 7), 10);
  if (at < 0 || !(kilobytes > 0)) throw new SealError("seal: memory in use");
  return BigInt(kilobytes) * 1024n;
}

/** No files, no processes, no core, a stack that is deep enough, and `data` bytes of private memory. */
function limitResources(kernel: Kernel, data: bigint): boolean {
  return (
    limit(kernel, RLIMIT.stack, STACK, UNCHANGED) &&
    limit(kernel, RLIMIT.files, 0n, 0n) &&
    limit(kernel, RLIMIT.fileSize, 0n, 0n) &&
    limit(kernel, RLIMIT.core, 0n, 0n) &&
    limit(kernel, RLIMIT.processes, 0n, 0n) &&
    limit(kernel, RLIMIT.data, data, data)
  );
}

/** `hard` null: keep the hard limit, which must allow `soft`, and never lower the soft one. */
function limit(kernel: Kernel, resource: number, soft: bigint, hard: bigint | null): boolean {
  const present = new BigUint64Array(2);
  if (kernel.call("prlimit64", 0, resource, 0, present) !== 0) return false;
  const [presentSoft = 0n, presentHard = 0n] = present;
  if (hard === null) {
    if (presentSoft >= soft) return true;
    return (
      presentHard >= soft &&
      kernel.call("prlimit64", 0, resource, BigUint64Array.of(soft, presentHard), 0) === 0
    );
  }
  const ceiling = hard < presentHard ? hard : presentHard;
  const lowered = soft < ceiling ? soft : ceiling;
  return kernel.call("prlimit64", 0, resource, BigUint64Array.of(lowered, ceiling), 0) === 0;
}

function filterCalls(kernel: Kernel, program: Uint8Array): boolean {
  const header = Buffer.alloc(16);
  header.writeUInt16LE(program.length / 8, 0);
  header.writeBigUInt64LE(kernel.addressOf(program), 8);
  return kernel.call("seccomp", SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, header) === 0;
}
