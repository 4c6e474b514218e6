/** `sbx:data`: the plugin's own store, and the data sets of the catalog. */
import { call, primordials, request } from "sbx:chunk/boot";

const {
  stringify,
  parse,
  TypeError: TypeErrorOf,
} = primordials as typeof primordials & { TypeError: TypeErrorConstructor };

type Arguments = Parameters<typeof request>[1];

/** Anything that JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export interface Entry {
  readonly key: string;
  readonly value: JsonValue;
}

/** One step of a batch. `check` holds when the entry has exactly this value (undefined: when there is none). */
export type Change =
  | { readonly set: string; readonly value: JsonValue }
  | { readonly delete: string }
  | { readonly check: string; readonly value?: JsonValue };

export interface ListOptions {
  readonly prefix?: string;
  /** Begins behind this key. */
  readonly after?: string;
  /** At most 1000, which is the default. */
  readonly limit?: number;
}

function textOf(value: unknown): string {
  const text = stringify(value) as string | undefined;
  if (text === undefined) throw new TypeErrorOf("a value in the store is what JSON can carry");
  return text;
}

function toChange(change: Change): object {
  if ("set" in change) return { op: "set", key: change.set, value: textOf(change.value) };
  if ("delete" in change) return { op: "delete", key: change.delete };
  return { op: "check", key: change.check, value: change.value === undefined ? null : textOf(change.value) };
}

/** The plugin's own store: JSON values by key, kept between runs, under a quota. */
export const kv = {
  /** The value, or undefined where there is none. */
  async get(key: string): Promise<JsonValue | undefined> {
    const text = (await call("data.get", { key })) as string | null;
    return text === null ? undefined : (parse(text) as JsonValue);
  },
  async set(key: string, value: JsonValue): Promise<void> {
    await call("data.apply", { changes: [{ op: "set", key, value: textOf(value) }] });
  },
  async delete(key: string): Promise<void> {
    await call("data.apply", { changes: [{ op: "delete", key }] });
  },
  /** Entries in key order. */
  async list(options: ListOptions = {}): Promise<Entry[]> {
    const { prefix = "", after, limit = 1000 } = options;
    const found = (await call("data.list", { prefix, after, limit })) as { key: string; value: string }[];
    return found.map(({ key, value }) => ({ key, value: parse(value) as JsonValue }));
  },
  /** All changes or none. false: a check did not hold, and nothing was changed. */
  async batch(changes: readonly Change[]): Promise<boolean> {
    return (await call("data.apply", { changes: changes.map(toChange) })) as boolean;
  },
};

/** What a field holds: texts for `text`, `date` (2026-03-01) and `datetime` (RFC 3339). */
export type FieldValue = string | number | boolean | null;

/** A row by its fields. */
export interface DatasetRow {
  readonly [field: string]: FieldValue;
}

/** How a field is compared; all that stands here must hold. */
export interface Comparison<V = FieldValue> {
  readonly eq?: V | null;
  /** Not equal, which nothing (null) is to every value. */
  readonly ne?: V | null;
  readonly lt?: V;
  readonly lte?: V;
  readonly gt?: V;
  readonly gte?: V;
  readonly in?: readonly V[];
  /** Upper and lower case differ. */
  readonly startsWith?: V & string;
  readonly contains?: V & string;
  readonly isNull?: boolean;
}

/** A condition over the fields: `{ age: { gte: 18 }, city: "Rome" }`. All of it must hold. */
export type Where<R = DatasetRow> = {
  readonly [F in keyof R]?: R[F] | null | Comparison<NonNullable<R[F]>>;
} & {
  readonly and?: readonly Where<R>[];
  readonly or?: readonly Where<R>[];
  readonly not?: Where<R>;
};

type FieldOf<R> = keyof R & string;

/** A field, or fields with their direction: `{ birthday: "desc" }`. */
export type OrderBy<Name extends string = string> =
  | Name
  | { readonly [F in Name]?: "asc" | "desc" }
  | readonly (Name | { readonly [F in Name]?: "asc" | "desc" })[];

export interface Query<R = DatasetRow, F extends FieldOf<R> = FieldOf<R>> {
  /** Default: every field that is granted. */
  readonly select?: readonly F[];
  readonly where?: Where<R>;
  readonly orderBy?: OrderBy<FieldOf<R>>;
  readonly limit?: number;
  readonly offset?: number;
}

/** `"count"` counts rows. */
export type Computation<R = DatasetRow> =
  | "count"
  | { readonly count: FieldOf<R> }
  | { readonly sum: FieldOf<R> }
  | { readonly avg: FieldOf<R> }
  | { readonly min: FieldOf<R> }
  | { readonly max: FieldOf<R> };

export interface AggregateQuery<R = DatasetRow> {
  readonly groupBy?: readonly FieldOf<R>[];
  /** By the name of the new column. Default: `{ count: "count" }`. */
  readonly compute?: { readonly [name: string]: Computation<R> };
  readonly where?: Where<R>;
  /** By fields of `groupBy` and names of `compute`. */
  readonly orderBy?: OrderBy;
  readonly limit?: number;
  readonly offset?: number;
}

