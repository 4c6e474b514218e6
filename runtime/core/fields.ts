/** Do queries fit the fields of a data set? Types of what is compared and stored, and what a mask forbids. Pure. */
import type { Field, FieldType } from "./catalog.ts";
import { type Comparison, type Condition, comparisonsIn, type Membership, type Scalar } from "./condition.ts";
import { fail, type SbxError } from "./errors.ts";
import type { AggregateQuery, Computed, Row, RowsQuery } from "./query.ts";

export type Fields = ReadonlyMap<string, Field>;

/** Whose words they are: a plugin may only select what is masked; the catalog's owner wrote the mask. */
export type Author = "plugin" | "owner";

const wrong = (what: string): SbxError => fail("E_INVALID", what);

/** @throws E_INVALID for a field that there is not, or that may only be selected */
export function checkField(fields: Fields, name: string, used: string, author: Author): Field {
  const field = fields.get(name);
  if (field === undefined) throw wrong(`${used}: there is no field "${name}"`);
  if (field.mask !== undefined && author === "plugin" && used !== "select")
    throw wrong(`${used}: "${name}" is masked, so that it can only be selected`);
  return field;
}

/** @throws E_INVALID */
export function checkRows({ select, where, orderBy }: RowsQuery, fields: Fields): void {
  for (const name of select) checkField(fields, name, "select", "plugin");
  for (const { by } of orderBy) checkField(fields, by, "orderBy", "plugin");
  checkWhere(where, fields, "plugin");
}

/** @throws E_INVALID */
export function checkAggregate({ groupBy, compute, where }: AggregateQuery, fields: Fields): void {
  for (const name of groupBy) checkField(fields, name, "groupBy", "plugin");
  for (const column of compute) checkComputed(column, fields, `compute.${column.name}`, "plugin");
  checkWhere(where, fields, "plugin");
}

/** @throws E_INVALID */
export function checkComputed({ of, field }: Computed, fields: Fields, used: string, author: Author): void {
  if (field === null) return;
  const { type } = checkField(fields, field, used, author);
  if ((of === "sum" || of === "avg") && type !== "integer" && type !== "number")
    throw wrong(`${used}: ${of} is for numbers, and "${field}" is ${type}`);
}

/** @throws E_INVALID */
export function checkWhere(where: Condition | null, fields: Fields, author: Author): void {
  for (const one of comparisonsIn(where)) checkComparison(one, fields, author);
}

function checkComparison(one: Comparison | Membership, fields: Fields, author: Author): void {
  const { type } = checkField(fields, one.field, "where", author);
  if (one.is === "membership") {
    for (const value of one.values) checkValue(one.field, type, value);
    return;
  }
  if (one.op === "isNull") return;
  if ((one.op === "startsWith" || one.op === "contains") && type !== "text")
    throw wrong(`where: ${one.op} is for texts, and "${one.field}" is ${type}`);
  if (one.op !== "eq" && one.op !== "ne" && type === "boolean")
    throw wrong(`where: "${one.field}" is true or false, which have no order`);
  if (one.value !== null) checkValue(one.field, type, one.value);
}

/** Values to be stored. @throws E_INVALID */
export function checkStored(row: Row, fields: Fields): void {
  for (const [name, value] of Object.entries(row)) {
    const { type } = checkField(fields, name, "a new value", "plugin");
    if (value !== null) checkValue(name, type, value);
  }
}

const forms: Readonly<
  Record<FieldType, { readonly fits: (value: Scalar) => boolean; readonly said: string }>
> = {
  text: { fits: (value) => typeof value === "string", said: "a text" },
  integer: { fits: Number.isSafeInteger, said: "a whole number" },
  number: { fits: (value) => typeof value === "number", said: "a number" },
  boolean: { fits: (value) => typeof value === "boolean", said: "true or false" },
  date: {
    fits: (value) => typeof value === "string" && isDate(value),
    said: 'a date such as "2026-03-01"',
  },
  datetime: {
    fits: (value) => typeof value === "string" && isDateTime(value),
    said: 'a time such as "2026-03-01T12:00:00Z"',
  },
};

function checkValue(name: string, type: FieldType, value: Scalar): void {
  const { fits, said } = forms[type];
  if (!fits(value)) throw wrong(`"${name}" is compared with or set to ${said}`);
}

/** A full date of RFC 3339. */
export const isDate = (text: string): boolean =>
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text) && !Number.isNaN(Date.parse(text));

/** A date and time of RFC 3339; the zone may be missing. */
export const isDateTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/.test(text) &&
  !Number.isNaN(Date.parse(text.replace(" ", "T")));
