/** The seccomp filter as classic BPF, assembled from the tables of `calls.ts`. Pure: numbers in, bytes out.
 *  Default: kill the process. Layout of `struct seccomp_data` and the return values: seccomp(2), linux/seccomp.h. */

import { ALLOWED, type Architecture, type Call, MMAP, numberOf, REFUSED, TGKILL } from "./calls.ts";

export const ALLOW = 0x7fff0000;
export const KILL_PROCESS = 0x80000000;
const ERRNO = 0x00050000;
const EPERM = 1;
const EACCES = 13;

const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const X32_BIT = 0x40000000;
const MAP_ANONYMOUS = 0x20;

const OFFSET_NR = 0;
const OFFSET_ARCH = 4;
/** Low half of an argument; both architectures are little-endian. */
const offsetOfArgument = (index: number) => 16 + 8 * index;

const LOAD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const JUMP_IF_BITS = 0x45;
const RETURN = 0x06;

/** The program for process `pid` as an array of `struct sock_filter`: 16 bits of code, 8 and 8 of steps to jump over when true and
 *  when false, 32 of value. Both architectures are little-endian. */
export function filterProgram(architecture: Architecture, pid: number): Uint8Array {
  const words: number[] = [];
  const step = (code: number, value: number, onTrue = 0, onFalse = 0): void => {
    words.push(code | (onTrue << 16) | (onFalse << 24), value);
  };
  // Each answer stands directly behind its test: no jump is longer than four steps.
  const answer = (calls: readonly Call[], result: number): void => {
    for (const call of calls) {
      const number = numberOf(call, architecture);
      if (number === null) continue;
      step(JUMP_IF_EQUAL, number, 0, 1);
      step(RETURN, result);
    }
  };
  const only = (call: Call): number => numberOf(call, architecture) ?? 0;
  step(LOAD, OFFSET_ARCH);
  step(JUMP_IF_EQUAL, AUDIT_ARCH[architecture], 1, 0);
  step(RETURN, KILL_PROCESS);
  step(LOAD, OFFSET_NR);
  if (architecture === "x64") {
    step(JUMP_IF_AT_LEAST, X32_BIT, 0, 1);
    step(RETURN, KILL_PROCESS);
  }
  answer(ALLOWED, ALLOW);
  answer(REFUSED, ERRNO | EPERM);
  step(JUMP_IF_EQUAL, only(MMAP), 0, 4);
  step(LOAD, offsetOfArgument(3));
  step(JUMP_IF_BITS, MAP_ANONYMOUS, 0, 1);
  step(RETURN, ALLOW);
  step(RETURN, ERRNO | EACCES);
  step(JUMP_IF_EQUAL, only(TGKILL), 0, 4);
  step(LOAD, offsetOfArgument(0));
  step(JUMP_IF_EQUAL, pid, 0, 1);
  step(RETURN, ALLOW);
  step(RETURN, ERRNO | EPERM);
  step(RETURN, KILL_PROCESS);
  return new Uint8Array(Uint32Array.from(words).buffer);
}
