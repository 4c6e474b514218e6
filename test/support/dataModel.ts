/** What a query means, written plainly over lists of values: the yardstick that every kind of source is held against. And queries and rows
 *  to hold against it. */
import type { Comparison, Condition, Membership, Scalar } from "../../runtime/core/condition.ts";
import type { AggregateQuery, Computed, Order, RowsQuery } from "../../runtime/core/query.ts";
import type { Random } from "./random.ts";

export type ModelRow = Readonly<Record<string, Scalar>>;

/** By code points, null before everything. */
export function compareValues(a: Scalar, b: Scalar): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

export function holds(condition: Condition | null, row: ModelRow): boolean {
  if (condition === null) return true;
  switch (condition.is) {
    case "and":
      return condition.parts.every((part) => holds(part, row));
    case "or":
      return condition.parts.some((part) => holds(part, row));
    case "not":
      return !holds(condition.part, row);
    case "membership":
      return isMember(condition, row);
    case "comparison":
      return compared(condition, row[condition.field] ?? null);
    default:
      return condition satisfies never;
  }
}

const isMember = ({ field, values }: Membership, row: ModelRow): boolean => {
  const value = row[field] ?? null;
  return value !== null && values.includes(value);
};

function compared({ op, value: with_ }: Comparison, value: Scalar): boolean {
  switch (op) {
    case "isNull":
      return (value === null) === with_;
    case "eq":
      return value === with_;
    case "ne":
      return value !== with_;
    case "startsWith":
      return typeof value === "string" && value.startsWith(String(with_));
    case "contains":
      return typeof value === "string" && value.includes(String(with_));
    default: {
      if (value === null) return false;
      const order = compareValues(value, with_);
      return { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 }[op];
    }
  }
}

