/** The plugin's own store: one SQLite file an identity, under a quota of pages. Every change is atomic and survives the end of the
 *  process at any moment. The only importer of node:sqlite for plugins' data. */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { DataNeed } from "../core/capability.ts";
import { fail, isSbxError } from "../core/errors.ts";
import type { KvChange, KvEntry, Lease, PowerSource, StorePower } from "../core/powers.ts";
import { humanSize } from "../core/units.ts";
import { makeFolder } from "./own/makeFolder.ts";

const PAGE = 4096;
/** Another process may hold the file this long, in ms; the broker waits without serving anybody meanwhile. */
const PATIENCE = 250;

export interface StoreOptions {
  /** The file, made on first use. */
  readonly file: string;
  readonly sqlite: () => Promise<typeof import("node:sqlite")>;
}

export function pluginStore(options: StoreOptions): PowerSource<DataNeed, StorePower> & { close(): void } {
  let database: DatabaseSync | undefined;
  const open = async (quota: number): Promise<DatabaseSync> => {
    if (database) return database;
    const { DatabaseSync: Database } = await options.sqlite();
    database ??= connect(Database, options.file, quota);
    return database;
  };
  return {
    resolve: async (need) => ({ ...need, words: need.dataset }),
    async open(target, lease) {
      if (target.kind !== "data" || target.dataset !== "kv")
        throw fail("E_NOT_FOUND", `no catalog of this run describes the data set ${target.words}`, {
          kind: "data",
          resource: target.words,
        });
      return power(await open(lease.limits.kv), lease, options.file);
    },
    release: () => undefined,
    close: () => database?.close(),
  };
}

function connect(Database: typeof DatabaseSync, file: string, quota: number): DatabaseSync {
  try {
    makeFolder(dirname(file));
    const database = new Database(file, { allowExtension: false, timeout: PATIENCE });
    database.exec(`PRAGMA page_size = ${PAGE}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 256;
      PRAGMA journal_size_limit = ${4 * 1024 ** 2}; PRAGMA trusted_schema = OFF;
      CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`);
    database.exec(`PRAGMA max_page_count = ${Math.max(4, Math.floor(quota / PAGE))}`);
    return database;
  } catch (error) {
    throw translate(error, quota, file);
  }
}

function power(database: DatabaseSync, lease: Lease, file: string): StorePower {
  const guarded = <T>(work: () => T): T => {
    lease.alive();
    try {
      return work();
    } catch (error) {
      throw isSbxError(error) ? error : translate(error, lease.limits.kv, file);
    }
  };
  return {
    get: async (key) => guarded(() => handOut(database, key, lease)),
    apply: async (changes) => guarded(() => applyAll(database, changes, lease)),
    list: async ({ prefix, after, limit }) => guarded(() => listFrom(database, prefix, after, limit, lease)),
  };
}

function handOut(database: DatabaseSync, key: string, lease: Lease): string | null {
  const row = database.prepare("SELECT value FROM entry WHERE key = ?").get(key) as
    | { value: string }
    | undefined;
  if (row === undefined) return null;
  lease.spend(Buffer.byteLength(row.value), "in");
  return row.value;
}

function applyAll(database: DatabaseSync, changes: readonly KvChange[], lease: Lease): boolean {
  const bytes = changes.reduce(
    (sum, change) =>
      sum +
      Buffer.byteLength(change.key) +
      ("value" in change && change.value ? Buffer.byteLength(change.value) : 0),
    0,
  );
  lease.spend(bytes, "out");
  database.exec("BEGIN IMMEDIATE");
  try {
    const held = changes.every((change) => applyOne(database, change));
    database.exec(held ? "COMMIT" : "ROLLBACK");
    return held;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** false: a condition does not hold, and the whole batch is undone. */
function applyOne(database: DatabaseSync, change: KvChange): boolean {
  const stands = (key: string): string | null =>
    (database.prepare("SELECT value FROM entry WHERE key = ?").get(key) as { value: string } | undefined)
      ?.value ?? null;
  switch (change.op) {
    case "check":
      return stands(change.key) === change.value;
    case "set":
      database
        .prepare(
          "INSERT INTO entry (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .run(change.key, change.value);
      return true;
    case "delete":
      database.prepare("DELETE FROM entry WHERE key = ?").run(change.key);
      return true;
    default:
      return change satisfies never;
  }
}

function listFrom(
  database: DatabaseSync,
  prefix: string,
  after: string | undefined,
  limit: number,
  lease: Lease,
): KvEntry[] {
  const rows = database
    .prepare(
      "SELECT key, value FROM entry WHERE substr(key, 1, length(:prefix)) = :prefix AND key >= :prefix AND (:after IS NULL OR key > :after) ORDER BY key LIMIT :limit",
    )
    .all({ prefix, after: after ?? null, limit }) as unknown as KvEntry[];
  lease.spend(
    rows.reduce((sum, { key, value }) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0),
    "in",
  );
  return rows.map(({ key, value }) => ({ key, value }));
}

/** SQLite has one code for a full disk and for a full quota. */
function isDiskFull(file: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize < 1024 ** 2;
}

/** SQLite's result codes: https://www.sqlite.org/rescode.html */
function translate(error: unknown, quota: number, file: string): Error {
  const code = (error as { errcode?: number }).errcode ?? 0;
  const said = { kind: "data", resource: "kv", cause: error };
  switch (code & 0xff) {
    case 13:
      if (isDiskFull(file))
        return fail("E_UNAVAILABLE", "the disk that holds the plugin's store is full", said);
      return fail("E_LIMIT_BYTES", `the store is full: ${humanSize(quota)}`, {
        ...said,
        remedy: "delete entries, or raise --kv=",
      });
    case 5:
    case 6:
      return fail("E_UNAVAILABLE", "another run of this plugin is using its store", said);
    case 11:
    case 26:
      return fail("E_UNAVAILABLE", "the plugin's store is damaged", said);
    default:
      return fail("E_UNAVAILABLE", "the plugin's store cannot be used", said);
  }
}
