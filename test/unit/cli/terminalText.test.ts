import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TerminalText } from "../../../cli/terminalText.ts";

const bytes = (text: string) => Buffer.from(text);
const whole = (text: string) => {
  const filter = new TerminalText();
  return filter.filter(bytes(text)) + filter.end();
};

const table: readonly { why: string; text: string; gives: string }[] = [
  { why: "text, line breaks and tabs pass", text: "a\tb\nc\r\n日本\u202e", gives: "a\tb\nc\r\n日本\u202e" },
  { why: "colours pass", text: "\x1b[31mred\x1b[0m\x1b[m", gives: "\x1b[31mred\x1b[0m\x1b[m" },
  {
    why: "colours of 256 and 24 bits pass",
    text: "\x1b[38;5;8mx\x1b[1;48;2;8;8;8my\x1b[4:3m",
    gives: "\x1b[38;5;8mx\x1b[1;48;2;8;8;8my\x1b[4:3m",
  },
  { why: "concealed text is not hidden", text: "\x1b[8mx\x1b[0;8my", gives: "\\x1b[8mx\\x1b[0;8my" },
  { why: "moving the cursor is shown", text: "\x1b[2J\x1b[1;1Hx\x1b[A", gives: "\\x1b[2J\\x1b[1;1Hx\\x1b[A" },
  {
    why: "titles and clipboards are shown",
    text: "\x1b]0;t\x07\x1b]52;c;eA==\x1b\\",
    gives: "\\x1b]0;t\\x07\\x1b]52;c;eA==\\x1b\\",
  },
  { why: "asking the terminal is shown", text: "\x1b[c\x1b[6n\x1bZ", gives: "\\x1b[c\\x1b[6n\\x1bZ" },
  {
    why: "other modes are shown",
    text: "\x1b[?1049h\x1b[>4;1m\x1b[?25l",
    gives: "\\x1b[?1049h\\x1b[>4;1m\\x1b[?25l",
  },
  { why: "overprinting is shown", text: "safe\revil\b\b", gives: "safe\\x0devil\\x08\\x08" },
  { why: "controls of eight bits are shown", text: "\u009b2J\u0090q\u009c", gives: "\\x9b2J\\x90q\\x9c" },
  { why: "NUL, bell, form feed and delete are shown", text: "\0\x07\x0c\x7f", gives: "\\x00\\x07\\x0c\\x7f" },
  { why: "a sequence that never ends is shown", text: "\x1b[31", gives: "\\x1b[31" },
];

describe("a plugin's output on a terminal", () => {
  for (const { why, text, gives } of table) test(why, () => expect(whole(text)).toBe(gives));

  test("is the same however it is cut", () => {
    const all = table.map(({ text }) => text).join("é");
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
        const filter = new TerminalText();
        const data = bytes(all);
        let out = "";
        for (let at = 0, i = 0; at < data.length; i += 1) {
          const size = sizes[i % sizes.length] ?? 1;
          out += filter.filter(data.subarray(at, at + size));
          at += size;
        }
        expect(out + filter.end()).toBe(whole(all));
      }),
    );
  });

  test("lets nothing through but styles, for any bytes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array(), fc.constant(bytes("\x1b[")), fc.constant(bytes("1m")))),
        (parts) => {
          const filter = new TerminalText();
          const out = parts.map((part) => filter.filter(part)).join("") + filter.end();
          expect(out.replace(/\x1b\[[0-9;:]*m|\r\n/g, "")).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("knows whether a style is on and whether a line is open", () => {
    const filter = new TerminalText();
    filter.filter(bytes("\x1b[31mred"));
    expect([filter.styled, filter.midLine]).toEqual([true, true]);
    filter.filter(bytes("\x1b[0m\n"));
    expect([filter.styled, filter.midLine]).toEqual([false, false]);
  });
});
