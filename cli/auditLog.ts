/** Reads audit files and judges their chains. Knows the form of a record, not who wrote it. */
import { createReadStream } from "node:fs";
import { fail } from "../runtime/core/errors.ts";
import type { AuditRecord } from "../runtime/gate/audit.ts";
import { GENESIS, recordHash } from "../runtime/powers/own/auditFile.ts";

export interface StoredRecord extends AuditRecord {
  readonly id: string;
  readonly prev: string;
  readonly hash: string;
}

export interface AuditLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Lines of the files in order; only U+000A ends one. @throws E_NOT_FOUND for a file that is not there */
export async function* auditLines(files: readonly string[]): AsyncGenerator<AuditLine> {
  for (const file of files) {
    let line = 0;
    let rest = "";
    try {
      for await (const chunk of createReadStream(file, "utf8") as AsyncIterable<string>) {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop() ?? "";
        for (const text of parts) {
          line += 1;
          yield { file, line, text };
        }
      }
    } catch (cause) {
      throw fail("E_NOT_FOUND", `the audit file ${file} cannot be read`, { cause });
    }
    if (rest !== "") yield { file, line: line + 1, text: rest };
  }
}

export function parseRecord(text: string): StoredRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const whole =
      typeof value === "object" && value !== null && "hash" in value && "prev" in value && "run" in value;
    return whole ? (value as StoredRecord) : undefined;
  } catch {
    return undefined;
  }
}

/** Every record of the files; lines that are none are left to `verify`. */
export async function* auditRecords(files: readonly string[]): AsyncGenerator<StoredRecord> {
  for await (const { text } of auditLines(files)) {
    const record = parseRecord(text);
    if (record !== undefined) yield record;
  }
}

export interface Fault {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

export interface Verdict {
  readonly files: number;
  readonly records: number;
  readonly runs: number;
  /** Runs without a last record: still running, or killed. */
  readonly unfinished: number;
  readonly faults: readonly Fault[];
}

const MOST_FAULTS = 100;

/** Follows each run's chain. Finds edits, insertions, removals within a run and reordering; a run's cut-off end shows as unfinished. */
export async function verify(files: readonly string[]): Promise<Verdict> {
  const heads = new Map<string, string>();
  const ended = new Set<string>();
  const faults: Fault[] = [];
  let records = 0;
  for await (const { file, line, text } of auditLines(files)) {
    const record = parseRecord(text);
    const fault = (what: string) => faults.length < MOST_FAULTS && faults.push({ file, line, what });
    if (record === undefined) {
      fault("not a whole record: torn or overwritten");
      continue;
    }
    records += 1;
    if (record.hash !== recordHash(withoutHash(text))) fault("changed: its text does not give its hash");
    else if (record.prev !== (heads.get(record.run) ?? GENESIS)) {
      fault(`does not follow the record before it of run ${record.run}: one was removed, inserted or moved`);
    }
    heads.set(record.run, record.hash);
    if (record.op === "run.end" || record.op === "limit") ended.add(record.run);
  }
  return { files: files.length, records, runs: heads.size, unfinished: heads.size - ended.size, faults };
}

/** The text that the hash is over: the line without its last member. */
const withoutHash = (line: string): string => line.replace(/,"hash":"[0-9a-f]{64}"\}$/, "}");
