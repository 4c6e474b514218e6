/** The limits that the command line can set: names, units, and what no machine or engine could honour. Refuses to know their
 *  defaults and who enforces them. */
import { fail } from "../runtime/core/errors.ts";
import { parseSize, parseTime, printSize, printTime } from "../runtime/core/units.ts";

export type LimitName =
  | "timeout"
  | "cpu"
  | "memory"
  | "stack"
  | "output"
  | "handles"
  | "inflight"
  | "body"
  | "requestTimeout"
  | "traffic"
  | "kv";

interface LimitRow {
  readonly flag: string;
  readonly unit: "time" | "size" | "count";
  readonly example: string;
  readonly least: number;
  readonly most: number;
}

const KB = 1024;
const MB = 1024 ** 2;
const GB = 1024 ** 3;
/** The longest delay that a timer of the broker can wait: 2³¹ − 1 ms. */
const longest = 2 ** 31 - 1;

const time = (flag: string, example: string): LimitRow => ({
  flag,
  unit: "time",
  example,
  least: 1,
  most: longest,
});
const size = (flag: string, example: string, least: number, most: number): LimitRow => ({
  flag,
  unit: "size",
  example,
  least,
  most,
});
const count = (flag: string, example: string): LimitRow => ({
  flag,
  unit: "count",
  example,
  least: 1,
  most: 1_000_000,
});

export const limitRows: ReadonlyMap<LimitName, LimitRow> = new Map([
  ["timeout", time("timeout", "30s")],
  ["cpu", time("cpu", "10s")],
  ["requestTimeout", time("request-timeout", "30s")],
  // The engine's module declares 256 pages of 64 KiB at least and 32768 at most.
  ["memory", size("memory", "128mb", 16 * MB, 2 * GB)],
  ["stack", size("stack", "1mb", 64 * KB, MB)],
  ["output", size("output", "16mb", 0, Number.MAX_SAFE_INTEGER)],
  ["body", size("body", "64mb", 1, Number.MAX_SAFE_INTEGER)],
  ["traffic", size("traffic", "100mb", 0, Number.MAX_SAFE_INTEGER)],
  ["kv", size("kv", "16mb", 0, Number.MAX_SAFE_INTEGER)],
  ["handles", count("handles", "256")],
  ["inflight", count("inflight", "64")],
]);

/** Milliseconds, bytes or a count. @throws E_USAGE with the bound that was missed */
export function readLimit(name: LimitName, text: string): number {
  const row = limitRows.get(name);
  if (row === undefined) throw fail("E_INTERNAL", `no limit is called ${name}`);
  const value = parse(row, text);
  if (value < row.least) throw outside(row, text, `at least ${print(row, row.least)}`);
  if (value > row.most) throw outside(row, text, `at most ${print(row, row.most)}`);
  return value;
}

function parse(row: LimitRow, text: string): number {
  if (row.unit === "count") {
    if (!/^\d{1,9}$/.test(text)) throw outside(row, text, "a whole number");
    return Number(text);
  }
  try {
    return row.unit === "time" ? parseTime(text) : parseSize(text);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw fail("E_USAGE", `--${row.flag}: ${what}`, { remedy: `write --${row.flag}=${row.example}` });
  }
}

const outside = (row: LimitRow, text: string, must: string) =>
  fail("E_USAGE", `--${row.flag}=${text} must be ${must}`, { remedy: `write --${row.flag}=${row.example}` });

function print(row: LimitRow, value: number): string {
  if (row.unit === "count") return String(value);
  return row.unit === "time" ? printTime(value) : printSize(value);
}
