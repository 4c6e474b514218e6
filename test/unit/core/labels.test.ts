import { describe, expect, test } from "vitest";
import { checkLabel, fresh, printLabels, uncleared } from "../../../runtime/core/labels.ts";

describe("a label", () => {
  test.each(["personal", "secret", "client-7", "a_b", "x".repeat(64)])("may be called %s", (name) =>
    expect(checkLabel(name)).toBe(name),
  );
  test.each(["", "Personal", "7up", "-a", "a b", "a,b", "a:b", "a+b", "ä", "a\n", "x".repeat(65)])(
    "may not be called %j",
    (name) => expect(() => checkLabel(name)).toThrow(/cannot be a label/),
  );
});

const tables: readonly { why: string; run: string[]; clearance: string[]; closed: string[] }[] = [
  { why: "an unlabelled run is cleared for everything", run: [], clearance: [], closed: [] },
  { why: "a label without clearance closes", run: ["personal"], clearance: [], closed: ["personal"] },
  {
    why: "a clearance opens its label only",
    run: ["secret", "personal"],
    clearance: ["personal"],
    closed: ["secret"],
  },
  { why: "all labels must be cleared", run: ["b", "a"], clearance: ["c"], closed: ["a", "b"] },
];
test.each(tables)("$why", ({ run, clearance, closed }) =>
  expect(uncleared(new Set(run), new Set(clearance))).toEqual(closed),
);

test("only what the run does not carry yet is new, once", () => {
  expect(fresh(new Set(["a"]), ["b", "a", "b"])).toEqual(["b"]);
});

test("labels are printed in one order", () => expect(printLabels(["b", "a"])).toBe("a, b"));
