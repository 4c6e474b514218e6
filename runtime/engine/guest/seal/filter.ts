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

interface Step {
  readonly code: number;
  readonly value: number;
  readonly onTrue: number;
  readonly onFalse: number;
}

const step = (code: number, value: number, onTrue = 0, onFalse = 0): Step => ({
  code,
  value,
  onTrue,
  onFalse,
});

/** The program for process `pid` as an array of `struct sock_filter`. */
export function filterProgram(architecture: Architecture, pid: number): Uint8Array {
  const numbers = (calls: readonly Call[]) =>
    calls.map((call) => numberOf(call, architecture)).filter((number) => number !== null);
  const only = (call: Call) => numbers([call])[0] ?? 0;
  // Each answer stands directly behind its test: no jump is longer than three steps.
  const answer = (number: number, result: number) => [
    step(JUMP_IF_EQUAL, number, 0, 1),
    step(RETURN, result),
  ];
  const steps = [
    step(LOAD, OFFSET_ARCH),
    step(JUMP_IF_EQUAL, AUDIT_ARCH[architecture], 1, 0),
    step(RETURN, KILL_PROCESS),
    step(LOAD, OFFSET_NR),
    ...(architecture === "x64" ? [step(JUMP_IF_AT_LEAST, X32_BIT, 0, 1), step(RETURN, KILL_PROCESS)] : []),
    ...numbers(ALLOWED).flatMap((number) => answer(number, ALLOW)),
    ...numbers(REFUSED).flatMap((number) => answer(number, ERRNO | EPERM)),
    step(JUMP_IF_EQUAL, only(MMAP), 0, 4),
    step(LOAD, offsetOfArgument(3)),
    step(JUMP_IF_BITS, MAP_ANONYMOUS, 0, 1),
    step(RETURN, ALLOW),
    step(RETURN, ERRNO | EACCES),
    step(JUMP_IF_EQUAL, only(TGKILL), 0, 4),
    step(LOAD, offsetOfArgument(0)),
    step(JUMP_IF_EQUAL, pid, 0, 1),
    step(RETURN, ALLOW),
    step(RETURN, ERRNO | EPERM),
    step(RETURN, KILL_PROCESS),
  ];
  const program = Buffer.alloc(8 * steps.length);
  for (const [index, { code, value, onTrue, onFalse }] of steps.entries()) {
    program.writeUInt16LE(code, 8 * index);
    program.writeUInt8(onTrue, 8 * index + 2);
    program.writeUInt8(onFalse, 8 * index + 3);
    program.writeUInt32LE(value >>> 0, 8 * index + 4);
  }
  return program;
}
