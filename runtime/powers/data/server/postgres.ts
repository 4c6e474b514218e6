/** Data sets on a PostgreSQL server: reading in transactions that the server itself keeps read-only, under its own statement timeout, and row
 *  by row. The only importer of the driver. */
import postgres from "postgres";
import type { FieldType } from "../../../core/catalog.ts";
import type { Condition, Scalar } from "../../../core/condition.ts";
import { fail } from "../../../core/errors.ts";
import type { AggregateQuery, Row, RowsQuery } from "../../../core/query.ts";
import type { ServedSet } from "../protocol.ts";
import { type Cursor, PageWriter } from "./pages.ts";
import type { Present } from "./present.ts";
import { aggregatePresenters, columnsOf, isOurs, presentersOf, type Served, unavailable } from "./served.ts";
import { Compiler, type Dialect, quoted, type Statement, type Table } from "./sql.ts";

/** Rows that come from the server at once. */
const ROWS = 1000;
/** In seconds. */
const CONNECT = 10;
const IDLE = 60;
const CONNECTIONS = 4;

const types: Readonly<Record<FieldType, string>> = {
  text: "text",
  integer: "bigint",
  number: "double precision",
  boolean: "boolean",
  date: "date",
  datetime: "timestamptz",
};

/** https://www.postgresql.org/docs/current/functions.html */
export const postgresDialect: Dialect = {
  placeholder: (n, type) => `$${n}::${types[type]}`,
  compared: (column, type) =>
    type === "text" ? `(${column})::text COLLATE "C"` : `(${column})::${types[type]}`,
  extreme: (column, type) =>
    type === "boolean" ? `(${column})::int` : postgresDialect.compared(column, type),
  given(column, type) {
    switch (type) {
      case "date":
        return `to_char((${column})::date, 'YYYY-MM-DD')`;
      case "datetime":
        return `to_char((${column})::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
      default:
        return `(${column})::${types[type]}`;
    }
  },
  startsWith: (column, value) => `starts_with(${column}, ${value})`,
  contains: (column, value) => `strpos(${column}, ${value}) > 0`,
  differs: "IS DISTINCT FROM",
  nulls: (descending) => (descending ? " NULLS LAST" : " NULLS FIRST"),
  noLimit: "ALL",
  stored: (value) => value,
};

type Sql = ReturnType<typeof postgres>;
type Runner = Pick<Sql, "unsafe">;

export class PostgresSet implements Served {
  readonly #set: ServedSet;
  readonly #url: string;
  readonly #table: Table;
  readonly #timeout: number;
  #reading: Sql | undefined;
  #writing: Sql | undefined;

  /** @param timeout of one statement, in ms */
  constructor(set: ServedSet, source: { url: string; schema: string; table: string }, timeout: number) {
    this.#set = set;
    this.#url = source.url;
    this.#timeout = timeout;
    this.#table = {
      name: `${quoted(source.schema)}.${quoted(source.table)}`,
      fields: new Map(set.fields.map((field) => [field.name, field])),
      filter: set.filter,
      tieBreak: null,
    };
  }

  async rows(query: RowsQuery): Promise<Cursor> {
    return this.#cursor(this.#compiler().rows(query), query.select, presentersOf(this.#set, query.select));
  }

  async aggregate(query: AggregateQuery, minGroup: number): Promise<Cursor> {
    const statement = this.#compiler().aggregate(query, minGroup);
    return this.#cursor(statement, columnsOf(query), aggregatePresenters(this.#set, query));
  }

  async count(where: Condition | null): Promise<number> {
    return await this.#guarded(() => countOf(this.#read(), this.#compiler().count(where)));
  }

  async insert(fields: readonly string[], rows: readonly Row[]): Promise<number> {
    return await this.#write(async (sql) => {
      for (const row of rows) await run(sql, this.#compiler().insert(fields, row));
      return rows.length;
    });
  }

  async update(values: Row, where: Condition | null): Promise<number> {
    return await this.#write((sql) => run(sql, this.#compiler().update(values, where)));
  }

  async remove(where: Condition | null): Promise<number> {
    return await this.#write((sql) => run(sql, this.#compiler().remove(where)), false);
  }

  async check(): Promise<void> {
    const select = [...this.#table.fields.keys()];
    const query = { select, where: null, orderBy: [], limit: 1, offset: 0 };
    const { sql, values } = this.#compiler().rows(query);
    await this.#guarded(() => this.#read().unsafe(sql, values as Scalar[]));
  }

  async close(): Promise<void> {
    await Promise.all([this.#reading?.end({ timeout: 1 }), this.#writing?.end({ timeout: 1 })]);
  }

  #compiler(): Compiler {
    return new Compiler(this.#table, postgresDialect);
  }

  #read(): Sql {
    this.#reading ??= this.#connect({ default_transaction_read_only: true });
    return this.#reading;
  }

  #connect(settings: Record<string, boolean>): Sql {
    return postgres(this.#url, {
      max: CONNECTIONS,
      connect_timeout: CONNECT,
      idle_timeout: IDLE,
      // Types of tables that the catalog does not name are nobody's affair.
      fetch_types: false,
      prepare: false,
      onnotice: () => undefined,
      connection: { application_name: "sbx", statement_timeout: this.#timeout, TimeZone: "UTC", ...settings },
    });
  }

  #cursor({ sql, values }: Statement, columns: readonly string[], presents: readonly Present[]): Cursor {
    const batches = this.#read()
      .unsafe(sql, values as Scalar[])
      .values()
      .cursor(ROWS)
      [Symbol.asyncIterator]();
    const writer = new PageWriter(presents);
    return {
      columns,
      next: () =>
        this.#guarded(async () => {
          const { done, value } = await batches.next();
          if (done) return writer.page(true);
          for (const row of value as unknown[][]) writer.add(row);
          return writer.page((value as unknown[]).length < ROWS);
        }),
      close: async () => void (await batches.return?.()),
    };
  }

  /** @param moves whether rows could come to where the filter hides them */
  async #write(work: (sql: Runner) => Promise<number>, moves = true): Promise<number> {
    this.#writing ??= this.#connect({});
    const pool = this.#writing;
    return await this.#guarded(
      async () =>
        await pool.begin("isolation level repeatable read", async (sql) => {
          const watched = moves && this.#table.filter !== null;
          const hidden = (): Promise<number> => countOf(sql, this.#compiler().outside("TRUE"));
          const before = watched ? await hidden() : 0;
          const changes = await work(sql);
          if (watched && (await hidden()) !== before)
            throw fail(
              "E_INVALID",
              `the data set ${this.#set.name} does not take rows that its filter hides`,
            );
          return changes;
        }),
    );
  }

  async #guarded<T>(work: () => PromiseLike<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw isOurs(error) ? error : translated(this.#set, error);
    }
  }
}

async function run(sql: Runner, { sql: text, values }: Statement): Promise<number> {
  return (await sql.unsafe(text, values as Scalar[])).count;
}

async function countOf(sql: Runner, { sql: text, values }: Statement): Promise<number> {
  const [row] = await sql.unsafe(text, values as Scalar[]).values();
  return Number(row?.[0]);
}

/** Error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function translated(set: ServedSet, error: unknown): Error {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  const why = [code, message].filter((part) => part !== "").join(": ");
  if (code === "57014")
    return fail("E_LIMIT_TIME", `the data set ${set.name} did not answer in time`, {
      remedy: "ask for less, or raise --request-timeout=",
    });
  if (code.startsWith("42")) return unavailable(set, "is not as the catalog describes it", why);
  if (code.startsWith("23")) return fail("E_INVALID", `the data set ${set.name} does not take these values`);
  if (code.startsWith("22")) return unavailable(set, "holds something that does not fit its fields", why);
  if (code.startsWith("28")) return unavailable(set, "cannot be opened", why);
  if (code.startsWith("40"))
    return unavailable(set, "was changed by somebody else meanwhile; try again", why);
  return unavailable(set, "cannot be reached", why);
}
