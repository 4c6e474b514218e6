/** TextEncoder, and UTF-8 for other chunks. Short ASCII is done here, the rest by the engine. */
import { host, primordials } from "sbx:chunk/boot";
import { domString, finishClass, needArguments, showAs } from "../webidl.ts";

const {
  charCodeAt,
  parse,
  slice,
  stringify,
  TypeError,
  toWellFormed,
  typedArraySet,
  typedArrayTag,
  Uint8Array,
} = primordials;
const { apply, fromCharCode, typedArrayLength, typedArrayBuffer } = primordials;

/** Texts up to this length are tried here: crossing over to the engine costs more. */
const SHORT = 48;

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (text.length <= SHORT) {
    const bytes = new Uint8Array(text.length);
    let i = 0;
    for (; i < text.length; i++) {
      const code = charCodeAt(text, i);
      if (code > 127) break;
      bytes[i] = code;
    }
    if (i === text.length) return bytes;
  }
  return new Uint8Array(host.pure("text.encode", stringify(toWellFormed(text))) as ArrayBuffer);
}

/** Text of UTF-8, malformed bytes replaced; a leading byte order mark is dropped. */
export function decodeUtf8(bytes: Uint8Array<ArrayBuffer>): string {
  return (
    decodeShort(bytes) ??
    (parse(host.pure("text.decode", '["utf-8",false,false]', exactBuffer(bytes)) as string) as string)
  );
}

/** The text of a few ASCII bytes, or undefined. */
export function decodeShort(bytes: Uint8Array): string | undefined {
  const length = typedArrayLength(bytes);
  if (length > SHORT) return undefined;
  for (let i = 0; i < length; i++) if ((bytes[i] as number) > 127) return undefined;
  return apply(fromCharCode, undefined, bytes as unknown as number[]) as string;
}

function exactBuffer(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const buffer = typedArrayBuffer(bytes);
  if (primordials.bufferLength(buffer) === typedArrayLength(bytes)) return buffer;
  return typedArrayBuffer(primordials.typedArraySlice(bytes, 0));
}

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(input: unknown = ""): Uint8Array {
    return encodeUtf8(domString(input));
  }

  /** Writes as many whole characters as fit; `read` counts UTF-16 units, `written` bytes. */
  encodeInto(source: unknown, destination: Uint8Array): { read: number; written: number } {
    needArguments(arguments.length, 2, "encodeInto");
    if (typedArrayTag(destination) !== "Uint8Array")
      throw new TypeError("The destination must be a Uint8Array");
    const text = domString(source);
    const room = typedArrayLength(destination);
    let read = 0;
    let written = 0;
    while (read < text.length) {
      const code = primordials.codePointAt(text, read) as number;
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (written + size > room) break;
      written += size;
      read += size === 4 ? 2 : 1;
    }
    typedArraySet(destination, encodeUtf8(slice(text, 0, read)));
    return { read, written };
  }
}

finishClass(TextEncoder, "TextEncoder");
showAs(TextEncoder, ({ encoding }) => ({ encoding }));
