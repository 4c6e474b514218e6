/** MIME types, after the MIME sniffing standard: parse and serialize. */
import { primordials } from "sbx:chunk/boot";

const { exec, push, slice, stringIndexOf, toLowerCase } = primordials;

export interface MimeType {
  /** `type/subtype`, lower case. */
  readonly essence: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
const LEADING = /^[\t\n\r ]+/;
const TRAILING = /[\t\n\r ]+$/;
const strip = (text: string): string => text.replace(LEADING, "").replace(TRAILING, "");
const stripEnd = (text: string): string => text.replace(TRAILING, "");

/** Undefined for text that is no MIME type. */
export function parseMime(input: string): MimeType | undefined {
  const text = strip(input);
  const slash = stringIndexOf(text, "/");
  if (slash < 0) return undefined;
  const type = slice(text, 0, slash);
  let semicolon = stringIndexOf(text, ";", slash);
  if (semicolon < 0) semicolon = text.length;
  const subtype = stripEnd(slice(text, slash + 1, semicolon));
  if (exec(TOKEN, type) === null || exec(TOKEN, subtype) === null) return undefined;
  return { essence: toLowerCase(`${type}/${subtype}`), parameters: parseParameters(text, semicolon + 1) };
}

function parseParameters(text: string, from: number): [string, string][] {
  const found: [string, string][] = [];
  let at = from;
  while (at < text.length) {
    while (at < text.length && exec(/[\t\n\r ]/, text[at] as string) !== null) at++;
    const end = indexOfEither(text, at);
    const name = toLowerCase(slice(text, at, end));
    at = end;
    if (at >= text.length) break;
    if (text[at] === ";") {
      at++;
      continue;
    }
    at++;
    let value: string;
    if (text[at] === '"') {
      const quoted = readQuoted(text, at + 1);
      value = quoted.value;
      at = stringIndexOf(text, ";", quoted.end);
      if (at < 0) at = text.length;
    } else {
      let stop = stringIndexOf(text, ";", at);
      if (stop < 0) stop = text.length;
      value = stripEnd(slice(text, at, stop));
      at = stop;
      if (value === "") {
        at++;
        continue;
      }
    }
    at++;
    if (exec(TOKEN, name) !== null && exec(TEXT, value) !== null && !has(found, name))
      push(found, [name, value]);
  }
  return found;
}

function indexOfEither(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== ";" && text[at] !== "=") at++;
  return at;
}

function readQuoted(text: string, from: number): { value: string; end: number } {
  let value = "";
  let at = from;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === "\\" && at + 1 < text.length) at++;
    value += text[at];
    at++;
  }
  return { value, end: at };
}

function has(list: readonly (readonly [string, string])[], name: string): boolean {
  return parameterOf(list, name) !== undefined;
}

export function parameterOf(list: readonly (readonly [string, string])[], name: string): string | undefined {
  for (let i = 0; i < list.length; i++) {
    const one = list[i] as readonly [string, string];
    if (one[0] === name) return one[1];
  }
  return undefined;
}

export function serializeMime({ essence, parameters }: MimeType): string {
  let text = essence;
  for (let i = 0; i < parameters.length; i++) {
    const one = parameters[i] as readonly [string, string];
    const plain = exec(TOKEN, one[1]) !== null;
    text += `;${one[0]}=${plain ? one[1] : `"${one[1].replace(/(["\\])/g, "\\$1")}"`}`;
  }
  return text;
}
