/** Data sets in SQLite. A connection reads one table of one file; an authorizer, which SQLite asks about every name while it prepares a
 *  statement, refuses whatever is not a column of the catalog in that table, as a second lock behind the compiler. */
import { constants, DatabaseSync } from "node:sqlite";
import type { Condition } from "../../../core/condition.ts";
import { fail } from "../../../core/errors.ts";
import type { AggregateQuery, Row, RowsQuery } from "../../../core/query.ts";
import type { ServedSet } from "../protocol.ts";
import { type Cursor, cursorOver } from "./pages.ts";
import { aggregatePresenters, columnsOf, isOurs, presentersOf, type Served, unavailable } from "./served.ts";
import { Compiler, type Dialect, quoted, type Statement, type Table } from "./sql.ts";

/** Another program may hold the file this long, in ms. */
const PATIENCE = 2000;

export const sqliteDialect: Dialect = {
  placeholder: (n) => `?${n}`,
  compared: (column, type) => (type === "text" ? `${column} COLLATE BINARY` : column),
  extreme: (column, type) => sqliteDialect.compared(column, type),
  given: (column) => column,
  startsWith: (column, value) => `substr(${column}, 1, length(${value})) = ${value}`,
  contains: (column, value) => `instr(${column}, ${value}) > 0`,
  differs: "IS NOT",
  nulls: () => "",
  noLimit: "-1",
  stored: (value) => (typeof value === "boolean" ? Number(value) : value),
};

export class SqliteSet implements Served {
  readonly #set: ServedSet;
  readonly #path: string;
  readonly #name: string;
  #reading: { readonly database: DatabaseSync; readonly table: Table } | undefined;

  constructor(set: ServedSet, path: string, table: string) {
    this.#set = set;
    this.#path = path;
    this.#name = table;
  }

  async rows(query: RowsQuery): Promise<Cursor> {
    return this.#guarded(() => {
      const { table } = this.#read();
      return this.#cursor(
        new Compiler(table, sqliteDialect).rows(query),
        query.select,
        presentersOf(this.#set, query.select),
      );
    });
  }

  async aggregate(query: AggregateQuery, minGroup: number): Promise<Cursor> {
    return this.#guarded(() => {
      const statement = new Compiler(this.#read().table, sqliteDialect).aggregate(query, minGroup);
      return this.#cursor(statement, columnsOf(query), aggregatePresenters(this.#set, query));
    });
  }

  async count(where: Condition | null): Promise<number> {
    return this.#guarded(() => {
      const { database, table } = this.#read();
      return countOf(database, new Compiler(table, sqliteDialect).count(where));
    });
  }

  async insert(fields: readonly string[], rows: readonly Row[]): Promise<number> {
    return this.#write((database, table) => {
      for (const row of rows) {
        run(database, new Compiler(table, sqliteDialect).insert(fields, row));
        const hidden = new Compiler(table, sqliteDialect).outside("rowid = last_insert_rowid()");
        if (table.tieBreak !== null && countOf(database, hidden) > 0) throw outside(this.#set);
      }
      return rows.length;
    });
  }

  async update(values: Row, where: Condition | null): Promise<number> {
    return this.#write((database, table) => {
      const hidden = (): number => countOf(database, new Compiler(table, sqliteDialect).outside("TRUE"));
      const before = table.filter === null ? 0 : hidden();
      const changes = run(database, new Compiler(table, sqliteDialect).update(values, where));
      if (table.filter !== null && hidden() !== before) throw outside(this.#set);
      return changes;
    });
  }

  async remove(where: Condition | null): Promise<number> {
    return this.#write((database, table) => run(database, new Compiler(table, sqliteDialect).remove(where)));
  }

  async check(): Promise<void> {
    this.#guarded(() => {
      const { database, table } = this.#read();
      const select = [...table.fields.keys()];
      const { sql } = new Compiler(table, sqliteDialect).rows({
        select,
        where: null,
        orderBy: [],
        limit: 1,
        offset: 0,
      });
      database.prepare(sql).all();
    });
  }

  async close(): Promise<void> {
    this.#reading?.database.close();
    this.#reading = undefined;
  }

  #read(): { readonly database: DatabaseSync; readonly table: Table } {
    this.#reading ??= openTable(this.#set, this.#path, this.#name, true);
    return this.#reading;
  }

  #cursor(
    statement: Statement,
    columns: readonly string[],
    presents: ReturnType<typeof presentersOf>,
  ): Cursor {
    const prepared = this.#read().database.prepare(statement.sql);
    prepared.setReturnArrays(true);
    const cursor = cursorOver(columns, prepared.iterate(...(statement.values as never[])), presents);
    return { ...cursor, next: () => this.#guarded(() => cursor.next()) };
  }

  #write(work: (database: DatabaseSync, table: Table) => number): number {
    return this.#guarded(() => {
      const { database, table } = openTable(this.#set, this.#path, this.#name, false);
      try {
        database.exec("BEGIN IMMEDIATE");
        const changes = work(database, table);
        database.exec("COMMIT");
        return changes;
      } finally {
        // Whatever was not committed is undone.
        database.close();
      }
    });
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw isOurs(error) ? error : translated(this.#set, error);
    }
  }
}

