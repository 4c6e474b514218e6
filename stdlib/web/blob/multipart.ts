/** multipart/form-data, both ways (RFC 7578, with the HTML standard's escapes). */
import { primordials } from "sbx:chunk/boot";
import { decodeUtf8, encodeUtf8 } from "sbx:chunk/text";
import { bytesOfBlob, File, joinBytes } from "./blob.ts";
import { type Entry, entriesOfForm, FormData } from "./form-data.ts";

const {
  exec,
  push,
  slice,
  startsWith,
  stringIndexOf,
  toLowerCase,
  trim,
  TypeError,
  typedArrayLength,
  typedArraySlice,
  split,
} = primordials;

type Bytes = Uint8Array<ArrayBuffer>;

export function encodeMultipart(form: FormData, boundary: string): Bytes {
  const pieces: Bytes[] = [];
  const all = entriesOfForm(form);
  for (let i = 0; i < all.length; i++) {
    const { 0: name, 1: value } = all[i] as Entry;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(newlines(name))}"`;
    if (typeof value === "string") push(pieces, encodeUtf8(`${head}\r\n\r\n${newlines(value)}\r\n`));
    else {
      const type = value.type === "" ? "application/octet-stream" : value.type;
      const more = `; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`;
      push(pieces, encodeUtf8(head + more), bytesOfBlob(value), encodeUtf8("\r\n"));
    }
  }
  push(pieces, encodeUtf8(`--${boundary}--\r\n`));
  return joinBytes(pieces);
}

const newlines = (text: string): string => text.replace(/\r\n?|\n/g, "\r\n");
const escapeName = (text: string): string =>
  text.replace(/\n/g, "%0A").replace(/\r/g, "%0D").replace(/"/g, "%22");

/** @throws TypeError for bytes that are no such form */
export function decodeMultipart(bytes: Bytes, boundary: string): FormData {
  const form = new FormData();
  const mark = encodeUtf8(`--${boundary}`);
  const length = typedArrayLength(bytes);
  let at = find(bytes, mark, 0);
  if (at < 0) throw malformed();
  for (;;) {
    at += typedArrayLength(mark);
    if (bytes[at] === 45 && bytes[at + 1] === 45) return form;
    while (bytes[at] === 32 || bytes[at] === 9) at++;
    if (bytes[at] !== 13 || bytes[at + 1] !== 10) throw malformed();
    const headEnd = find(bytes, HEAD_END, at);
    if (headEnd < 0) throw malformed();
    const head = readHead(decodeUtf8(typedArraySlice(bytes, at + 2, primordials.max(at + 2, headEnd))));
    const from = headEnd + 4;
    const next = find(bytes, mark, from);
    if (next < from + 2 || next > length) throw malformed();
    const body = typedArraySlice(bytes, from, next - 2);
    if (head.filename === undefined) form.append(head.name, decodeUtf8(body));
    else form.append(head.name, new File([body], head.filename, { type: head.type }));
    at = next;
  }
}

const HEAD_END = encodeUtf8("\r\n\r\n");
const malformed = (): TypeError => new TypeError("could not parse the body as multipart/form-data");

function readHead(text: string): { name: string; filename: string | undefined; type: string } {
  let name: string | undefined;
  let filename: string | undefined;
  let type = "text/plain";
  const lines = split(text, "\r\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const colon = stringIndexOf(line, ":");
    const field = toLowerCase(slice(line, 0, colon));
    const value = trim(slice(line, colon + 1));
    if (field === "content-type") type = value;
    if (field !== "content-disposition") continue;
    if (!startsWith(toLowerCase(value), "form-data")) throw malformed();
    name = parameter(/;\s*name="([^"]*)"/i, value);
    filename = parameter(/;\s*filename="([^"]*)"/i, value);
  }
  if (name === undefined) throw malformed();
  return { name, filename, type };
}

function parameter(pattern: RegExp, value: string): string | undefined {
  const found = exec(pattern, value)?.[1];
  return found?.replace(/%0A/gi, "\n").replace(/%0D/gi, "\r").replace(/%22/g, '"');
}

function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const last = typedArrayLength(bytes) - typedArrayLength(wanted);
  const count = typedArrayLength(wanted);
  for (let at = from; at <= last; at++) {
    let i = 0;
    while (i < count && bytes[at + i] === wanted[i]) i++;
    if (i === count) return at;
  }
  return -1;
}
