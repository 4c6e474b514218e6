import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { humanSize, parseSize, parseTime, printSize, printTime } from "../../../runtime/core/units.ts";

const sizes: readonly { why: string; text: string; is: number }[] = [
  { why: "bytes", text: "512b", is: 512 },
  { why: "kilobytes are 1024 bytes", text: "1kb", is: 1024 },
  { why: "megabytes", text: "10mb", is: 10 * 1024 ** 2 },
  { why: "gigabytes", text: "2gb", is: 2 * 1024 ** 3 },
  { why: "a fraction", text: "1.5kb", is: 1536 },
  { why: "capitals", text: "10MB", is: 10 * 1024 ** 2 },
];
describe("a size:", () => {
  test.each(sizes)("$why", ({ text, is }) => expect(parseSize(text)).toBe(is));
});

const times: readonly { why: string; text: string; is: number }[] = [
  { why: "milliseconds", text: "250ms", is: 250 },
  { why: "seconds", text: "30s", is: 30_000 },
  { why: "minutes", text: "10m", is: 600_000 },
  { why: "hours", text: "1h", is: 3_600_000 },
  { why: "days", text: "2d", is: 172_800_000 },
  { why: "a fraction", text: "1.5s", is: 1500 },
];
describe("a time:", () => {
  test.each(times)("$why", ({ text, is }) => expect(parseTime(text)).toBe(is));
});

const neither: readonly { why: string; text: string }[] = [
  { why: "a number without a unit", text: "10" },
  { why: "a unit without a number", text: "mb" },
  { why: "less than nothing", text: "-1mb" },
  { why: "an unknown unit", text: "1tb" },
  { why: "a number in another notation", text: "1e3kb" },
  { why: "two units", text: "1mb1kb" },
  { why: "nothing", text: "" },
  { why: "a name of the prototype", text: "1constructor" },
  { why: "endlessly many", text: "Infinitymb" },
];
describe("neither a size nor a time is", () => {
  test.each(neither)("$why", ({ text }) => {
    expect(() => parseSize(text)).toThrow(/number and a unit/);
    expect(() => parseTime(text)).toThrow(/number and a unit/);
  });
});

test("what is printed is read back as the same number", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 12 - 1 }), (value) => {
      expect(parseSize(printSize(value))).toBe(value);
      expect(parseTime(printTime(value))).toBe(value);
    }),
  );
});

test("people read three figures", () => {
  expect([1, 1023, 1024, 1_500_000, 1.5 * 1024 ** 3].map(humanSize)).toEqual([
    "1 byte",
    "1023 bytes",
    "1 KB",
    "1.43 MB",
    "1.5 GB",
  ]);
});
