/** The pure functions take whatever a hostile guest sends: they answer or throw, and keep nothing. */
import { describe, expect, test } from "vitest";
import { pure } from "../../../runtime/engine/pure/pure.ts";

const answers: { why: string; name: string; arg: string; gives: unknown }[] = [
  {
    why: "a URL's parts",
    name: "url.parse",
    arg: '["../x","http://h:81/a/b"]',
    gives: expect.stringContaining('"http://h:81/x"'),
  },
  { why: "no URL is empty", name: "url.parse", arg: '["x"]', gives: "" },
  { why: "the origin cannot be set", name: "url.set", arg: '["http://a/","origin","x"]', gives: "" },
  {
    why: "a part that is none cannot be set",
    name: "url.set",
    arg: '["http://a/","__proto__","x"]',
    gives: "",
  },
  { why: "a href that is no URL is refused", name: "url.set", arg: '["nope","port","1"]', gives: "" },
  { why: "form text begins where it says", name: "url.parseForm", arg: '"?a=1"', gives: '[["?a","1"]]' },
  { why: "a label that is none", name: "text.label", arg: '"__proto__"', gives: "" },
  {
    why: "random bytes are at most 65536",
    name: "crypto.random",
    arg: "99999999",
    gives: expect.objectContaining({ length: 65_536 }),
  },
];

describe("answers", () => {
  test.each(answers)("$why", ({ name, arg, gives }) => {
    expect(pure(name, arg)).toEqual(gives);
  });
});

const refused: { why: string; name: string; arg: string }[] = [
  { why: "a function that is none", name: "fs.readFile", arg: "" },
  { why: "a name of Object.prototype", name: "constructor", arg: "" },
  { why: "an argument that is no JSON", name: "url.parse", arg: "{" },
  { why: "a digest that is none", name: "crypto.digest", arg: "toString" },
  { why: "a negative number of bytes", name: "crypto.random", arg: "-1" },
];

describe("refuses", () => {
  test.each(refused)("$why", ({ name, arg }) => {
    expect(() => pure(name, arg)).toThrow();
  });
});

test("the same question gives the same answer", () => {
  const bytes = new Uint8Array([0xe2, 0x98]);
  expect([1, 2].map(() => pure("text.decode", '["utf-8",false,false]', bytes))).toEqual([
    '"\ufffd"',
    '"\ufffd"',
  ]);
});
