/** The audit's file: one hash chain a run, one JSON object a line, written to the system before `append` returns and synced within a
 *  second (CONTRACT 12). Several processes may append to one file. Knows nothing of what records mean. */
import { hash } from "node:crypto";
import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../core/errors.ts";
import { makeFolder } from "./makeFolder.ts";

const SYNC_EVERY = 1000;

export const GENESIS = "0".repeat(64);

export interface AuditFile {
  readonly path: string;
  /** Adds `id`, `prev` and `hash`, writes the line; gives the id. @throws E_UNAVAILABLE: nothing that needs this record may happen */
  append(record: object): string;
  /** Hash of the last record. */
  readonly head: string;
  sync(): void;
  close(): void;
}

/** The hash of a record is over its text without the hash, which begins with the one before it. */
export const recordHash = (text: string): string => hash("sha256", text, "hex");

export function openAuditFile(path: string, run: string): AuditFile {
  let descriptor: number;
  try {
    makeFolder(dirname(path));
    descriptor = openSync(path, "a", 0o600);
  } catch (error) {
    throw unwritable(path, error);
  }
  let head = GENESIS;
  let count = 0;
  let syncing: NodeJS.Timeout | undefined;
  let open = true;
  let torn = endsTorn(path);
  return {
    path,
    get head() {
      return head;
    },
    append(record) {
      count += 1;
      const id = `${run}-${count}`;
      const open = `{"id":"${id}",${JSON.stringify(record).slice(1, -1)},"prev":"${head}"`;
      const own = recordHash(`${open}}`);
      const line = `${open},"hash":"${own}"}\n`;
      try {
        writeWhole(descriptor, path, torn ? `\n${line}` : line);
      } catch (error) {
        torn = true;
        throw error;
      }
      torn = false;
      head = own;
      syncing ??= setTimeout(() => {
        syncing = undefined;
        if (open) fdatasync(descriptor, () => undefined);
      }, SYNC_EVERY).unref();
      return id;
    },
    sync: () => fsyncSync(descriptor),
    close() {
      if (!open) return;
      open = false;
      clearTimeout(syncing);
      try {
        fsyncSync(descriptor);
      } catch {
        // A pipe or a device cannot be synced; what was written stands.
      }
      closeSync(descriptor);
    },
  };
}

/** What was torn off by a full disk must not swallow the record behind it. */
function endsTorn(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    const last = Buffer.alloc(1);
    return (
      stats.isFile() && stats.size > 0 && readSync(file, last, 0, 1, stats.size - 1) === 1 && last[0] !== 10
    );
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** One write a line, so that lines of several processes do not mix; a short write (full disk) leaves a torn line, which `verify` names. */
function writeWhole(descriptor: number, path: string, line: string): void {
  try {
    const bytes = Buffer.from(line);
    if (writeSync(descriptor, bytes) !== bytes.length) throw new Error("the disk is full");
  } catch (error) {
    throw unwritable(path, error);
  }
}

const unwritable = (path: string, cause: unknown): Error =>
  fail(
    "E_UNAVAILABLE",
    `the audit ${path} cannot be written (${reason(cause)}), and without it nothing may happen`,
    {
      cause,
      remedy: "free space or fix its permissions, or name another file: --audit=FILE",
    },
  );

const reason = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
