/** Sizes and times with units, as flags, grants, manifests and policies write them. Refuses bare numbers: a unit says what was meant. */
import { fail } from "./errors.ts";

const sizes: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };
const times: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parse(text: string, units: Record<string, number>, what: string, example: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)([a-z]+)$/i.exec(text.trim());
  const word = match?.[2]?.toLowerCase() ?? "";
  const unit = Object.hasOwn(units, word) ? units[word] : undefined;
  if (!match?.[1] || !unit) {
    const known = Object.keys(units).join(", ");
    throw fail(
      "E_USAGE",
      `"${text}" is not ${what}: write a number and a unit (${known}), for example ${example}`,
    );
  }
  return Math.round(Number(match[1]) * unit);
}

/** Bytes. `10mb` = 10 × 1024². @throws E_USAGE */
export const parseSize = (text: string): number => parse(text, sizes, "a size", "10mb");

/** Milliseconds. `1.5s` = 1500. @throws E_USAGE */
export const parseTime = (text: string): number => parse(text, times, "a time", "30s");

function print(value: number, units: Record<string, number>): string {
  const fits = Object.entries(units).filter(([, size]) => value >= size && value % size === 0);
  const [unit, size] = fits.at(-1) ?? Object.entries(units)[0] ?? ["", 1];
  return `${value / size}${unit}`;
}

/** The shortest form that parses back to the same number of bytes. */
export const printSize = (bytes: number): string => print(bytes, sizes);

/** The shortest form that parses back to the same number of milliseconds. */
export const printTime = (ms: number): string => print(ms, times);

/** For people: `1.4 MB`, three significant figures. */
export function humanSize(bytes: number): string {
  const names = ["bytes", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < names.length - 1) {
    value /= 1024;
    at += 1;
  }
  return at === 0
    ? `${value} ${value === 1 ? "byte" : "bytes"}`
    : `${Number(value.toPrecision(3))} ${names[at]}`;
}
