/** The plugin's own store: SQLite files under a quota of pages each, one for every set of labels that a run had when it wrote (FLOW 5). A
 *  run reads its part over the parts whose labels it has all; it writes only in its own, so that a run with fewer labels neither sees nor
 *  counts what it did. Every change is atomic and survives the end of the process at any moment. The only importer of node:sqlite for
 *  plugins' data. */
import { readdirSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { DataNeed } from "../core/capability.ts";
import type { KvChange, KvEntry, StorePower } from "../core/dataPowers.ts";
import { fail, isSbxError } from "../core/errors.ts";
import type { Lease, PowerSource } from "../core/powers.ts";
import { humanSize } from "../core/units.ts";
import { makeFolder } from "./own/makeFolder.ts";

const PAGE = 4096;
/** Another process may hold the file this long, in ms; the broker waits without serving anybody meanwhile. */
const PATIENCE = 250;
/** Of a file, in UTF-16 units; labels are ASCII. */
const MAX_NAME = 240;

export interface StoreOptions {
  /** Where the parts lie, made on first use. */
  readonly folder: string;
  /** The identity; letters and digits. */
  readonly name: string;
  readonly sqlite: () => Promise<typeof import("node:sqlite")>;
}

type Sqlite = typeof import("node:sqlite");

export function pluginStore(options: StoreOptions): PowerSource<DataNeed, StorePower> & { close(): void } {
  const parts = new Parts(options);
  return {
    resolve: async (need) => ({ ...need, words: need.dataset }),
    async open(target, lease) {
      if (target.kind !== "data" || target.dataset !== "kv")
        throw fail("E_NOT_FOUND", `no catalog of this run describes the data set ${target.words}`, {
          kind: "data",
          resource: target.words,
        });
      const sqlite = await options.sqlite();
      return power(parts, sqlite, lease);
    },
    release: () => undefined,
    close: () => parts.close(),
  };
}

/** One file. */
interface Part {
  readonly database: DatabaseSync;
  readonly file: string;
}

/** The files of one identity, opened as they are needed. */
class Parts {
  readonly #options: StoreOptions;
  readonly #open = new Map<string, Part>();

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** The part of exactly these labels. */
  own(sqlite: Sqlite, labels: readonly string[], quota: number): Part {
    return this.#part(sqlite, this.#fileOf(labels), quota);
  }

  /** The parts that such a run may read besides its own, the closest first. */
  below(sqlite: Sqlite, labels: readonly string[], quota: number): Part[] {
    if (labels.length === 0) return [];
    return this.#found()
      .filter((part) => part.length < labels.length && part.every((label) => labels.includes(label)))
      .sort((a, b) => b.length - a.length || (a.join() < b.join() ? -1 : 1))
      .map((part) => this.#part(sqlite, this.#fileOf(part), quota));
  }

  close(): void {
    for (const { database } of this.#open.values()) database.close();
    this.#open.clear();
  }

  /** The label sets of the parts that there are. */
  #found(): string[][] {
    const { folder, name } = this.#options;
    return readdirSync(folder).flatMap((file) => {
      const [whose, ...labels] = file.slice(0, -".sqlite".length).split("+");
      return whose === name && file.endsWith(".sqlite") ? [labels] : [];
    });
  }

  /** @throws E_UNAVAILABLE for more labels than a file's name can hold */
  #fileOf(labels: readonly string[]): string {
    const file = `${[this.#options.name, ...labels].join("+")}.sqlite`;
    if (file.length > MAX_NAME)
      throw fail("E_UNAVAILABLE", "the run carries more labels than the store can keep apart", {
        kind: "data",
        resource: "kv",
      });
    return join(this.#options.folder, file);
  }

  #part(sqlite: Sqlite, file: string, quota: number): Part {
    const known = this.#open.get(file);
    if (known) return known;
    const part = { database: connect(sqlite.DatabaseSync, file, quota), file };
    this.#open.set(file, part);
    return part;
  }
}

function connect(Database: typeof DatabaseSync, file: string, quota: number): DatabaseSync {
  try {
    makeFolder(dirname(file));
    const database = new Database(file, { allowExtension: false, timeout: PATIENCE });
    // A value of nothing hides the entry of a part below.
    database.exec(`PRAGMA page_size = ${PAGE}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 256;
      PRAGMA journal_size_limit = ${4 * 1024 ** 2}; PRAGMA trusted_schema = OFF;
      CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value TEXT) STRICT, WITHOUT ROWID`);
    database.exec(`PRAGMA max_page_count = ${Math.max(4, Math.floor(quota / PAGE))}`);
    return database;
  } catch (error) {
    throw translate(error, quota, file);
  }
}

function power(parts: Parts, sqlite: Sqlite, lease: Lease): StorePower {
  const guarded = <T>(work: (view: View) => T): T => {
    lease.alive();
    const { keeps, limits } = lease;
    const own = parts.own(sqlite, keeps, limits.kv);
    try {
      return work(new View(own, parts.below(sqlite, keeps, limits.kv)));
    } catch (error) {
      throw isSbxError(error) ? error : translate(error, limits.kv, own.file);
    }
  };
  return {
    get: async (key) => guarded((view) => handOut(view, key, lease)),
    apply: async (changes) => guarded((view) => applyAll(view, changes, lease)),
    list: async ({ prefix, after, limit }) => guarded((view) => listFrom(view, prefix, after, limit, lease)),
  };
}

interface Row {
  readonly key: string;
  /** null: hidden. */
  readonly value: string | null;
}

/** What a run sees: its own part over the others. */
class View {
  readonly own: DatabaseSync;
  readonly #others: readonly DatabaseSync[];

  constructor(own: Part, others: readonly Part[]) {
    this.own = own.database;
    this.#others = others.map(({ database }) => database);
  }

  get(key: string): string | null {
    for (const database of [this.own, ...this.#others]) {
      const row = database.prepare("SELECT key, value FROM entry WHERE key = ?").get(key) as Row | undefined;
      if (row !== undefined) return row.value;
    }
    return null;
  }

  set(key: string, value: string | null): void {
    this.own
      .prepare(
        "INSERT INTO entry (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      )
      .run(key, value);
  }

  delete(key: string): void {
    this.own.prepare("DELETE FROM entry WHERE key = ?").run(key);
    if (this.#others.length > 0 && this.get(key) !== null) this.set(key, null);
  }

  /** In key order. What is hidden takes a place of a page, so that pages are asked for until there are enough. */
  list(prefix: string, after: string | undefined, limit: number): KvEntry[] {
    if (this.#others.length === 0) return page(this.own, prefix, after, limit) as KvEntry[];
    const found: KvEntry[] = [];
    for (let from = after; found.length < limit; ) {
      const pages = [this.own, ...this.#others].map((database) => page(database, prefix, from, limit));
      // Behind the end of a full page another part may have more.
      const full = pages.filter(({ length }) => length === limit).map((rows) => (rows.at(-1) as Row).key);
      const end = full.sort(byBytes)[0];
      const merged = new Map<string, string | null>();
      for (const { key, value } of pages.flat())
        if (!merged.has(key) && (end === undefined || byBytes(key, end) <= 0)) merged.set(key, value);
      for (const [key, value] of [...merged].sort(([a], [b]) => byBytes(a, b)))
        if (value !== null && found.length < limit) found.push({ key, value });
      if (end === undefined) break;
      from = end;
    }
    return found;
  }
}

/** As SQLite compares text: by the bytes of UTF-8. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const page = (database: DatabaseSync, prefix: string, after: string | undefined, limit: number): Row[] =>
  database
    .prepare(
      "SELECT key, value FROM entry WHERE substr(key, 1, length(:prefix)) = :prefix AND key >= :prefix AND (:after IS NULL OR key > :after) ORDER BY key LIMIT :limit",
    )
    .all({ prefix, after: after ?? null, limit }) as unknown as Row[];

function handOut(view: View, key: string, lease: Lease): string | null {
  const value = view.get(key);
  if (value !== null) lease.spend(Buffer.byteLength(value), "in");
  return value;
}

function applyAll(view: View, changes: readonly KvChange[], lease: Lease): boolean {
  const bytes = changes.reduce(
    (sum, change) =>
      sum +
      Buffer.byteLength(change.key) +
      ("value" in change && change.value ? Buffer.byteLength(change.value) : 0),
    0,
  );
  lease.spend(bytes, "out");
  const { own } = view;
  own.exec("BEGIN IMMEDIATE");
  try {
    const held = changes.every((change) => applyOne(view, change));
    own.exec(held ? "COMMIT" : "ROLLBACK");
    return held;
  } catch (error) {
    if (own.isTransaction) own.exec("ROLLBACK");
    throw error;
  }
}

/** false: a condition does not hold, and the whole batch is undone. */
function applyOne(view: View, change: KvChange): boolean {
  switch (change.op) {
    case "check":
      return view.get(change.key) === change.value;
    case "set":
      view.set(change.key, change.value);
      return true;
    case "delete":
      view.delete(change.key);
      return true;
    default:
      return change satisfies never;
  }
}

function listFrom(
  view: View,
  prefix: string,
  after: string | undefined,
  limit: number,
  lease: Lease,
): KvEntry[] {
  const rows = view.list(prefix, after, limit);
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
