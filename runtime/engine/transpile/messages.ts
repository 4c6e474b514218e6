/** The bundler's complaints as one error for a person: place, source line and caret first. Pure. */
import type { Message } from "esbuild";
import { fail, type SbxError } from "../../core/errors.ts";

/** Longest source line shown; longer ones are cut around the place. */
const maxLine = 160;
const maxMessages = 3;

const jsxHint = /The JSX syntax extension is not currently enabled/;

/** A column in UTF-8 bytes as a column in UTF-16 code units. */
function columnOf(line: string, bytes: number): number {
  let used = 0;
  let column = 0;
  for (const character of line) {
    if (used >= bytes) break;
    const code = character.codePointAt(0) ?? 0;
    used += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    column += character.length;
  }
  return column;
}

/** The line with a caret below, cut to a readable width. */
function excerpt(line: string, column: number, width: number): string {
  const start = column > maxLine / 2 ? column - maxLine / 2 : 0;
  const shown = line.slice(start, start + maxLine).replaceAll("\t", " ");
  const carets = "^".repeat(Math.max(1, Math.min(width, shown.length - (column - start))));
  return `    ${shown}\n    ${" ".repeat(column - start)}${carets}`;
}

function describe(message: Message): string {
  const text = jsxHint.test(message.text) ? "JSX is off in sbx" : message.text.replaceAll('"plugin:', '"');
  const { location } = message;
  if (location === null) return text;
  const file = location.file.replace(/^plugin:/, "");
  const column = columnOf(location.lineText, location.column);
  const place = `${file}:${location.line}:${column + 1}`;
  return `${text}\n  at ${place}\n${excerpt(location.lineText, column, location.length)}`;
}

/** @returns E_IMPORT whose message has the first few complaints, each with `file:line:col`, line and caret */
export function describeFailure(errors: readonly Message[]): SbxError {
  const shown = errors.slice(0, maxMessages).map(describe);
  const rest = errors.length - shown.length;
  if (rest > 0) shown.push(`and ${rest} more`);
  return fail("E_IMPORT", shown.join("\n"));
}
