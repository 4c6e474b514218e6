/** TextDecoder for every encoding that the engine's own decoder knows; streaming keeps the unfinished tail here, so that
 *  the engine keeps nothing. */
import { host, primordials, toBytes } from "sbx:chunk/boot";
import { domString, finishClass, showAs } from "../webidl.ts";
import { decodeShort } from "./encoder.ts";

const {
  parse,
  RangeError,
  stringify,
  TypeError,
  typedArrayBuffer,
  typedArrayLength,
  typedArraySet,
  subarray,
  typedArraySlice,
  Uint8Array,
} = primordials;

interface DecoderOptions {
  readonly fatal?: boolean;
  readonly ignoreBOM?: boolean;
}

/** Encodings whose characters are cut across chunks in a way that is known here. */
type Stepped = "utf-8" | "utf-16le" | "utf-16be";

export class TextDecoder {
  readonly #encoding: string;
  readonly #fatal: boolean;
  readonly #ignoreBOM: boolean;
  #tail: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #begun = false;

  constructor(label: unknown = "utf-8", options: DecoderOptions | null = {}) {
    const name = domString(label);
    const encoding = host.pure("text.label", stringify(name)) as string;
    if (encoding === "") {
      const error = new RangeError(`The encoding label provided ('${name}') is invalid.`) as RangeError & {
        code: string;
      };
      error.code = "ERR_ENCODING_NOT_SUPPORTED";
      throw error;
    }
    this.#encoding = encoding;
    this.#fatal = !!options?.fatal;
    this.#ignoreBOM = !!options?.ignoreBOM;
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM;
  }

  decode(input?: unknown, options?: { readonly stream?: boolean } | null): string {
    const stream = !!options?.stream;
    const given = input === undefined ? new Uint8Array(0) : toBytes(input);
    if (!this.#begun && typedArrayLength(this.#tail) === 0 && !stream && this.#encoding === "utf-8") {
      const short = decodeShort(given);
      if (short !== undefined) return short;
    }
    const bytes = joined(this.#tail, given);
    const cut = stream ? cutAt(this.#encoding as Stepped, bytes) : typedArrayLength(bytes);
    const keepBOM = this.#ignoreBOM || this.#begun;
    try {
      const text = this.#decodeWhole(
        cut === typedArrayLength(bytes) ? bytes : typedArraySlice(bytes, 0, cut),
        keepBOM,
      );
      this.#tail = typedArraySlice(bytes, cut);
      this.#begun = stream && (this.#begun || cut > 0);
      return text;
    } catch (error) {
      this.#tail = new Uint8Array(0);
      this.#begun = false;
      throw error;
    }
  }

  #decodeWhole(bytes: Uint8Array<ArrayBuffer>, keepBOM: boolean): string {
    const made = host.pure(
      "text.decode",
      stringify([this.#encoding, this.#fatal, keepBOM]),
      typedArrayBuffer(bytes),
    );
    if (made !== "") return parse(made as string) as string;
    const error = new TypeError(
      `The encoded data was not valid for encoding ${this.#encoding}`,
    ) as TypeError & { code: string };
    error.code = "ERR_ENCODING_INVALID_ENCODED_DATA";
    throw error;
  }
}

finishClass(TextDecoder, "TextDecoder");
showAs(TextDecoder, ({ encoding, fatal, ignoreBOM }) => ({ encoding, fatal, ignoreBOM }));

function joined(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const length = typedArrayLength(a);
  if (length === 0) return b;
  const both = new Uint8Array(length + typedArrayLength(b));
  typedArraySet(both, a);
  typedArraySet(both, b, length);
  return both;
}

/** How many bytes hold whole characters; the rest waits for the next chunk. */
function cutAt(encoding: Stepped, bytes: Uint8Array): number {
  const length = typedArrayLength(bytes);
  if (encoding === "utf-16le" || encoding === "utf-16be") {
    const whole = length - (length % 2);
    if (whole < 2) return whole;
    const high = bytes[encoding === "utf-16le" ? whole - 1 : whole - 2] as number;
    return high >= 0xd8 && high <= 0xdb ? whole - 2 : whole;
  }
  if (encoding !== "utf-8") return length;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return length;
    if (byte >= 0xc2) return isPrefix(subarray(bytes, length - back)) ? length - back : length;
  }
  return length;
}

/** Whether the bytes begin a character that could still be completed. */
function isPrefix(bytes: Uint8Array): boolean {
  const { 0: first = 0, 1: second } = bytes;
  const needed = first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (typedArrayLength(bytes) >= needed) return false;
  if (second === undefined) return true;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}
