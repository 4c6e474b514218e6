/** Rows of CSV, JSON and NDJSON files, as their columns say, one after the other in flat memory (JSON: as a whole, up to a bound). The only
 *  importer of the CSV parser. */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { pipeline } from "node:stream";
import { parse } from "csv-parse";
import type { ServedSet } from "../protocol.ts";
import { isOurs, unavailable } from "./served.ts";

/** Of a JSON file, and of one line of NDJSON or one record of CSV, in bytes. */
const MAX_JSON = 256 * 1024 * 1024;
const MAX_RECORD = 16 * 1024 * 1024;

/** Values in the order of `columns`; undefined where a row has none. */
export type FileRow = readonly unknown[];

/** @throws E_UNAVAILABLE with what is wrong, for a person */
export async function* fileRows(
  set: ServedSet,
  path: string,
  type: "csv" | "json" | "ndjson",
  columns: readonly string[],
): AsyncGenerator<FileRow> {
  try {
    yield* rowsOf(set, path, type, columns);
  } catch (error) {
    if (isOurs(error)) throw error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw code.startsWith("CSV_")
      ? unavailable(set, "is damaged", `${path}: ${message}`)
      : unavailable(set, "cannot be read", `${path}: ${code || message}`);
  }
}

async function* rowsOf(
  set: ServedSet,
  path: string,
  type: "csv" | "json" | "ndjson",
  columns: readonly string[],
): AsyncGenerator<FileRow> {
  switch (type) {
    case "csv":
      return yield* csvRows(set, path, columns);
    case "ndjson":
      return yield* lineRows(set, path, columns);
    case "json":
      return yield* jsonRows(set, path, columns);
    default:
      return type satisfies never;
  }
}

/** RFC 4180 with a header line; a byte order mark is passed over. */
async function* csvRows(set: ServedSet, path: string, columns: readonly string[]): AsyncGenerator<FileRow> {
  const parser = parse({ bom: true, max_record_size: MAX_RECORD, skip_empty_lines: true });
  // Its callback keeps an error of the file from being thrown where nobody listens; the loop below throws it.
  pipeline(createReadStream(path), parser, () => undefined);
  let places: number[] | undefined;
  for await (const record of parser as AsyncIterable<string[]>) {
    if (places === undefined) places = placesOf(set, path, record, columns);
    else yield places.map((at) => record[at]);
  }
  if (places === undefined) placesOf(set, path, [], columns);
}

function placesOf(
  set: ServedSet,
  path: string,
  head: readonly string[],
  columns: readonly string[],
): number[] {
  const places = columns.map((column) => head.indexOf(column));
  const missing = columns.find((_, at) => places[at] === -1);
  if (missing !== undefined) throw lacks(set, path, missing);
  return places;
}

const lacks = (set: ServedSet, path: string, column: string): Error =>
  unavailable(
    set,
    "is not as the catalog describes it",
    `${path} has no column "${column}" in its first line`,
  );

async function* lineRows(set: ServedSet, path: string, columns: readonly string[]): AsyncGenerator<FileRow> {
  let line = 0;
  for await (const text of linesOf(set, path)) {
    line += 1;
    if (text.trim() === "") continue;
    yield rowOf(set, path, parsed(set, path, text, `line ${line}`), columns, `line ${line}`);
  }
}

async function* linesOf(set: ServedSet, path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8" }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_RECORD) throw unavailable(set, "is damaged", `${path} has a line that is too long`);
    yield* lines;
  }
  if (rest !== "") yield rest;
}

async function* jsonRows(set: ServedSet, path: string, columns: readonly string[]): AsyncGenerator<FileRow> {
  if (statSync(path).size > MAX_JSON)
    throw unavailable(set, "is too large", `${path}: a JSON source is read whole; write it as NDJSON`);
  const rows = parsed(set, path, readFileSync(path, "utf8").replace(/^\uFEFF/, ""), "it");
  if (!Array.isArray(rows)) throw unavailable(set, "is damaged", `${path} is no list of objects`);
  for (const [at, row] of rows.entries()) yield rowOf(set, path, row, columns, `element ${at + 1}`);
}

function parsed(set: ServedSet, path: string, text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unavailable(set, "is damaged", `${path}: ${what} is not JSON`);
  }
}

function rowOf(
  set: ServedSet,
  path: string,
  row: unknown,
  columns: readonly string[],
  what: string,
): FileRow {
  if (typeof row !== "object" || row === null || Array.isArray(row))
    throw unavailable(set, "is damaged", `${path}: ${what} is no object`);
  return columns.map((column) =>
    Object.hasOwn(row, column) ? (row as Record<string, unknown>)[column] : null,
  );
}
