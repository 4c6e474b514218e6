/** Foreign text made safe to show to a person: what a plugin, a file system or a server wrote can neither move the cursor, hide,
 *  reorder, overprint, nor pretend to be something else. Pure. Escapes are unambiguous: `\u{…}` never stands for itself.
 *  Knows nothing of terminals, colours or prompts. */

/** Characters that control, hide, reorder or look like nothing: C0, C1, bidi and other format characters, tags, surrogates, private
 *  use and unassigned code points, every space but U+0020, line separators, fillers, variation selectors, enclosing marks. */

const unsafe =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Me}]|(?! )\p{Zs}|\p{Variation_Selector}|\p{Default_Ignorable_Code_Point}|[\u2800]/u;
const mark = /\p{M}/u;

/** Marks on one letter that living scripts use; more is a flood that overprints other lines. */
const MARKS_PER_LETTER = 3;

const code = (c: string): string => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`;

/** One line without anything that is not seen. Spaces that could hide (leading, trailing, doubled) are written out, so that padding is
 *  visible; so is a backslash that would read as one of these escapes. */
export const escapeText = (text: string): string => escapePoints(text, true);

/** One line of source text: like `escapeText`, but spaces stay and tabs become two. Not for targets and names. */
export const escapeSource = (line: string): string => escapePoints(line.replace(/\t/g, "  "), false);

/** Several lines, each escaped, with its indentation. For messages and stacks, not for prompts. */
export const escapeLines = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map(escapeSource)
    .join("\n");

function escapePoints(text: string, showSpaces: boolean): string {
  let out = "";
  let marks = MARKS_PER_LETTER;
  const points = [...text];
  for (const [at, c] of points.entries()) {
    const isMark = mark.test(c);
    marks = isMark ? marks + 1 : 0;
    const next = points[at + 1];
    if (c === " ") {
      const hides = showSpaces && (at === 0 || next === undefined || next === " " || points[at - 1] === " ");
      out += hides ? code(c) : c;
      marks = MARKS_PER_LETTER;
    } else if (c === "\\") out += next === "u" && points[at + 2] === "{" ? code(c) : c;
    else if (unsafe.test(c) || (isMark && marks > MARKS_PER_LETTER)) {
      out += code(c);
      marks = MARKS_PER_LETTER;
    } else out += c;
  }
  return out;
}

const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1b000, 0x1b2fb],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];
const wideEmoji = /\p{Emoji_Presentation}/u;

/** Columns of one escaped code point on a terminal: 0 for marks, 2 for wide characters. */
export function columnsOf(c: string): number {
  const point = c.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (mark.test(c)) return 0;
  const wide = wideRanges.some(([from, to]) => point >= from && point <= to) || wideEmoji.test(c);
  return wide ? 2 : 1;
}

/** Columns of escaped text. */
export const widthOf = (text: string): number => [...text].reduce((sum, c) => sum + columnsOf(c), 0);

/** Escaped text cut to `columns`, with `…` where something is missing. For names and reasons, never for a target. */
export function clip(text: string, columns: number): string {
  if (text.length <= columns / 2 || widthOf(text) <= columns) return text;
  let out = "";
  let used = 0;
  for (const c of text) {
    const width = columnsOf(c);
    if (used + width > columns - 1) break;
    out += c;
    used += width;
  }
  return `${out}…`;
}

/** Escaped text in lines of at most `columns`, broken anywhere and never shortened. A space at a line's end or start is written out,
 *  so that the lines join to one text only. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  const put = (c: string): void => {
    const width = columnsOf(c);
    if (used + width > columns) {
      lines.push(line);
      line = "";
      used = 0;
    }
    line += c;
    used += width;
  };
  const points = [...text];
  for (const [at, c] of points.entries()) {
    const next = columnsOf(points[at + 1] ?? " ");
    const unseen = c === " " && (used + 1 + next > columns || (used === 0 && lines.length > 0));
    for (const shown of unseen ? code(c) : c) put(shown);
  }
  return [...lines, line];
}

/** Escaped text in lines of at most `columns`, broken at spaces where there are any, and never shortened. For sbx's own sentences. */
export function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (widthOf(joined) <= columns) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    const parts = wrap(word, columns);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1) ?? "";
  }
  return [...lines, line];
}

/** The most lines that the target of a question may take; one that needs more is refused without asking. */
export const TARGET_LINES = 4;
/** Columns that every prompt has for a target, on the narrowest terminal that is asked at (80). */
export const TARGET_COLUMNS = 72;

/** A target as lines for a prompt, or null when it needs more than four: then it must be refused unasked, because what is shown is
 *  what is granted. Takes unescaped text. */
export function targetLines(target: string, columns: number = TARGET_COLUMNS): string[] | null {
  if (target.length > columns * TARGET_LINES) return null;
  const lines = wrap(escapeText(target), columns);
  return lines.length > TARGET_LINES ? null : lines;
}
