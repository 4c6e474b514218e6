import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import {
  clip,
  escapeLines,
  escapeText,
  TARGET_LINES,
  targetLines,
  widthOf,
  wrap,
} from "../../../runtime/core/escape.ts";

const escaped: readonly { why: string; text: string; gives: string }[] = [
  { why: "plain words stay", text: "notes/über täglich.md", gives: "notes/über täglich.md" },
  { why: "an escape sequence is seen", text: "a\x1b[2Jb", gives: "a\\u{1b}[2Jb" },
  { why: "line breaks and tabs are seen", text: "a\nb\tc\rd", gives: "a\\u{a}b\\u{9}c\\u{d}d" },
  { why: "C1 controls are seen", text: "a\u009b2Jb\u0085", gives: "a\\u{9b}2Jb\\u{85}" },
  { why: "delete and NUL are seen", text: "a\x7fb\0", gives: "a\\u{7f}b\\u{0}" },
  { why: "direction overrides are seen", text: "a\u202etxt.exe", gives: "a\\u{202e}txt.exe" },
  { why: "isolates are seen", text: "\u2066x\u2069", gives: "\\u{2066}x\\u{2069}" },
  {
    why: "zero-width characters are seen",
    text: "a\u200bb\ufeffc\u00add",
    gives: "a\\u{200b}b\\u{feff}c\\u{ad}d",
  },
  { why: "tag characters are seen", text: "a\u{e0041}", gives: "a\\u{e0041}" },
  { why: "line separators are seen", text: "a\u2028b\u2029", gives: "a\\u{2028}b\\u{2029}" },
  {
    why: "fillers that look like nothing are seen",
    text: "\u3164\u115f\u2800",
    gives: "\\u{3164}\\u{115f}\\u{2800}",
  },
  { why: "other spaces are seen", text: "a\u00a0b\u3000c", gives: "a\\u{a0}b\\u{3000}c" },
  { why: "one space between words stays", text: "a b c", gives: "a b c" },
  { why: "padding is seen", text: "a   b ", gives: "a\\u{20}\\u{20}\\u{20}b\\u{20}" },
  { why: "lone surrogates are seen", text: "a\ud800b", gives: "a\\u{d800}b" },
  { why: "variation selectors are seen", text: "a\ufe0f", gives: "a\\u{fe0f}" },
  { why: "accents stay", text: "e\u0301\u0323", gives: "e\u0301\u0323" },
  {
    why: "a flood of marks is cut",
    text: `e${"\u0301".repeat(5)}`,
    gives: `e${"\u0301".repeat(3)}\\u{301}\\u{301}`,
  },
  { why: "a mark without a letter is seen", text: "\u0301a", gives: "\\u{301}a" },
  { why: "a mark on a space is seen", text: "a \u0301b", gives: "a \\u{301}b" },
  { why: "a backslash stays where it means nothing", text: "C:\\users\\ada", gives: "C:\\users\\ada" },
  { why: "text that looks like an escape is told apart", text: "\\u{1b}", gives: "\\u{5c}u{1b}" },
];

describe("escapeText", () => {
  for (const { why, text, gives } of escaped) test(why, () => expect(escapeText(text)).toBe(gives));

  test("is one line of visible characters for any text, and no two texts look the same", () => {
    const unescape = (shown: string) =>
      shown.replace(/\\u\{([0-9a-f]+)\}/g, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)));
    const anything = fc
      .array(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.constantFrom("\\", "u{", " ", "\u0301", "\ud800", "\x1b["),
        ),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(anything, (text) => {
        const shown = escapeText(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|^ | $| {2}/u);
        expect(unescape(shown)).toBe(text);
      }),
      { numRuns: 400 },
    );
  });
});

describe("escapeLines", () => {
  test("keeps lines and indentation, and nothing else that moves", () => {
    expect(escapeLines("a\n  at b\x1b[A\r\n\tc")).toBe("a\n  at b\\u{1b}[A\n  c");
  });
  test("keeps columns between words", () => expect(escapeLines("a    b c")).toBe("a    b c"));
});

const widths: readonly { why: string; text: string }[] = [
  { why: "Latin", text: "Grüße, naïve café" },
  { why: "combining accents", text: "e\u0301a\u0308o" },
  { why: "Chinese, Japanese, Korean", text: "日本語テスト한국어" },
  { why: "full-width forms", text: "ＡＢＣ！" },
  { why: "emoji", text: "🎉🚀🐈" },
  { why: "Arabic, Hebrew, Cyrillic", text: "مرحبا שלום привет" },
];

describe("width", () => {
  for (const { why, text } of widths)
    test(`${why} is as wide as terminals draw it`, () => expect(widthOf(text)).toBe(stringWidth(text)));
  test("clip keeps within its columns and says that something is missing", () => {
    expect(clip("日本語テスト", 7)).toBe("日本語…");
    expect(clip("short", 7)).toBe("short");
  });
  test("wrap loses nothing and never overruns", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const lines = wrap(escapeText(text), columns);
        expect(lines.join("")).toBe(escapeText(text));
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe("a space at the end of a wrapped line is written out", () => {
  const rows = [
    { why: "in the last column", text: "abcd e", columns: 5, lines: ["abcd\\", "u{20}", "e"] },
    {
      why: "before a wide character that no longer fits",
      text: "abc 字",
      columns: 5,
      lines: ["abc\\u", "{20}", "字"],
    },
    { why: "and not where a wide character still fits", text: "ab 字", columns: 5, lines: ["ab 字"] },
  ];
  for (const { why, text, columns, lines } of rows)
    test(why, () => {
      const shown = wrap(text, columns);
      expect(shown.every((line) => line === line.trim())).toBe(true);
      expect(shown.join("").replaceAll("\\u{20}", " ")).toBe(text);
      expect(shown[0]).toBe(lines[0]);
    });
});

describe("targetLines", () => {
  test("shows a long target whole", () => {
    const target = `/home/${"a".repeat(150)}`;
    expect(targetLines(target)?.join("")).toBe(target);
  });
  test("refuses one that needs more than four lines", () => {
    expect(targetLines("a".repeat(72 * TARGET_LINES))).toHaveLength(TARGET_LINES);
    expect(targetLines("a".repeat(72 * TARGET_LINES + 1))).toBeNull();
    expect(targetLines(`${"\x1b".repeat(72)}`)).toBeNull();
    expect(targetLines(`/x${" ".repeat(300)}/docs`)).toBeNull();
  });
});
