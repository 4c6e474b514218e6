/** Data sets in CSV, JSON and NDJSON files. What a query names is loaded into a table of a temporary database, so that one compiler and one
 *  meaning of queries serve all files, sorting spills to disk, and memory stays flat. Loaded again when the file has changed. */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Condition } from "../../../core/condition.ts";
import { comparisonsIn } from "../../../core/condition.ts";
import { fail } from "../../../core/errors.ts";
import { type AggregateQuery, fieldsOf, type RowsQuery } from "../../../core/query.ts";
import type { ServedSet } from "../protocol.ts";
import { fileRows } from "./fileRows.ts";
import { type Cursor, cursorOver } from "./pages.ts";
import { type Present, presenter } from "./present.ts";
import { aggregatePresenters, columnsOf, isOurs, presentersOf, type Served, unavailable } from "./served.ts";
import { Compiler, quoted, type Statement, type Table } from "./sql.ts";
import { sqliteDialect } from "./sqlite.ts";

interface Loaded {
  readonly database: DatabaseSync;
  readonly fields: ReadonlySet<string>;
  /** Of the file, when it was loaded. */
  readonly identity: string;
  /** Cursors that still read from it. */
  readers: number;
}

/** Rows of one transaction while loading. */
const BATCH = 5000;

export class FileSet implements Served {
  readonly #set: ServedSet;
  readonly #path: string;
  readonly #type: "csv" | "json" | "ndjson";
  #loaded: Promise<Loaded> | undefined;

  constructor(set: ServedSet, path: string, type: "csv" | "json" | "ndjson") {
    this.#set = set;
    this.#path = path;
    this.#type = type;
  }

  async rows(query: RowsQuery): Promise<Cursor> {
    const loaded = await this.#load(fieldsOf.rows(query));
    return this.#cursor(
      loaded,
      this.#compiler().rows(query),
      query.select,
      presentersOf(this.#set, query.select),
    );
  }

  async aggregate(query: AggregateQuery, minGroup: number): Promise<Cursor> {
    const loaded = await this.#load(fieldsOf.aggregate(query));
    const statement = this.#compiler().aggregate(query, minGroup);
    return this.#cursor(loaded, statement, columnsOf(query), aggregatePresenters(this.#set, query));
  }

  async count(where: Condition | null): Promise<number> {
    const { database } = await this.#load(fieldsOf.where(where));
    const { sql, values } = this.#compiler().count(where);
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return Number((statement.get(...(values as never[])) as unknown as [number])[0]);
  }

  insert = async (): Promise<number> => this.#onlyRead();
  update = async (): Promise<number> => this.#onlyRead();
  remove = async (): Promise<number> => this.#onlyRead();

  #onlyRead(): never {
    throw fail("E_INVALID", `the data set ${this.#set.name} is only read`);
  }

  async check(): Promise<void> {
    const columns = this.#set.fields.map(({ column }) => column);
    const presents = this.#set.fields.map((field) => unmasked(this.#set, field.name));
    for await (const row of fileRows(this.#set, this.#path, this.#type, columns))
      for (const [at, present] of presents.entries()) present(row[at]);
  }

  async close(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => undefined);
    loaded?.database.close();
  }

  #compiler(): Compiler {
    const fields = new Map(this.#set.fields.map((field) => [field.name, { ...field, column: field.name }]));
    const table: Table = { name: "loaded", fields, filter: this.#set.filter, tieBreak: "rowid" };
    return new Compiler(table, sqliteDialect);
  }

  #cursor(
    loaded: Loaded,
    { sql, values }: Statement,
    columns: readonly string[],
    presents: Present[],
  ): Cursor {
    const statement = loaded.database.prepare(sql);
    statement.setReturnArrays(true);
    loaded.readers += 1;
    return cursorOver(columns, statement.iterate(...(values as never[])), presents, () => {
      loaded.readers -= 1;
    });
  }

  /** The named fields, and those of the filter, as the file has them now. */
  async #load(named: readonly string[]): Promise<Loaded> {
    const needed = new Set([...named, ...comparisonsIn(this.#set.filter).map(({ field }) => field)]);
    const before = await this.#loaded?.catch(() => undefined);
    const identity = this.#identity();
    if (before && before.identity === identity && [...needed].every((name) => before.fields.has(name)))
      return before;
    // What still reads from it is read to its end; the database is closed with the process.
    if (before && before.readers === 0) before.database.close();
    for (const name of before?.identity === identity ? before.fields : []) needed.add(name);
    this.#loaded = this.#loadAll(needed, identity);
    return await this.#loaded;
  }

  #identity(): string {
    try {
      const { dev, ino, size, mtimeNs } = statSync(this.#path, { bigint: true });
      return `${dev}:${ino}:${size}:${mtimeNs}`;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      throw unavailable(this.#set, "cannot be opened", `${this.#path}: ${code}`);
    }
  }

  async #loadAll(names: ReadonlySet<string>, identity: string): Promise<Loaded> {
    const fields = this.#set.fields.filter(({ name }) => names.has(name));
    // An empty name: a file of SQLite's own, gone as soon as it is closed.
    const database = new DatabaseSync("", { allowExtension: false });
    const columns = fields.map(({ name, type }) => `${quoted(name)} ${storage[type]}`);
    database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
      CREATE TABLE loaded (${["row INTEGER PRIMARY KEY", ...columns].join(", ")})`);
    try {
      await this.#fill(
        database,
        fields.map(({ name }) => name),
      );
    } catch (error) {
      database.close();
      throw isOurs(error) ? error : unavailable(this.#set, "cannot be read", (error as Error).message);
    }
    return { database, fields: names, identity, readers: 0 };
  }

  async #fill(database: DatabaseSync, names: readonly string[]): Promise<void> {
    const presents = names.map((name) => unmasked(this.#set, name));
    const columns = this.#set.fields.filter(({ name }) => names.includes(name)).map(({ column }) => column);
    const insert = database.prepare(
      `INSERT INTO loaded VALUES (${["NULL", ...names.map(() => "?")].join(", ")})`,
    );
    let count = 0;
    database.exec("BEGIN");
    for await (const row of fileRows(this.#set, this.#path, this.#type, columns)) {
      insert.run(...(presents.map((present, at) => sqliteDialect.stored(present(row[at]))) as never[]));
      count += 1;
      if (count % BATCH === 0) database.exec("COMMIT; BEGIN");
    }
    database.exec("COMMIT");
  }
}

const storage = {
  text: "TEXT",
  integer: "INTEGER",
  number: "REAL",
  boolean: "INTEGER",
  date: "TEXT",
  datetime: "TEXT",
} as const;

/** The typed value behind a mask; nothing in a file's empty cell, unless it is a text. */
function unmasked(set: ServedSet, name: string): Present {
  const field = set.fields.find((one) => one.name === name);
  if (field === undefined) throw fail("E_INTERNAL", "a query that was not checked");
  const { mask: _, ...plain } = field;
  const present = presenter(plain, set.name, Buffer.alloc(0));
  return (raw) => (raw === "" && field.type !== "text" ? null : present(raw));
}