const inOrder =
  (orders: readonly Order[]) =>
  (a: ModelRow, b: ModelRow): number => {
    for (const { by, descending } of orders) {
      const order = compareValues(a[by] ?? null, b[by] ?? null);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };

const page = <T>(rows: readonly T[], limit: number | null, offset: number): T[] =>
  rows.slice(offset, limit === null ? undefined : offset + limit);

export function modelRows(rows: readonly ModelRow[], query: RowsQuery, filter: Condition | null): Scalar[][] {
  const found = rows
    .filter((row) => holds(filter, row) && holds(query.where, row))
    .sort(inOrder(query.orderBy));
  return page(found, query.limit, query.offset).map((row) => query.select.map((name) => row[name] ?? null));
}

export function modelAggregate(
  rows: readonly ModelRow[],
  query: AggregateQuery,
  filter: Condition | null,
  minGroup = 0,
): Scalar[][] {
  const found = rows.filter((row) => holds(filter, row) && holds(query.where, row));
  const groups = Map.groupBy(found, (row) => JSON.stringify(query.groupBy.map((name) => row[name] ?? null)));
  if (query.groupBy.length === 0 && groups.size === 0) groups.set("[]", []);
  const computed = [...groups]
    .filter(([, group]) => group.length >= minGroup)
    .map(([key, group]): ModelRow => {
      const names = query.groupBy.map((name, at) => [name, (JSON.parse(key) as Scalar[])[at] ?? null]);
      return Object.fromEntries([...names, ...query.compute.map((one) => [one.name, valueOf(one, group)])]);
    });
  const rest = query.groupBy.filter((name) => !query.orderBy.some(({ by }) => by === name));
  const orders = [...query.orderBy, ...rest.map((by) => ({ by, descending: false }))];
  const columns = [...query.groupBy, ...query.compute.map(({ name }) => name)];
  return page(computed.sort(inOrder(orders)), query.limit, query.offset).map((row) =>
    columns.map((name) => row[name] ?? null),
  );
}

function valueOf({ of, field }: Computed, group: readonly ModelRow[]): Scalar {
  if (field === null) return group.length;
  const values = group.map((row) => row[field] ?? null).filter((value) => value !== null);
  if (of === "count") return values.length;
  if (values.length === 0) return null;
  const sorted = [...values].sort(compareValues);
  const sum = values.reduce((total: number, value) => total + Number(value), 0);
  return { min: sorted[0] ?? null, max: sorted.at(-1) ?? null, sum, avg: sum / values.length }[of];
}

// What is asked.

/** From `from` to below `to`. */
const int = (random: Random, from: number, to: number): number => from + random.below(to - from);

export const fields = {
  name: "text",
  city: "text",
  age: "integer",
  weight: "number",
  vip: "boolean",
  born: "date",
} as const;
type FieldName = keyof typeof fields;
const names = Object.keys(fields) as FieldName[];

const texts = [
  "",
  "a",
  "A",
  "aa",
  "Ab",
  "b",
  "ä",
  "z",
  "日本",
  "a'b",
  'q"q',
  "%",
  "_",
  "a,b",
  "line\nbreak",
  " ",
  "null",
  "😀",
];

export function value(random: Random, name: FieldName): Scalar {
  switch (fields[name]) {
    case "text":
      return random.pick(texts);
    case "integer":
      return int(random, -3, 4);
    case "number":
      return int(random, -8, 9) / 4;
    case "boolean":
      return random.chance(0.5);
    case "date":
      return `20${10 + int(random, 0, 4)}-0${1 + int(random, 0, 3)}-1${int(random, 0, 3)}`;
    default:
      return null;
  }
}

export const someRows = (random: Random, count: number): ModelRow[] =>
  Array.from({ length: count }, () =>
    Object.fromEntries(names.map((name) => [name, random.chance(0.15) ? null : value(random, name)])),
  );

export function someCondition(random: Random, depth = 3): Condition {
  const kind = int(random, 0, depth > 0 ? 8 : 5);
  if (kind === 5 || kind === 6) {
    const parts = Array.from({ length: 1 + int(random, 1, 3) }, () => someCondition(random, depth - 1));
    return { is: kind === 5 ? "and" : "or", parts };
  }
  if (kind === 7) return { is: "not", part: someCondition(random, depth - 1) };
  const field = random.pick(names);
  if (kind === 4)
    return {
      is: "membership",
      field,
      values: Array.from({ length: int(random, 0, 4) }, () => value(random, field)),
    };
  const op = random.pick(operatorsOf(field));
  if (op === "isNull") return { is: "comparison", field, op, value: random.chance(0.5) };
  const nothing = (op === "eq" || op === "ne") && random.chance(0.2);
  return { is: "comparison", field, op, value: nothing ? null : value(random, field) };
}

function operatorsOf(field: FieldName): Comparison["op"][] {
  const order = ["lt", "lte", "gt", "gte"] as const;
  const text = ["startsWith", "contains"] as const;
  return [
    "eq",
    "ne",
    "isNull",
    ...(fields[field] === "boolean" ? [] : order),
    ...(fields[field] === "text" ? text : []),
  ];
}

const someOf = <T>(random: Random, list: readonly T[], least: number): T[] => {
  const found = list.filter(() => random.chance(0.4));
  return found.length >= least ? found : [random.pick(list)];
};

const somePage = (random: Random): { limit: number | null; offset: number } => ({
  limit: random.chance(0.5) ? null : int(random, 0, 12),
  offset: random.chance(0.7) ? 0 : int(random, 0, 6),
});

export const someQuery = (random: Random): RowsQuery => ({
  select: someOf(random, names, 1),
  where: random.chance(0.2) ? null : someCondition(random),
  orderBy: someOf(random, names, 0)
    .slice(0, int(random, 0, 3))
    .map((by) => ({ by, descending: random.chance(0.5) })),
  ...somePage(random),
});

export function someAggregate(random: Random): AggregateQuery {
  const groupBy = someOf(random, names, 1).slice(0, int(random, 0, 3));
  const compute: Computed[] = Array.from({ length: 1 + int(random, 0, 3) }, (_, at) => {
    const of = random.pick(["count", "sum", "avg", "min", "max"] as const);
    const numbers: FieldName[] = ["age", "weight"];
    const field =
      of === "count" && random.chance(0.5)
        ? null
        : random.pick(of === "sum" || of === "avg" ? numbers : names);
    return { name: `c${at}`, of, field };
  });
  const columns = [...groupBy, ...compute.map(({ name }) => name)];
  return {
    groupBy,
    compute,
    where: random.chance(0.5) ? null : someCondition(random),
    orderBy: random.chance(0.5) ? [] : [{ by: random.pick(columns), descending: random.chance(0.5) }],
    ...somePage(random),
  };
}
