/** The catalog file: what is read from it, and that every fault is told at its place. */
import { describe, expect, test } from "vitest";
import { parseCatalog } from "../../../runtime/core/catalog.ts";
import { isSbxError, type SbxError } from "../../../runtime/core/errors.ts";

const context = { path: (text: string) => `/files/${text}` };
const parse = (text: string) => parseCatalog(text, "catalog.json", context);

function refused(text: string): SbxError {
  try {
    parse(text);
  } catch (error) {
    if (isSbxError(error)) return error;
    throw error;
  }
  throw new Error("it was taken");
}

const withSet = (set: string): string => `{ "version": 1, "datasets": { "a": ${set} } }`;
const csv = '"source": { "type": "csv", "path": "a.csv" }';
const table = '"source": { "type": "sqlite", "path": "a.db", "table": "t" }';
const fields =
  '"fields": { "n": { "type": "text" }, "d": { "type": "date" }, "m": { "type": "text", "mask": "last4" } }';

test("what a catalog says", () => {
  const { datasets } = parse(`{
    // comments, and a trailing comma
    "version": 1, "datasets": { "contacts": {
      "title": "Address book", ${table}, "writable": true, "filter": { "archived": false }, "allow": ["com.example.b"],
      "fields": { "name": { "type": "text", "description": "Full name", "column": "full name" }, "archived": { "type": "boolean" },
        "email": { "type": "text", "label": ["personal", "contact"], "mask": "domain" } },
      "summaries": { "all": { "groupBy": ["name"], "aggregate": { "max": "archived" }, "minGroup": 3 } },
    } } }`);
  const set = datasets.get("contacts");
  expect(set).toMatchObject({
    title: "Address book",
    source: { type: "sqlite", path: "/files/a.db", table: "t" },
    writable: true,
    filter: { is: "comparison", field: "archived", op: "eq", value: false },
    allow: ["com.example.b"],
    labels: [],
  });
  expect(set?.fields.get("name")).toMatchObject({ column: "full name", labels: [] });
  expect(set?.fields.get("email")).toMatchObject({
    column: "email",
    labels: ["personal", "contact"],
    mask: "domain",
  });
  expect(set?.summaries.get("all")).toMatchObject({
    groupBy: ["name"],
    compute: { name: "max", of: "max", field: "archived" },
    minGroup: 3,
    uses: 5,
  });
});

describe("the labels of a whole set", () => {
  const labelsOf = (text: string): readonly string[] => parse(withSet(text)).datasets.get("a")?.labels ?? [];
  const field = (label: string, mask = ""): string => `{ "type": "text", "label": ${label}${mask} }`;
  test.each([
    {
      set: `"fields": { "a": ${field('["x", "y"]')}, "b": ${field('"y"')} }`,
      labels: ["y"],
      why: "every field carries it, so every row does",
    },
    { set: `"fields": { "a": ${field('"x"')}, "b": { "type": "text" } }`, labels: [], why: "one does not" },
    {
      set: `"label": "z", "fields": { "a": { "type": "text" } }`,
      labels: ["z"],
      why: "it is said of the whole",
    },
    {
      set: `"fields": { "a": ${field('"x"')}, "b": ${field('"x"', ', "mask": "hash"')} }`,
      labels: ["x"],
      why: "a mask lets out a value, not the rows",
    },
  ])("$why", ({ set, labels }) => {
    expect(labelsOf(`{ ${csv}, ${set} }`)).toEqual(labels);
  });
});

