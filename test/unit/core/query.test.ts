/** Queries of plugins: what they name, and what is no query at all. */
import { describe, expect, test } from "vitest";
import { readCondition } from "../../../runtime/core/condition.ts";
import { isSbxError } from "../../../runtime/core/errors.ts";
import { fieldsOf, readAggregate, readNewRows, readRows } from "../../../runtime/core/query.ts";

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isSbxError(error) && error.code === "E_INVALID") return error.message;
    throw error;
  }
  throw new Error("it was taken");
}

describe("every field that is named anywhere is read:", () => {
  test.each([
    { query: { select: ["a"] }, fields: ["a"], why: "selected" },
    { query: { select: ["a"], where: { b: 1 } }, fields: ["a", "b"], why: "compared" },
    {
      query: {
        select: ["a"],
        where: { not: { or: [{ c: { isNull: true } }, { and: [{ b: { in: [1] } }] }] } },
      },
      fields: ["a", "b", "c"],
      why: "compared deep inside",
    },
    { query: { select: ["a"], orderBy: [{ d: "desc" }, "b"] }, fields: ["a", "b", "d"], why: "ordered by" },
    { query: { select: ["a"], where: { b: { in: [] } } }, fields: ["a", "b"], why: "compared with nothing" },
    {
      query: { select: ["a"], where: { or: [{}, { b: 1 }] } },
      fields: ["a"],
      why: "not compared: one part always holds",
    },
  ])("$why", ({ query, fields }) => {
    expect(fieldsOf.rows(readRows(query))).toEqual(fields);
  });

  test.each([
    { query: { groupBy: ["a"], compute: { n: { max: "b" } }, where: { c: null } }, fields: ["a", "b", "c"] },
    { query: { compute: { n: "count" } }, fields: [] },
    { query: { compute: { n: { count: "b" } }, orderBy: "n" }, fields: ["b"] },
  ])("of groups: $fields", ({ query, fields }) => {
    expect(fieldsOf.aggregate(readAggregate(query))).toEqual(fields);
  });
});

describe("no query:", () => {
  const deep = (depth: number): object => (depth === 0 ? { a: 1 } : { not: deep(depth - 1) });
  test.each([
    { query: "SELECT 1", says: /takes an object/, why: "SQL" },
    { query: { select: "*" }, says: /takes a list/, why: "a star" },
    { query: { select: [] }, says: /takes a list of 1/, why: "nothing" },
    { query: { select: ["a", "a"] }, says: /stands twice/, why: "twice the same" },
    { query: { select: ["a; drop"] }, says: /takes a list/, why: "no name" },
    { query: { select: ["a"], join: "b" }, says: /"join" is not known/, why: "a join" },
    { query: { select: ["a"], where: [] }, says: /a condition is an object/, why: "a list of conditions" },
    {
      query: { select: ["a"], where: { b: { regex: "x" } } },
      says: /no such operator/,
      why: "an unknown operator",
    },
    { query: { select: ["a"], where: { b: {} } }, says: /compare with/, why: "compared with nothing" },
    { query: { select: ["a"], where: { b: [1] } }, says: /takes a text/, why: "a list that is no value" },
    {
      query: { select: ["a"], where: { b: { lt: null } } },
      says: /null has no order/,
      why: "less than nothing",
    },
    {
      query: { select: ["a"], where: { b: { in: [null] } } },
      says: /null is in no list/,
      why: "null among values",
    },
    { query: { select: ["a"], where: { b: { isNull: 1 } } }, says: /true or false/, why: "no truth value" },
    { query: { select: ["a"], where: { b: "\ud800" } }, says: /takes a text/, why: "half a character" },
    { query: { select: ["a"], where: { or: [] } }, says: /a list of conditions/, why: "one of none" },
    { query: { select: ["a"], where: deep(12) }, says: /inside each other/, why: "too deep" },
    {
      query: { select: ["a"], where: { or: Array.from({ length: 300 }, () => ({ b: 1 })) } },
      says: /more than 200/,
      why: "too many",
    },
    {
      query: { select: ["a"], where: { b: { in: Array(2000).fill(1) } } },
      says: /at most 1000/,
      why: "too long a list",
    },
    { query: { select: ["a"], limit: -1 }, says: /whole number/, why: "less than no rows" },
    { query: { select: ["a"], limit: 1.5 }, says: /whole number/, why: "half a row" },
    { query: { select: ["a"], orderBy: { a: "up" } }, says: /takes a field/, why: "no direction" },
  ])("$why", ({ query, says }) => {
    expect(refusal(() => readRows(query))).toMatch(says);
  });

  test.each([
    { query: { compute: {} }, says: /1 to/, why: "nothing to compute" },
    { query: { compute: { n: "sum" } }, says: /takes "count"/, why: "a sum of nothing" },
    { query: { compute: { n: { median: "a" } } }, says: /takes "count"/, why: "no such aggregate" },
    { query: { groupBy: ["n"], compute: { n: "count" } }, says: /also a field/, why: "one name for two" },
    {
      query: { groupBy: ["a"], orderBy: "b" },
      says: /neither in groupBy/,
      why: "an order by what is not there",
    },
  ])("no groups: $why", ({ query, says }) => {
    expect(refusal(() => readAggregate(query))).toMatch(says);
  });

  test.each([
    { rows: [], says: /1 to 1000/, why: "none" },
    { rows: [{ a: 1 }, { b: 1 }], says: /not the same fields/, why: "of two kinds" },
    { rows: [{}], says: /1 to 200/, why: "empty" },
    { rows: [{ a: { b: 1 } }], says: /takes a text/, why: "nested" },
    { rows: JSON.parse('[{"__proto__": 1, "a b": 2}]'), says: /letters, digits/, why: "no name" },
  ])("no rows: $why", ({ rows, says }) => {
    expect(refusal(() => readNewRows(rows))).toMatch(says);
  });
});

test("a condition without any is none, and a bare value means equal", () => {
  expect(readCondition({})).toBeNull();
  expect(readCondition({ and: [{}] })).toBeNull();
  expect(readCondition({ a: null })).toEqual({ is: "comparison", field: "a", op: "eq", value: null });
});
