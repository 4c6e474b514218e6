/** Counters of grants that outlive a run, and the lock under which sbx changes its small files. One SQLite file, so that several
 *  processes count together, each step whole, whatever is killed when. Opened on first use: most runs have nothing to count. */
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { fail, isSbxError } from "../../core/errors.ts";
import { makeFolder } from "./makeFolder.ts";

/** Another process may hold the file this long, in ms. Steps take microseconds; this is for machines that stand still. */
const PATIENCE = 5000;

export interface Counter {
  readonly uses: number;
  readonly calls: number;
  readonly bytes: number;
  /** ms since the epoch; when the grant was first seen, and last used (null: never). */
  readonly made: number;
  readonly last: number | null;
}

export interface Most {
  readonly uses?: number | undefined;
  readonly calls?: number | undefined;
  readonly bytes?: number | undefined;
}

export interface Ledger {
  /** When this grant was first seen, by anybody: now, if never before. */
  firstSeen(key: string, now: number): number;
  read(key: string): Counter | undefined;
  /** Every counter whose key begins so. */
  below(prefix: string): { readonly key: string; readonly counter: Counter }[];
  /** One step, if there is room for it under `most`; else undefined, and nothing changes. */
  take(key: string, step: { uses: number; calls: number; now: number }, most: Most): Counter | undefined;
  spend(key: string, bytes: number, now: number, most: Most): Counter | undefined;
  forget(key: string): void;
  /** Runs `work` while no other process does the like. */
  exclusive<T>(work: () => T): T;
  close(): void;
}

const schema = `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF;
  CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, uses INTEGER NOT NULL DEFAULT 0, calls INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0, made INTEGER NOT NULL, last INTEGER) STRICT, WITHOUT ROWID`;

/** No limit, as a number that SQLite compares with. */
const endless = (most: number | undefined): number => most ?? Number.MAX_SAFE_INTEGER;

export function openLedger(file: string): Ledger {
  return new SqliteLedger(file);
}

class SqliteLedger implements Ledger {
  readonly #file: string;
  #database: DatabaseSync | undefined;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#file = file;
  }

  firstSeen(key: string, now: number): number {
    const row = this.#get("SELECT made FROM counter WHERE key = ?", key) as { made: number } | undefined;
    if (row) return row.made;
    this.#get("INSERT INTO counter (key, made) VALUES (?, ?) ON CONFLICT DO NOTHING", key, now);
    return (this.#get("SELECT made FROM counter WHERE key = ?", key) as { made: number }).made;
  }

  read(key: string): Counter | undefined {
    return this.#get("SELECT uses, calls, bytes, made, last FROM counter WHERE key = ?", key) as
      | Counter
      | undefined;
  }

  below(prefix: string): { key: string; counter: Counter }[] {
    const sql = "SELECT key, uses, calls, bytes, made, last FROM counter WHERE substr(key, 1, ?) = ?";
    const rows = this.#guarded(() =>
      this.#statement(sql).all(prefix.length, prefix),
    ) as unknown as (Counter & {
      key: string;
    })[];
    return rows.map(({ key, ...counter }) => ({ key, counter }));
  }

  take(
    key: string,
    { uses, calls, now }: { uses: number; calls: number; now: number },
    most: Most,
  ): Counter | undefined {
    this.firstSeen(key, now);
    return this.#get(
      `UPDATE counter SET uses = uses + ?, calls = calls + ?, last = ?
       WHERE key = ? AND uses + ? <= ? AND calls + ? <= ? AND bytes < ? RETURNING uses, calls, bytes, made, last`,
      uses,
      calls,
      now,
      key,
      uses,
      endless(most.uses),
      calls,
      endless(most.calls),
      endless(most.bytes),
    ) as Counter | undefined;
  }

  spend(key: string, bytes: number, now: number, most: Most): Counter | undefined {
    this.firstSeen(key, now);
    return this.#get(
      "UPDATE counter SET bytes = bytes + ?, last = ? WHERE key = ? AND bytes + ? <= ? RETURNING uses, calls, bytes, made, last",
      bytes,
      now,
      key,
      bytes,
      endless(most.bytes),
    ) as Counter | undefined;
  }

  forget(key: string): void {
    this.#get("DELETE FROM counter WHERE key = ?", key);
  }

  exclusive<T>(work: () => T): T {
    this.#guarded(() => this.#open().exec("BEGIN IMMEDIATE"));
    try {
      return work();
    } finally {
      this.#guarded(() => this.#open().exec("COMMIT"));
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database?.close();
    this.#database = undefined;
  }

  #get(sql: string, ...values: (string | number)[]): unknown {
    return this.#guarded(() => this.#statement(sql).get(...values));
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#open().prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #open(): DatabaseSync {
    if (this.#database) return this.#database;
    makeFolder(dirname(this.#file));
    const { DatabaseSync: Database } = process.getBuiltinModule("node:sqlite");
    const database = new Database(this.#file, { allowExtension: false, timeout: PATIENCE });
    database.exec(schema);
    this.#database = database;
    return database;
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (isSbxError(cause)) throw cause;
      throw fail("E_UNAVAILABLE", `what was used of grants cannot be counted: ${this.#file}`, {
        cause,
        remedy: "free space or make it writable; if it is damaged, move it away (all counters begin anew)",
      });
    }
  }
}
