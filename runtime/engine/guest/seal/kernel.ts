/** System calls by name, through libc's `syscall` and Node's foreign function interface, without a native addon.
 *  A negative result is a failure. The only importer of `node:ffi` here. */

import { dlopen, getRawPointer } from "node:ffi";
import type { Architecture } from "./calls.ts";

const NUMBERS = {
  close: [3, 57],
  fcntl: [72, 25],
  prctl: [157, 167],
  prlimit64: [302, 261],
  seccomp: [317, 277],
  landlock_create_ruleset: [444, 444],
  landlock_restrict_self: [446, 446],
} as const;

export type CallName = keyof typeof NUMBERS;

export interface Kernel {
  /** Buffers are passed by address and must stay referenced until the call returned. */
  call(name: CallName, ...args: readonly (number | Uint8Array | BigUint64Array)[]): number;
  addressOf(bytes: Uint8Array | BigUint64Array): bigint;
  close(): void;
}

export function openKernel(architecture: Architecture): Kernel {
  const { lib, functions } = dlopen(null, {
    syscall: { arguments: ["int64", "int64", "int64", "int64", "int64", "int64"], return: "int64" },
  });
  const addressOf = (bytes: Uint8Array | BigUint64Array) =>
    getRawPointer(bytes.buffer as ArrayBuffer) + BigInt(bytes.byteOffset);
  const word = (arg: number | Uint8Array | BigUint64Array | undefined) =>
    arg === undefined ? 0n : typeof arg === "number" ? BigInt(arg) : addressOf(arg);
  return {
    addressOf,
    call(name, ...args) {
      const number = NUMBERS[name][architecture === "x64" ? 0 : 1];
      const words = [0, 1, 2, 3, 4].map((index) => word(args[index])) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      return Number(functions.syscall(BigInt(number), ...words));
    },
    close: () => lib.close(),
  };
}
