/** Entries to text: on one line when they are few and short, in columns when they are many, else one a line. The
 *  arithmetic is Node's, so that output can be compared. */
import { primordials } from "sbx:chunk/boot";
import type { Context, EntryStyle } from "./context.ts";
import { widthOf } from "./width.ts";

const { floor, join, max, min, padEnd, padStart, push, repeat, round, sqrt, stringIncludes } = primordials;

/** Between two entries of a row: comma and space. */
const SEPARATOR = 2;

export function layOut(
  cx: Context,
  entries: string[],
  base: string,
  braces: readonly [string, string],
  style: EntryStyle,
  level: number,
  value: object,
): string {
  const { 0: open, 1: close } = braces;
  const lead = base === "" ? "" : `${base} `;
  if (cx.compact > 0) {
    const rows = style === "array" && entries.length > 6 ? group(cx, entries, value) : entries;
    if (cx.currentDepth - level < cx.compact && rows.length === entries.length) {
      const start = rows.length + cx.indentation + open.length + base.length + 10;
      if (fits(cx, rows, start, base)) {
        const line = join(rows, ", ");
        if (!stringIncludes(line, "\n")) return `${lead}${open} ${line} ${close}`;
      }
    }
    return lines(cx, rows, lead, open, close);
  }
  return lines(cx, entries, lead, open, close);
}

function lines(cx: Context, rows: string[], lead: string, open: string, close: string): string {
  const indent = `\n${repeat(" ", cx.indentation)}`;
  return `${lead}${open}${indent}  ${join(rows, `,${indent}  `)}${indent}${close}`;
}

function fits(cx: Context, rows: string[], start: number, base: string): boolean {
  let total = rows.length + start;
  if (total + rows.length > cx.breakLength) return false;
  for (let i = 0; i < rows.length; i++) {
    total += (rows[i] as string).length;
    if (total > cx.breakLength) return false;
  }
  return base === "" || !stringIncludes(base, "\n");
}

/** Rows of several entries each, or the entries as they are. */
function group(cx: Context, entries: string[], value: object): string[] {
  const hasMore = cx.maxArrayLength < entries.length;
  const count = hasMore ? entries.length - 1 : entries.length;
  let total = 0;
  let longest = 0;
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    const columns = widthOf(entries[i] as string);
    push(taken, columns);
    total += columns + SEPARATOR;
    longest = max(longest, columns);
  }
  const width = longest + SEPARATOR;
  if (width * 3 + cx.indentation >= cx.breakLength || (total / width <= 5 && longest > 6)) return entries;
  const bias = sqrt(width - total / entries.length);
  const biased = max(width - 3 - bias, 1);
  const columns = min(
    round(sqrt(2.5 * biased * count) / biased),
    floor((cx.breakLength - cx.indentation) / width),
    cx.compact * 4,
    15,
  );
  if (columns <= 1) return entries;
  const widths: number[] = [];
  for (let i = 0; i < columns; i++) {
    let widest = 0;
    for (let j = i; j < count; j += columns) widest = max(widest, taken[j] as number);
    push(widths, widest + SEPARATOR);
  }
  const numbers = allNumbers(value as ArrayLike<unknown>, entries.length);
  const rows: string[] = [];
  for (let i = 0; i < count; i += columns)
    push(rows, row(entries, taken, i, min(i + columns, count), widths, numbers));
  if (hasMore) push(rows, entries[count] as string);
  return rows;
}

function row(
  entries: string[],
  taken: number[],
  from: number,
  to: number,
  widths: number[],
  numbers: boolean,
): string {
  let text = "";
  const pad = numbers ? padStart : padEnd;
  // Padding counts code units.
  const length = (j: number, width: number): number =>
    width + (entries[j] as string).length - (taken[j] as number);
  for (let j = from; j < to - 1; j++)
    text += pad(`${entries[j]}, `, length(j, widths[j - from] as number), " ");
  const last = entries[to - 1] as string;
  return (
    text +
    (numbers ? padStart(last, length(to - 1, (widths[to - 1 - from] as number) - SEPARATOR), " ") : last)
  );
}

function allNumbers(value: ArrayLike<unknown>, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const type = typeof value[i];
    if (type !== "number" && type !== "bigint") return false;
  }
  return true;
}
