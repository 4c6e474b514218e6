/** What a plugin asks of a data set (CONTRACT 7), from plain objects to closed trees. Which fields a query names is known before anything
 *  is decided, because every field named anywhere counts as read (FLOW 3). Pure. */
import { type Condition, comparisonsIn, readCondition, type Scalar, scalar } from "./condition.ts";
import { fail, type SbxError } from "./errors.ts";

export interface Order {
  readonly by: string;
  readonly descending: boolean;
}

export interface RowsQuery {
  readonly select: readonly string[];
  readonly where: Condition | null;
  readonly orderBy: readonly Order[];
  readonly limit: number | null;
  readonly offset: number;
}

export const aggregates = ["count", "sum", "avg", "min", "max"] as const;
export type Aggregate = (typeof aggregates)[number];

/** A computed column. `field` is null for a count of rows; a count of a field counts where it is not null. */
export interface Computed {
  readonly name: string;
  readonly of: Aggregate;
  readonly field: string | null;
}

export interface AggregateQuery {
  readonly groupBy: readonly string[];
  readonly compute: readonly Computed[];
  readonly where: Condition | null;
  /** By fields of `groupBy` or names of `compute`. */
  readonly orderBy: readonly Order[];
  readonly limit: number | null;
  readonly offset: number;
}

/** Values by field, as they are to be stored. */
export type Row = Readonly<Record<string, Scalar>>;

const MAX_FIELDS = 200;
const MAX_ORDERS = 16;
const MAX_ROWS = 1000;

const name = /^[A-Za-z_]\w{0,127}$/;
export const isFieldName = (text: unknown): text is string => typeof text === "string" && name.test(text);

const wrong = (where: string, what: string): SbxError => fail("E_INVALID", `${where}: ${what}`);

/** An object with no other keys than these. */
function members(value: unknown, what: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(what, `takes an object with ${known.join(", ")}`);
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined) throw wrong(what, `"${other}" is not known; there are ${known.join(", ")}`);
  return value as Record<string, unknown>;
}

/** @throws E_INVALID */
export function readRows(value: unknown): RowsQuery {
  const query = members(value, "query", ["select", "where", "orderBy", "limit", "offset"]);
  return {
    select: fieldList(query.select, "select", 1),
    where: query.where === undefined ? null : readCondition(query.where),
    orderBy: orders(query.orderBy),
    limit: query.limit === undefined ? null : whole(query.limit, "limit"),
    offset: query.offset === undefined ? 0 : whole(query.offset, "offset"),
  };
}

/** `{ groupBy: ["city"], compute: { people: "count", oldest: { min: "birthday" } } }`. @throws E_INVALID */
export function readAggregate(value: unknown): AggregateQuery {
  const query = members(value, "aggregate", ["groupBy", "compute", "where", "orderBy", "limit", "offset"]);
  const groupBy = fieldList(query.groupBy ?? [], "groupBy", 0);
  const compute = readComputed(query.compute);
  for (const column of compute)
    if (groupBy.includes(column.name)) throw wrong(`compute.${column.name}`, "is also a field of groupBy");
  const orderBy = orders(query.orderBy);
  const columns = [...groupBy, ...compute.map((column) => column.name)];
  for (const { by } of orderBy)
    if (!columns.includes(by)) throw wrong("orderBy", `"${by}" is neither in groupBy nor in compute`);
  return {
    groupBy,
    compute,
    where: query.where === undefined ? null : readCondition(query.where),
    orderBy,
    limit: query.limit === undefined ? null : whole(query.limit, "limit"),
    offset: query.offset === undefined ? 0 : whole(query.offset, "offset"),
  };
}

function readComputed(value: unknown): Computed[] {
  if (value === undefined) return [{ name: "count", of: "count", field: null }];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong("compute", 'takes an object, such as { people: "count", oldest: { min: "birthday" } }');
  const found = Object.entries(value).map(([key, one]) => computed(key, one));
  if (found.length === 0 || found.length > MAX_FIELDS)
    throw wrong("compute", `takes 1 to ${MAX_FIELDS} columns`);
  return found;
}