describe("refused, with its place:", () => {
  test.each([
    {
      text: '{ "version": 2, "datasets": {} }',
      says: /^catalog\.json:1:14: "version" must be 1/,
      why: "another version",
    },
    { text: '{ "version": 1 }', says: /"datasets" is missing/, why: "nothing in it" },
    {
      text: '{ "version": 1, "datasets": { "kv": {} } }',
      says: /:1:31: a data set is named by/,
      why: "the name of the own store",
    },
    { text: withSet(`{ ${fields} }`), says: /"source" is missing/, why: "no source" },
    {
      text: withSet(`{ "source": { "type": "cvs" }, ${fields} }`),
      says: /"type" is one of sqlite, csv/,
      why: "no such source",
    },
    {
      text: withSet(`{ "source": { "type": "csv", "path": "a", "table": "b" }, ${fields} }`),
      says: /unknown key "table"/,
      why: "a key of another source",
    },
    {
      text: withSet(`{ "source": { "type": "sqlite", "path": "a" }, ${fields} }`),
      says: /"table" is missing/,
      why: "no table",
    },
    {
      text: withSet(`{ "source": { "type": "postgres", "table": "a" }, ${fields} }`),
      says: /say where the server is/,
      why: "no server",
    },
    {
      text: withSet(`{ "source": { "type": "postgres", "table": "a", "url": "mysql://x" }, ${fields} }`),
      says: /write postgres:\/\//,
      why: "another server",
    },
    {
      text: withSet(`{ ${csv}, "writable": true, ${fields} }`),
      says: /only read/,
      why: "a CSV file cannot be written",
    },
    {
      text: withSet(`{ ${csv}, "writable": "yes", ${fields} }`),
      says: /"writable" is true or false/,
      why: "no truth value",
    },
    { text: withSet(`{ ${csv} }`), says: /"fields" names the fields/, why: "no fields" },
    {
      text: withSet(`{ ${csv}, "fields": { "a b": { "type": "text" } } }`),
      says: /a field is named by/,
      why: "a name that no query could use",
    },
    {
      text: withSet(`{ ${csv}, "fields": { "or": { "type": "text" } } }`),
      says: /not and, or, not/,
      why: "a name that joins conditions",
    },
    {
      text: withSet(`{ ${csv}, "fields": { "__proto__": { "type": "text" } } }`),
      says: /a field is named by/,
      why: "a name that objects use for something else",
    },
    {
      text: withSet(`{ ${csv}, "fields": { "a": { "type": "string" } } }`),
      says: /"type" is one of text, integer/,
      why: "no such type",
    },
    { text: withSet(`{ ${csv}, "fields": { "a": {} } }`), says: /"type" is missing/, why: "no type" },
    {
      text: withSet(`{ ${csv}, "fields": { "a": { "type": "integer", "mask": "last4" } } }`),
      says: /does not fit the type integer/,
      why: "a mask for another type",
    },
    {
      text: withSet(`{ ${csv}, "fields": { "a": { "type": "text", "label": "Personal" } } }`),
      says: /cannot be a label/,
      why: "no label",
    },
    {
      text: withSet(`{ ${csv}, "feilds": {}, ${fields} }`),
      says: /did you mean "fields"/,
      why: "a mistyped key",
    },
    {
      text: withSet(`{ ${csv}, "filter": { "q": 1 }, ${fields} }`),
      says: /there is no field "q"/,
      why: "a filter over nothing",
    },
    {
      text: withSet(`{ ${csv}, "filter": { "d": "soon" }, ${fields} }`),
      says: /a date such as/,
      why: "a filter of another type",
    },
    {
      text: withSet(`{ ${csv}, "filter": { "n": { "like": "x" } }, ${fields} }`),
      says: /no such operator/,
      why: "an operator of SQL",
    },
    {
      text: withSet(`{ ${csv}, ${fields}, "summaries": { "s": { "aggregate": { "sum": "n" } } } }`),
      says: /sum is for numbers/,
      why: "a sum of texts",
    },
    {
      text: withSet(`{ ${csv}, ${fields}, "summaries": { "s": { "minGroup": 0 } } }`),
      says: /a whole number, 1 or more/,
      why: "groups of nobody",
    },
    {
      text: withSet(`{ ${csv}, ${fields}, "summaries": { "s": { "groupBy": ["q"] } } }`),
      says: /there is no field "q"/,
      why: "groups of nothing",
    },
  ])("$why", ({ text, says }) => {
    const error = refused(text);
    expect(error.code).toBe("E_CATALOG");
    expect([error.message, ...(error.details.lines ?? [])].join("\n")).toMatch(says);
    expect(error.message).toMatch(/^catalog\.json:\d+:\d+: /);
  });

  test("all faults of a file at once", () => {
    const error = refused(
      withSet(`{ "source": { "type": "x" }, "fields": { "a": { "type": "y" }, "b": { "typo": 1 } } }`),
    );
    expect(
      [error.message, ...(error.details.lines ?? [])].filter((line) => line.startsWith("catalog.json")),
    ).toHaveLength(4);
  });
});
