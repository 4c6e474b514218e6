import { expect, test } from "vitest";
import { decodeImage, encodeImage, restoreImage } from "../../../runtime/engine/guest/image.ts";

const places = { runtime: 1, context: 2, undefined: 3, null: 4, cell: 5, hook: 6 };
const about = { places, glue: { boot: 7 }, natives: ["call"], random: 8192 };
const PAGE = 65536;

function memoryWith(...marks: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const memory = new Uint8Array(4 * PAGE);
  for (const [at, value] of marks) memory[at] = value;
  return memory;
}

const cases = [
  { why: "nothing", memory: memoryWith() },
  { why: "the first and the last byte", memory: memoryWith([0, 1], [4 * PAGE - 1, 2]) },
  { why: "neighbours across a border", memory: memoryWith([4095, 1], [4096, 2]) },
  { why: "islands", memory: memoryWith([5000, 1], [PAGE, 2], [3 * PAGE + 7, 3]) },
];

test.each(cases)("an image holds $why", ({ memory }) => {
  const image = decodeImage(encodeImage(memory, about));
  expect(image).toMatchObject(about);
  const fresh = new Uint8Array(memory.length);
  restoreImage(image, fresh);
  fresh.fill(0, about.random, about.random + 8);
  expect(Buffer.compare(fresh, memory)).toBe(0);
});

test("an image is no longer than what is not zero, in steps of 4 KiB", () => {
  expect(encodeImage(memoryWith([0, 1], [3 * PAGE, 1]), about).length).toBeLessThan(2 * 4096 + 512);
});

test("each restored memory has a random state of its own, and none is zero", () => {
  const image = decodeImage(encodeImage(memoryWith([0, 1]), about));
  const states = Array.from({ length: 50 }, () => {
    const fresh = new Uint8Array(PAGE);
    restoreImage(image, fresh);
    return Buffer.from(fresh.subarray(about.random, about.random + 8)).readBigUInt64LE();
  });
  expect(new Set(states).size).toBe(50);
  expect(states).not.toContain(0n);
});

test("a memory that is too small is refused", () => {
  const image = decodeImage(encodeImage(memoryWith([3 * PAGE, 1]), about));
  expect(() => restoreImage(image, new Uint8Array(PAGE))).toThrow(RangeError);
});