export interface FieldDescription {
  readonly name: string;
  readonly type: "text" | "integer" | "number" | "boolean" | "date" | "datetime";
  readonly description: string | null;
  /** What reading it puts on the run. */
  readonly labels: readonly string[];
  /** What is given instead of the value. */
  readonly mask: "domain" | "last4" | "year" | "month" | "initials" | "hash" | null;
}

/** What the catalog says, as far as it is granted. */
export interface DatasetDescription {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly fields: readonly FieldDescription[];
  /** Fields that may be written. */
  readonly writable: readonly string[];
  readonly summaries: readonly string[];
}

/** The rows of each data set by its name; `sbx types --catalog=FILE` fills it in. */
// biome-ignore lint/suspicious/noEmptyInterface: filled in by declarations of the same name
export interface Datasets {}

type RowOf<N> = N extends keyof Datasets ? Datasets[N] : DatasetRow;
type Picked<R, F> = { readonly [K in F & keyof R]: R[K] };

/** A data set of the catalog. */
export interface Dataset<R = DatasetRow> {
  readonly name: string;
  /** What the catalog says, as things stand. */
  describe(): Promise<DatasetDescription>;
  /** All rows at once. */
  query<F extends FieldOf<R> = FieldOf<R>>(query?: Query<R, F>): Promise<Picked<R, F>[]>;
  /** Row by row, however many there are: `for await (const row of set.rows())`. */
  rows<F extends FieldOf<R> = FieldOf<R>>(query?: Query<R, F>): AsyncIterable<Picked<R, F>>;
  count(where?: Where<R>): Promise<number>;
  aggregate(query: AggregateQuery<R>): Promise<DatasetRow[]>;
  /** A grouping that the catalog declares by this name, as often as it says. */
  aggregate(query: { readonly summary: string }): Promise<DatasetRow[]>;
  /** Adds one row or several, all or none. Gives their number. */
  insert(rows: Partial<R> | readonly Partial<R>[]): Promise<number>;
  /** Changes the rows that the condition holds for. Gives their number. */
  update(values: Partial<R>, where: Where<R>): Promise<number>;
  /** Removes the rows that the condition holds for. Gives their number. */
  remove(where: Where<R>): Promise<number>;
}

interface RowPage {
  readonly columns: readonly string[];
  readonly handle: number | null;
  readonly rows: DatasetRow[];
}

/** One page of rows. */
function page(op: string, args: Arguments): Promise<RowPage> {
  return request(op, args, undefined, rowsIn, true);
}

function rowsIn(value: unknown, body: unknown): RowPage {
  const { columns, handle } = value as RowPage;
  const lists = parse(body as string) as FieldValue[][];
  const rows = lists.map((list) => {
    const row: { [field: string]: FieldValue } = {};
    for (let at = 0; at < columns.length; at += 1) row[columns[at] as string] = list[at] as FieldValue;
    return row;
  });
  return { columns, handle, rows };
}

async function all(op: string, args: Arguments): Promise<DatasetRow[]> {
  let next = await page(op, args);
  const found = next.rows;
  while (next.handle !== null) {
    next = await page("data.queryNext", { handle: next.handle });
    for (const row of next.rows) found.push(row);
  }
  return found;
}

async function* each(op: string, args: Arguments): AsyncGenerator<DatasetRow> {
  let next = await page(op, args);
  try {
    for (;;) {
      yield* next.rows;
      if (next.handle === null) return;
      next = await page("data.queryNext", { handle: next.handle });
    }
  } finally {
    if (next.handle !== null) await call("data.queryClose", { handle: next.handle });
  }
}

/** Opens a data set of the catalog. @throws PermissionDenied */
export async function open<N extends (keyof Datasets & string) | (string & {})>(
  name: N,
): Promise<Dataset<RowOf<N>>> {
  const { fields } = (await call("data.open", { name })) as DatasetDescription;
  const granted = fields.map((field) => field.name);
  const whole = (query: Query = {}): Arguments => ({
    name,
    query: { ...query, select: query.select ?? granted },
  });
  const set: Dataset = {
    name,
    describe: async () => (await call("data.open", { name })) as DatasetDescription,
    query: async (query) => (await all("data.query", whole(query))) as never[],
    rows: (query) => each("data.query", whole(query)) as AsyncIterable<never>,
    count: async (where = {}) => (await call("data.count", { name, where })) as number,
    aggregate: async (query: AggregateQuery | { readonly summary: string }) =>
      "summary" in query
        ? await all("data.summary", { name, summary: query.summary })
        : await all("data.aggregate", { name, query }),
    insert: async (rows) => (await call("data.insert", { name, rows })) as number,
    update: async (values, where) => (await call("data.update", { name, values, where })) as number,
    remove: async (where) => (await call("data.remove", { name, where })) as number,
  };
  return set as unknown as Dataset<RowOf<N>>;
}

/** The data sets of which something is granted. */
export async function list(): Promise<DatasetDescription[]> {
  return (await call("data.datasets", {})) as DatasetDescription[];
}
