/** Primitive values as Node shows them. */
import { primordials } from "sbx:chunk/boot";
import type { Context } from "./context.ts";

const {
  charCodeAt,
  join,
  numberToString,
  padStart,
  push,
  repeat,
  slice,
  stringIncludes,
  stringIndexOf,
  symbolToString,
  exec,
} = primordials;

/** Shorter strings are never split into lines. */
const MIN_LINE_WIDTH = 16;
const SHORT: { readonly [code: number]: string } = {
  8: "\\b",
  9: "\\t",
  10: "\\n",
  12: "\\f",
  13: "\\r",
  92: "\\\\",
};
const needsEscape = /[\x00-\x1f\x27\x5c\x7f-\x9f\ud800-\udfff]/;
const identifier = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

export function formatNumber(value: number): string {
  return value === 0 && 1 / value < 0 ? "-0" : `${value}`;
}

/** In quotes: single ones, unless the string holds some and fewer escapes are needed with others. */
export function quote(text: string): string {
  let mark = "'";
  if (stringIncludes(text, "'")) {
    if (!stringIncludes(text, '"')) mark = '"';
    else if (!stringIncludes(text, "`") && !stringIncludes(text, "${")) mark = "`";
  }
  return mark + escape(text, charCodeAt(mark, 0)) + mark;
}

function escape(text: string, mark: number): string {
  if (exec(needsEscape, text) === null) return text;
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    const written = escapeCode(text, i, code, mark);
    if (written === undefined) continue;
    push(parts, slice(text, from, i), written);
    from = i + 1;
  }
  push(parts, slice(text, from));
  return join(parts, "");
}

function escapeCode(text: string, at: number, code: number, mark: number): string | undefined {
  if (code === mark) return `\\${slice(text, at, at + 1)}`;
  if (SHORT[code] !== undefined) return SHORT[code];
  if (code < 32 || (code >= 127 && code <= 159)) return `\\x${padStart(upperHex(code), 2, "0")}`;
  if (code < 0xd800 || code > 0xdfff) return undefined;
  const pairedAhead = code < 0xdc00 && isLow(charCodeAt(text, at + 1));
  const pairedBehind = code >= 0xdc00 && at > 0 && isHigh(charCodeAt(text, at - 1));
  return pairedAhead || pairedBehind ? undefined : `\\u${numberToString(code, 16)}`;
}

const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const upperHex = (code: number): string => primordials.toUpperCase(numberToString(code, 16));

export function formatPrimitive(cx: Context, value: unknown): string {
  switch (typeof value) {
    case "string":
      return formatString(cx, value);
    case "number":
      return formatNumber(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return symbolToString(value);
    default:
      return `${value as boolean | undefined}`;
  }
}

function formatString(cx: Context, full: string): string {
  let text = full;
  let trailer = "";
  if (text.length > cx.maxStringLength) {
    const left = text.length - cx.maxStringLength;
    text = slice(text, 0, cx.maxStringLength);
    trailer = `... ${left} more character${left > 1 ? "s" : ""}`;
  }
  if (text.length <= MIN_LINE_WIDTH || text.length <= cx.breakLength - cx.indentation - 4)
    return quote(text) + trailer;
  const lines: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = stringIndexOf(text, "\n", from);
    const to = end < 0 ? text.length : end + 1;
    push(lines, quote(slice(text, from, to)));
    from = to;
  }
  return join(lines, ` +\n${repeat(" ", cx.indentation + 2)}`) + trailer;
}

/** A property's name before the colon. */
export function formatKey(key: PropertyKey, enumerable: boolean): string {
  if (typeof key === "symbol") return enumerable ? symbolToString(key) : `[${symbolToString(key)}]`;
  const name = `${key}`;
  if (name === "__proto__") return "['__proto__']";
  if (!enumerable) return `[${escape(name, -1)}]`;
  return exec(identifier, name) === null ? quote(name) : name;
}
