/** Conditions over the fields of a data set (CONTRACT 7): plain objects become a closed tree in which every field, operator and value is
 *  known. Never text that a source would read as a language. Pure. */
import { fail, type SbxError } from "./errors.ts";

export type Scalar = string | number | boolean | null;

/** How a field is compared. `isNull` takes true or false, `in` a list. */
export const operators = [
  "eq",
  "ne",
  "lt",
  "lte",
  "gt",
  "gte",
  "in",
  "startsWith",
  "contains",
  "isNull",
] as const;
export type Operator = (typeof operators)[number];

export interface Comparison {
  readonly is: "comparison";
  readonly field: string;
  readonly op: Exclude<Operator, "in">;
  readonly value: Scalar;
}
export interface Membership {
  readonly is: "membership";
  readonly field: string;
  readonly values: readonly Scalar[];
}
export type Condition =
  | Comparison
  | Membership
  | { readonly is: "and" | "or"; readonly parts: readonly Condition[] }
  | { readonly is: "not"; readonly part: Condition };

const MAX_DEPTH = 8;
const MAX_COMPARISONS = 200;
const MAX_VALUES = 1000;
/** Of a text that is compared with, in UTF-16 units. */
const MAX_TEXT = 64 * 1024;

/** Names that a field cannot have, because they join conditions, or stand for something else in an object. */
export const joiners: readonly string[] = ["and", "or", "not", "__proto__"];

const wrong = (where: string, what: string): SbxError => fail("E_INVALID", `${where}: ${what}`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `{age: {gte: 18}, name: {startsWith: "A"}}`: all of it must hold. A bare value means `eq`. null: no condition at all.
 *  @throws E_INVALID */
export function readCondition(value: unknown, where = "where"): Condition | null {
  return new Reader().object(value, where, 0);
}

class Reader {
  #comparisons = 0;

  object(value: unknown, where: string, depth: number): Condition | null {
    if (!isObject(value)) throw wrong(where, "a condition is an object, such as { age: { gte: 18 } }");
    if (depth > MAX_DEPTH) throw wrong(where, `more than ${MAX_DEPTH} conditions inside each other`);
    const parts = Object.entries(value).flatMap(([key, one]) =>
      this.#entry(key, one, `${where}.${key}`, depth),
    );
    return joined("and", parts);
  }

  #entry(key: string, value: unknown, where: string, depth: number): Condition[] {
    switch (key) {
      case "and":
      case "or": {
        if (!Array.isArray(value) || value.length === 0) throw wrong(where, "takes a list of conditions");
        const parts = value.map((one, at) => this.object(one, `${where}.${at}`, depth + 1));
        // A part without a condition always holds.
        if (key === "or" && parts.includes(null)) return [];
        const found = joined(
          key,
          parts.filter((part) => part !== null),
        );
        return found === null ? [] : [found];
      }
      case "not": {
        const part = this.object(value, where, depth + 1);
        if (part === null) throw wrong(where, "takes a condition");
        return [{ is: "not", part }];
      }
      default:
        return isObject(value)
          ? this.#comparisonsOf(key, value, where)
          : [this.#comparison(key, "eq", value, where)];
    }
  }

  #comparisonsOf(field: string, value: Record<string, unknown>, where: string): Condition[] {
    const found = Object.entries(value);
    if (found.length === 0) throw wrong(where, `compare with ${operators.join(", ")}`);
    return found.map(([op, one]) => this.#comparison(field, op, one, `${where}.${op}`));
  }

  #comparison(field: string, op: string, value: unknown, where: string): Condition {
    this.#comparisons += 1;
    if (this.#comparisons > MAX_COMPARISONS)
      throw wrong(where, `more than ${MAX_COMPARISONS} comparisons in one query`);
    if (!isOperator(op)) throw wrong(where, `there is no such operator; there are ${operators.join(", ")}`);
    if (op === "in") return { is: "membership", field, values: this.#values(value, where) };
    const one = scalar(value, where);
    if (op === "isNull" && typeof one !== "boolean") throw wrong(where, "takes true or false");
    if (op !== "eq" && op !== "ne" && one === null)
      throw wrong(where, "null has no order; use isNull, eq or ne");
    return { is: "comparison", field, op, value: one };
  }

  #values(value: unknown, where: string): Scalar[] {
    if (!Array.isArray(value)) throw wrong(where, "takes a list of values");
    if (value.length > MAX_VALUES) throw wrong(where, `takes at most ${MAX_VALUES} values`);
    const values = value.map((one, at) => scalar(one, `${where}.${at}`));
    if (values.includes(null)) throw wrong(where, "null is in no list; use isNull");
    return values;
  }
}

function joined(is: "and" | "or", parts: readonly Condition[]): Condition | null {
  const [first] = parts;
  if (first === undefined) return null;
  return parts.length === 1 ? first : { is, parts };
}

const isOperator = (text: string): text is Operator => (operators as readonly string[]).includes(text);

export function scalar(value: unknown, where: string): Scalar {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && value.length <= MAX_TEXT && value.isWellFormed()) return value;
  throw wrong(where, `takes a text (at most ${MAX_TEXT} characters), a number, true, false or null`);
}

/** Every comparison, in order. */
export function comparisonsIn(condition: Condition | null): (Comparison | Membership)[] {
  if (condition === null) return [];
  switch (condition.is) {
    case "comparison":
    case "membership":
      return [condition];
    case "and":
    case "or":
      return condition.parts.flatMap(comparisonsIn);
    case "not":
      return comparisonsIn(condition.part);
    default:
      return condition satisfies never;
  }
}
