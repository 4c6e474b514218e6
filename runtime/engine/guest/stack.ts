/** Gives this process a native stack that is deep enough for the deepest permitted recursion of a guest.
 *
 *  V8's own option for that (`--stack-size`) is the same for broker and engine, where a deep recursion of the broker
 *  would run over the end of its stack; and it changes V8's flag hash, so that the code cache of Node's built-in
 *  modules is refused: +7 ms for `child_process` alone. So the limit is set here, through the function that V8 exports
 *  to embedders (v8-isolate.h, `Isolate::SetStackLimit`); the main thread's stack then grows up to the soft limit. */
import { readFileSync } from "node:fs";

/** What V8 may use, in bytes: 64 times the guest's largest stack, measured (1 MiB of it needs 64 MiB). */
const USABLE = 62_000n * 1024n;
/** With what the system and native code need beyond. */
const NEEDED = 80n * 1024n * 1024n;
const RLIMIT_STACK = 3;

/** @throws Error where the system's hard limit is lower. Other systems than Linux: no effect. */
export function growStack(): void {
  if (process.platform !== "linux") return;
  const { lib, functions } = process.getBuiltinModule("node:ffi").dlopen(null, {
    getrlimit: { return: "int32", arguments: ["int32", "buffer"] },
    setrlimit: { return: "int32", arguments: ["int32", "buffer"] },
    _ZN2v87Isolate10GetCurrentEv: { return: "uint64", arguments: [] },
    _ZN2v87Isolate13SetStackLimitEm: { return: "void", arguments: ["uint64", "uint64"] },
  });
  try {
    const limits = new BigUint64Array(2);
    const asked = functions.getrlimit(RLIMIT_STACK, limits) === 0;
    const [soft = 0n, hard = 0n] = limits;
    if (soft < NEEDED) {
      limits[0] = NEEDED;
      if (!asked || hard < NEEDED || functions.setrlimit(RLIMIT_STACK, limits) !== 0) {
        throw new Error("the system's limit for stacks is too low (80 MiB are needed)");
      }
    }
    const isolate = functions._ZN2v87Isolate10GetCurrentEv();
    functions._ZN2v87Isolate13SetStackLimitEm(isolate, stackTop() - USABLE);
  } finally {
    lib.close();
  }
}

/** Highest address of the main thread's stack. */
function stackTop(): bigint {
  const top = /^[0-9a-f]+-([0-9a-f]+) .*\[stack\]$/m.exec(readFileSync("/proc/self/maps", "latin1"))?.[1];
  if (top === undefined) throw new Error("the stack is not among this process's mappings");
  return BigInt(`0x${top}`);
}
