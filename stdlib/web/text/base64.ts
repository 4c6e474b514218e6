/** atob and btoa, after the HTML and Infra standards. */
import { primordials } from "sbx:chunk/boot";
import { domString, needArguments } from "../webidl.ts";

const { arraySlice, apply, charCodeAt, fromCharCode, join, push } = primordials;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES: number[] = [];
for (let i = 0; i < 64; i++) VALUES[charCodeAt(ALPHABET, i)] = i;
const SPACES: { readonly [code: number]: true } = { 9: true, 10: true, 12: true, 13: true, 32: true };
/** Characters made at once. */
const CHUNK = 4096;

const invalid = (message: string): Error => new DOMException(message, "InvalidCharacterError");

/** Collects code units and makes strings of them in bulk. */
function collector(): { add(code: number): void; text(): string } {
  const parts: string[] = [];
  let codes: number[] = [];
  const flush = (): void => {
    push(parts, apply(fromCharCode, undefined, codes) as string);
    codes = [];
  };
  return {
    add(code) {
      if (push(codes, code) >= CHUNK) flush();
    },
    text() {
      flush();
      return join(parts, "");
    },
  };
}

/** Base64 of a string of bytes. @throws InvalidCharacterError for characters above U+00FF */
export function btoa(data: string): string {
  needArguments(arguments.length, 1, "btoa");
  const text = domString(data);
  const out = collector();
  const digit = (value: number): void => out.add(charCodeAt(ALPHABET, value));
  for (let i = 0; i < text.length; i += 3) {
    const a = charCodeAt(text, i);
    const b = i + 1 < text.length ? charCodeAt(text, i + 1) : 0;
    const c = i + 2 < text.length ? charCodeAt(text, i + 2) : 0;
    if (a > 255 || b > 255 || c > 255) throw invalid("Invalid character");
    digit(a >> 2);
    digit(((a & 3) << 4) | (b >> 4));
    if (i + 1 < text.length) digit(((b & 15) << 2) | (c >> 6));
    else out.add(61);
    if (i + 2 < text.length) digit(c & 63);
    else out.add(61);
  }
  return out.text();
}

/** The bytes of base64 text, as a string. @throws InvalidCharacterError */
export function atob(data: string): string {
  needArguments(arguments.length, 1, "atob");
  const digits = digitsOf(domString(data));
  const out = collector();
  for (let i = 0; i < digits.length; i += 4) {
    const { 0: a = 0, 1: b = 0, 2: c, 3: d } = arraySlice(digits, i, i + 4);
    out.add((a << 2) | (b >> 4));
    if (c !== undefined) out.add(((b & 15) << 4) | (c >> 2));
    if (c !== undefined && d !== undefined) out.add(((c & 3) << 6) | d);
  }
  return out.text();
}

function digitsOf(text: string): number[] {
  const digits: number[] = [];
  let padding = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (SPACES[code]) continue;
    if (code === 61) {
      padding++;
      continue;
    }
    const value = VALUES[code];
    if (value === undefined || padding > 0)
      throw invalid("The string to be decoded is not correctly encoded.");
    push(digits, value);
  }
  const rest = digits.length % 4;
  if (padding > 2 || (padding > 0 && (digits.length + padding) % 4 !== 0) || rest === 1) {
    throw invalid("The string to be decoded is not correctly encoded.");
  }
  return digits;
}