/** `"count"`, or `{ min: "birthday" }`. */
export function computed(key: string, value: unknown): Computed {
  const where = `compute.${key}`;
  if (!isFieldName(key)) throw wrong(where, "a column's name is letters, digits and _");
  if (value === "count") return { name: key, of: "count", field: null };
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [of, field] = entries[0] ?? [];
  const known = aggregates.find((one) => one === of);
  if (entries.length !== 1 || known === undefined || !isFieldName(field))
    throw wrong(where, `takes "count", or one of ${aggregates.join(", ")} with a field: { max: "age" }`);
  return { name: key, of: known, field };
}

/** @throws E_INVALID */
export function readWhere(value: unknown): Condition | null {
  return readCondition(value ?? {});
}

/** Rows to insert: each an object of values by field, all with the same fields. @throws E_INVALID */
export function readNewRows(value: unknown): {
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
} {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > MAX_ROWS) throw wrong("insert", `takes 1 to ${MAX_ROWS} rows`);
  const rows = list.map((one, at) => readValues(one, `row ${at + 1}`));
  const fields = Object.keys(rows[0] as Row).sort();
  const odd = rows.findIndex((row) => Object.keys(row).sort().join() !== fields.join());
  if (odd >= 0) throw wrong(`row ${odd + 1}`, "has not the same fields as the first");
  return { fields, rows };
}

/** @throws E_INVALID */
export function readValues(value: unknown, where: string): Row {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(where, "takes an object of values by field");
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > MAX_FIELDS)
    throw wrong(where, `takes 1 to ${MAX_FIELDS} fields`);
  return Object.fromEntries(
    entries.map(([key, one]) => {
      if (!isFieldName(key)) throw wrong(where, "a field's name is letters, digits and _");
      return [key, scalar(one, `${where}.${key}`)];
    }),
  );
}

/** Fields named anywhere, sorted, each once. */
export const fieldsOf = {
  rows: ({ select, where, orderBy }: RowsQuery): string[] =>
    sorted([...select, ...inCondition(where), ...orderBy.map(({ by }) => by)]),
  aggregate: ({ groupBy, compute, where }: AggregateQuery): string[] =>
    sorted([
      ...groupBy,
      ...compute.flatMap(({ field }) => (field === null ? [] : [field])),
      ...inCondition(where),
    ]),
  where: (where: Condition | null): string[] => sorted(inCondition(where)),
};

const inCondition = (where: Condition | null): string[] => comparisonsIn(where).map(({ field }) => field);
const sorted = (fields: readonly string[]): string[] => [...new Set(fields)].sort();

function fieldList(value: unknown, where: string, least: number): string[] {
  if (!Array.isArray(value) || value.length < least || value.length > MAX_FIELDS || !value.every(isFieldName))
    throw wrong(where, `takes a list of ${least} to ${MAX_FIELDS} fields`);
  const twice = value.find((field, at) => value.indexOf(field) !== at);
  if (twice !== undefined) throw wrong(where, `"${twice}" stands twice`);
  return value;
}

/** `"name"`, `{ birthday: "desc", name: "asc" }`, or a list of these. */
function orders(value: unknown): Order[] {
  if (value === undefined) return [];
  const found = (Array.isArray(value) ? value : [value]).flatMap(order);
  if (found.length > MAX_ORDERS) throw wrong("orderBy", `takes at most ${MAX_ORDERS} fields`);
  return found;
}

function order(value: unknown): Order[] {
  if (isFieldName(value)) return [{ by: value, descending: false }];
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) throw wrong("orderBy", 'takes a field, or { field: "asc" } or { field: "desc" }');
  return entries.map(([by, direction]) => {
    if (!isFieldName(by) || (direction !== "asc" && direction !== "desc"))
      throw wrong("orderBy", 'takes a field, or { field: "asc" } or { field: "desc" }');
    return { by, descending: direction === "desc" };
  });
}

function whole(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(where, "takes a whole number, 0 or more");
}
