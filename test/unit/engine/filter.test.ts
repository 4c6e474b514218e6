import { describe, expect, test } from "vitest";
import {
  ALLOWED,
  type Architecture,
  MMAP,
  numberOf,
  REFUSED,
  TGKILL,
} from "../../../runtime/engine/guest/seal/calls.ts";
import { ALLOW, filterProgram, KILL_PROCESS } from "../../../runtime/engine/guest/seal/filter.ts";

const PID = 4711;
const EPERM = 0x50001;
const EACCES = 0x5000d;
const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 };

interface Made {
  readonly nr: number;
  readonly arch: number;
  readonly args?: readonly number[];
}

/** A classic BPF machine with the instructions that the filter uses. */
function judge(program: Uint8Array, { nr, arch, args = [] }: Made): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, nr, true);
  data.setUint32(4, arch, true);
  args.forEach((arg, index) => {
    data.setUint32(16 + 8 * index, arg, true);
  });
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const code = view.getUint16(8 * at, true);
    const value = view.getUint32(8 * at + 4, true);
    const jump = (taken: boolean) => view.getUint8(8 * at + (taken ? 2 : 3));
    if (code === 0x20) accumulator = data.getUint32(value, true);
    else if (code === 0x15) at += jump(accumulator === value);
    else if (code === 0x35) at += jump(accumulator >= value);
    else if (code === 0x45) at += jump((accumulator & value) !== 0);
    else if (code === 0x06) return value;
    else throw new Error(`instruction ${code}`);
  }
}

describe.each(["x64", "arm64"] as const)("the filter on %s", (architecture: Architecture) => {
  const program = filterProgram(architecture, PID);
  const arch = AUDIT[architecture];
  const numbers = (calls: typeof ALLOWED) =>
    calls.map((call) => numberOf(call, architecture)).filter((nr) => nr !== null);
  const [mmap, tgkill] = [numberOf(MMAP, architecture) ?? 0, numberOf(TGKILL, architecture) ?? 0];
  const known = new Set([...numbers(ALLOWED), ...numbers(REFUSED), mmap, tgkill]);

  const cases = [
    { why: "anonymous memory is granted", made: { nr: mmap, arch, args: [0, 4096, 3, 0x22] }, gives: ALLOW },
    { why: "memory of a file is refused", made: { nr: mmap, arch, args: [0, 4096, 3, 2, 3] }, gives: EACCES },
    { why: "a signal to itself is granted", made: { nr: tgkill, arch, args: [PID, 1, 6] }, gives: ALLOW },
    { why: "a signal to others is refused", made: { nr: tgkill, arch, args: [1, 1, 9] }, gives: EPERM },
    { why: "read of another architecture kills", made: { nr: 0, arch: 0x40000003 }, gives: KILL_PROCESS },
    { why: "an x32 number kills", made: { nr: 0x40000000, arch }, gives: KILL_PROCESS },
    { why: "the largest number kills", made: { nr: 0xffffffff, arch }, gives: KILL_PROCESS },
  ];
  test.each(cases)("$why", ({ made, gives }) => {
    expect(judge(program, made)).toBe(gives);
  });

  test("each listed call gets its answer, and every other number up to 1024 kills", () => {
    for (const nr of numbers(ALLOWED)) expect(judge(program, { nr, arch }), `call ${nr}`).toBe(ALLOW);
    for (const nr of numbers(REFUSED)) expect(judge(program, { nr, arch }), `call ${nr}`).toBe(EPERM);
    for (let nr = 0; nr <= 1024; nr++) {
      if (!known.has(nr)) expect(judge(program, { nr, arch }), `call ${nr}`).toBe(KILL_PROCESS);
    }
  });

  test("no number is listed twice", () => {
    expect(known.size).toBe(numbers(ALLOWED).length + numbers(REFUSED).length + 2);
  });
});
