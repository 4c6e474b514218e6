import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEAF_MS, type Decision, Keys } from "../../../cli/keys.ts";

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const LATER = DEAF_MS + 200;
const NO: Decision = { do: "choose", index: 0 };
const REFUSE: Decision = { do: "refuse" };
const YES: Decision = { do: "word", word: "yes" };

const fresh = () => new Keys({ lines: 6, yes: 1, openedAt: 0, commands: { e: true, d: true }, deaf: true });

const typed: readonly { why: string; keys: string[]; gives: Decision | undefined; mark?: number }[] = [
  { why: "Enter alone is the default", keys: ["\r"], gives: NO },
  { why: "y and Enter", keys: ["y\r"], gives: YES },
  { why: "y and Enter apart", keys: ["y", "\r"], gives: YES },
  { why: "yes and Enter, in capitals too", keys: ["YES\r"], gives: YES },
  { why: "n and no", keys: ["no\r"], gives: { do: "word", word: "no" } },
  { why: "y without Enter answers nothing and marks its line", keys: ["y"], gives: undefined, mark: 1 },
  { why: "ye is not yes", keys: ["ye\r"], gives: REFUSE },
  { why: "y and a space is not y", keys: ["Y \r"], gives: REFUSE },
  { why: "yy is not y", keys: ["yy\r"], gives: REFUSE },
  { why: "a space before y is not y", keys: [" y\r"], gives: REFUSE },
  {
    why: "a Cyrillic look-alike is not y",
    keys: [Buffer.from("\u0443\r").toString("latin1")],
    gives: REFUSE,
  },
  { why: "a megabyte of a", keys: ["a".repeat(2 ** 20), "\r"], gives: REFUSE },
  { why: "a megabyte that ends in yes", keys: [`${"a".repeat(2 ** 20)}yes\r`], gives: REFUSE },
  { why: "Ctrl-D is No, also behind y", keys: ["y\x04"], gives: REFUSE },
  { why: "Ctrl-C interrupts", keys: ["\x03"], gives: { do: "stop", interrupted: true } },
  { why: "Ctrl-Z does nothing", keys: ["\x1a"], gives: undefined, mark: 0 },
  { why: "Ctrl-Z and Enter is the default", keys: ["\x1a\r"], gives: NO },
  { why: "up and down is where it was", keys: [`${UP}${DOWN}\r`], gives: NO },
  { why: "down marks the next line", keys: [DOWN, "\r"], gives: { do: "choose", index: 1 } },
  { why: "up from the first line is the last", keys: [UP, "\r"], gives: { do: "choose", index: 5 } },
  { why: "arrows in the keypad's spelling", keys: ["\x1bOB\r"], gives: { do: "choose", index: 1 } },
  { why: "an arrow in pieces", keys: ["\x1b", "[", "B", "\r"], gives: { do: "choose", index: 1 } },
  { why: "anything unexpected puts the mark back on No", keys: [DOWN, DOWN, "x"], gives: undefined, mark: 0 },
  { why: "and Enter then refuses", keys: [DOWN, DOWN, "x", "\r"], gives: REFUSE },
  { why: "other sequences do nothing", keys: ["\x1b[200~\x1b[5;5R\x1b]11;rgb:0/0/0\x07\x1bx\r"], gives: NO },
  { why: "vi's keys move nothing", keys: ["j\r"], gives: REFUSE },
  { why: "e, d and q are commands", keys: ["e"], gives: { do: "edit" } },
  { why: "d shows details", keys: ["d"], gives: { do: "details" } },
  { why: "q stops", keys: ["q"], gives: { do: "stop", interrupted: false } },
  { why: "but not inside a word", keys: ["xq"], gives: undefined, mark: 0 },
  { why: "backspace takes a letter back", keys: ["yx".slice(0, 1), "\x7f", "\r"], gives: NO },
  {
    why: "what stands behind a decision is thrown away",
    keys: ["n\ry\r"],
    gives: { do: "word", word: "no" },
  },
];

describe("keys", () => {
  for (const { why, keys: parts, gives, mark } of typed)
    test(why, () => {
      const keys = fresh();
      let decision: Decision | undefined;
      for (const part of parts) decision ??= keys.read(part, LATER);
      expect(decision).toEqual(gives);
      if (mark !== undefined) expect(keys.mark).toBe(mark);
    });
});

describe("the first moments", () => {
  test("answers before the question could be read are thrown away", () => {
    const keys = fresh();
    expect(keys.read("y\r\x1b[B", 10)).toBeUndefined();
    expect(keys.read("y\r", DEAF_MS - 150)).toBeUndefined();
    expect(keys.read("\r", LATER)).toEqual(NO);
  });
  test("a flood that goes on past them still belongs to them", () => {
    const keys = fresh();
    for (let at = 0; at < 900; at += 30) expect(keys.read("y\r", at)).toBeUndefined();
    expect(keys.read("y\r", 1100)).toEqual(YES);
  });
  test("Ctrl-C is heard at once", () =>
    expect(fresh().read("yyy\x03", 10)).toEqual({ do: "stop", interrupted: true }));
});

test("nothing but the documented answers grants, whatever is typed and however it is cut", () => {
  const piece = fc.oneof(
    fc.constantFrom("y", "e", "s", "n", "o", " ", "\x04", "\x1a", "\x7f", "\x1b", "[", "\x1b[C", "Y"),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.integer({ min: 1, max: 5 }), (pieces, size) => {
      const line = pieces.join("").replace(/[\x03\r\n]|\x1b(\[|O)[AB]/g, "");
      const keys = new Keys({ lines: 6, yes: 1, openedAt: 0, commands: { e: false, d: false }, deaf: true });
      let decision: Decision | undefined;
      const text = `${line}\r`;
      for (let at = 0; at < text.length; at += size) decision ??= keys.read(text.slice(at, at + size), LATER);
      const grants = decision?.do === "word" && decision.word === "yes";
      const backspaced = /[\x7f\b]/.test(line);
      const sequences = line.includes("\x1b");
      if (grants && !backspaced && !sequences) expect(line.replace(/[\x00-\x1f]/g, "")).toMatch(/^y(es)?$/i);
      if (decision?.do === "choose") expect(decision.index).toBe(0);
    }),
    { numRuns: 2000 },
  );
});