const outside = ({ name }: ServedSet): Error =>
  fail("E_INVALID", `the data set ${name} does not take rows that its filter hides`);

function openTable(
  set: ServedSet,
  path: string,
  name: string,
  readOnly: boolean,
): { database: DatabaseSync; table: Table } {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path, { readOnly, allowExtension: false, timeout: PATIENCE });
  } catch (error) {
    throw unavailable(set, "cannot be opened", `${path}: ${(error as Error).message}`);
  }
  try {
    database.enableDefensive(true);
    database.exec("PRAGMA trusted_schema = OFF");
    const key = rowKey(database, name);
    if (key === undefined) throw unavailable(set, "has no table", `${path} has no table "${name}"`);
    const fields = new Map(set.fields.map((field) => [field.name, field]));
    const columns = [...set.fields.map(({ column }) => column), ...key.columns];
    database.setAuthorizer(authorizer(name, columns, readOnly));
    return { database, table: { name: quoted(name), fields, filter: set.filter, tieBreak: key.tieBreak } };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** How a row is told from another: the name of the row id, and the columns under which SQLite asks about it. undefined: no such table. */
function rowKey(
  database: DatabaseSync,
  name: string,
): { tieBreak: string | null; columns: string[] } | undefined {
  const found = database
    .prepare("SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?")
    .get(name) as { type: string; wr: number } | undefined;
  if (found === undefined) return undefined;
  const columns = database.prepare("SELECT name, pk FROM pragma_table_xinfo(?)").all(name) as unknown as {
    name: string;
    pk: number;
  }[];
  const taken = new Set(columns.map((column) => column.name.toLowerCase()));
  const id = ["rowid", "_rowid_", "oid"].find((word) => !taken.has(word));
  if (found.type !== "table" || found.wr === 1 || id === undefined) return { tieBreak: null, columns: [] };
  return {
    tieBreak: id,
    columns: ["ROWID", ...columns.filter(({ pk }) => pk > 0).map((column) => column.name)],
  };
}

const functions: ReadonlySet<string> = new Set([
  "count",
  "sum",
  "avg",
  "min",
  "max",
  "substr",
  "instr",
  "length",
  "coalesce",
  "last_insert_rowid",
]);

type Authorizer = NonNullable<Parameters<DatabaseSync["setAuthorizer"]>[0]>;

function authorizer(table: string, columns: readonly string[], readOnly: boolean): Authorizer {
  const known = new Set(columns.map((column) => column.toLowerCase()));
  const isTable = (name: string | null): boolean => name?.toLowerCase() === table.toLowerCase();
  const allows = (
    action: number,
    first: string | null,
    second: string | null,
    inner: string | null,
  ): boolean => {
    switch (action) {
      case constants.SQLITE_SELECT:
        return true;
      case constants.SQLITE_READ:
        // A view of this name reads what its maker chose. No column: rows are counted.
        return (
          isTable(inner) || (isTable(first) && (second === "" || known.has(second?.toLowerCase() ?? "")))
        );
      case constants.SQLITE_FUNCTION:
        return functions.has(second ?? "") || inner !== null;
      case constants.SQLITE_TRANSACTION:
        return true;
      case constants.SQLITE_INSERT:
      case constants.SQLITE_DELETE:
        return !readOnly && (isTable(first) || inner !== null);
      case constants.SQLITE_UPDATE:
        return !readOnly && ((isTable(first) && known.has(second?.toLowerCase() ?? "")) || inner !== null);
      default:
        return false;
    }
  };
  return (action, first, second, _database, inner) =>
    allows(action, first, second, inner) ? constants.SQLITE_OK : constants.SQLITE_DENY;
}

function run(database: DatabaseSync, { sql, values }: Statement): number {
  return Number(database.prepare(sql).run(...(values as never[])).changes);
}

function countOf(database: DatabaseSync, { sql, values }: Statement): number {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return Number((statement.get(...(values as never[])) as unknown as [number])[0]);
}

/** SQLite's result codes: https://www.sqlite.org/rescode.html */
function translated(set: ServedSet, error: unknown): Error {
  const { errcode = 0, message, code } = error as { errcode?: number; message: string; code?: string };
  if (code === "ERR_OUT_OF_RANGE") return unavailable(set, "holds a number that is too large", message);
  switch (errcode & 0xff) {
    case 1:
      return unavailable(set, "is not as the catalog describes it", message);
    case 5:
    case 6:
      return unavailable(set, "is in use by another program; try again", message);
    case 8:
      return unavailable(set, "cannot be written", message);
    case 11:
    case 26:
      return unavailable(set, "is damaged", message);
    case 13:
      return unavailable(set, "cannot be written: the disk is full", message);
    case 19:
      return fail("E_INVALID", `the data set ${set.name} does not take these values`, { cause: error });
    case 23:
      return unavailable(set, "is not as the catalog describes it", `SQLite's authorizer: ${message}`);
    default:
      return unavailable(set, "cannot be used", message);
  }
}
