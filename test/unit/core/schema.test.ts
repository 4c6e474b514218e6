import { describe, expect, test } from "vitest";
import { isSbxError } from "../../../runtime/core/errors.ts";
import { objectOf, parseArguments, s, toJsonSchema } from "../../../runtime/core/schema.ts";

const shape = {
  path: s.path(),
  size: s.optional(s.size()),
  tags: s.optional(s.list(s.text(3), 2)),
  deep: s.optional(s.json()),
};
const parse = (value: unknown): unknown => parseArguments(shape, value, "test.op");

test("arguments are a copy", () => {
  const tags = ["a"];
  const parsed = parse({ path: "a", tags }) as { tags: string[] };
  tags.push("b");
  expect(parsed.tags).toEqual(["a"]);
});

const refused: readonly { why: string; value: unknown }[] = [
  { why: "no object", value: null },
  { why: "a list", value: [] },
  { why: "a missing argument", value: {} },
  { why: "an unknown argument", value: { path: "a", more: 1 } },
  { why: "an unknown argument called __proto__", value: JSON.parse('{"path":"a","__proto__":{"x":1}}') },
  { why: "an empty path", value: { path: "" } },
  { why: "a path with NUL", value: { path: "a\0b" } },
  { why: "a path with a lone surrogate", value: { path: "\udc00" } },
  { why: "a path that is too long", value: { path: "a".repeat(32_769) } },
  { why: "a size below nothing", value: { path: "a", size: -1 } },
  { why: "half a byte", value: { path: "a", size: 0.5 } },
  { why: "a size beyond whole numbers", value: { path: "a", size: 2 ** 53 } },
  { why: "a size that is no number", value: { path: "a", size: Number.NaN } },
  { why: "a text for a number", value: { path: "a", size: "1" } },
  { why: "too long a list", value: { path: "a", tags: ["a", "b", "c"] } },
  { why: "too long a text in a list", value: { path: "a", tags: ["abcd"] } },
  { why: "null for something optional", value: { path: "a", size: null } },
];
describe("arguments are refused:", () => {
  test.each(refused)("$why", ({ value }) => {
    try {
      parse(value);
    } catch (error) {
      expect(isSbxError(error) && error.code).toBe("E_INVALID");
      expect((error as Error).message).toMatch(/^test\.op: /);
      return;
    }
    throw new Error("was taken");
  });
});

test("a complaint names the place and not the value", () => {
  expect(() => parse({ path: "a", tags: ["secret"] })).toThrow(/tags\.0/);
  expect(() => parse({ path: "a", tags: ["secret"] })).not.toThrow(/secret/);
});

test("a shape has a JSON Schema that forbids unknown keys", () => {
  expect(toJsonSchema(objectOf({ n: s.int(1, 3) }))).toMatchObject({
    type: "object",
    additionalProperties: false,
    properties: { n: { type: "integer", minimum: 1, maximum: 3 } },
    required: ["n"],
  });
});
