/** Blob and File, after the File API standard: bytes held in memory. */
import { isBytes, primordials, toBytes } from "sbx:chunk/boot";
import { decodeUtf8, encodeUtf8 } from "sbx:chunk/text";
import { domString, finishClass, needArguments, showAs, usvString } from "../webidl.ts";
import { streamOf } from "./stream.ts";

const {
  charCodeAt,
  max,
  min,
  push,
  resolve,
  slice,
  toLowerCase,
  trunc,
  TypeError,
  typedArrayBuffer,
  typedArrayLength,
  typedArraySet,
  typedArraySlice,
  Uint8Array,
} = primordials;

type Bytes = Uint8Array<ArrayBuffer>;

interface BlobOptions {
  readonly type?: unknown;
  readonly endings?: unknown;
}

export let bytesOfBlob: (blob: Blob) => Bytes;
export let isBlob: (value: unknown) => value is Blob;
/** A blob that owns `bytes` from now on. */
export let blobOf: (bytes: Bytes, type: string) => Blob;

export class Blob {
  #bytes: Bytes = new Uint8Array(0);
  #type = "";

  constructor(parts?: Iterable<unknown>, options?: BlobOptions | null) {
    this.#type = typeFrom(options?.type);
    const endings = options?.endings === undefined ? "transparent" : domString(options.endings);
    if (endings !== "transparent" && endings !== "native")
      throw new TypeError("endings must be transparent or native");
    if (parts === undefined) return;
    if (parts === null || typeof parts !== "object" || typeof parts[Symbol.iterator] !== "function") {
      throw new TypeError("The parts of a Blob must be a sequence");
    }
    const pieces: Bytes[] = [];
    for (const part of parts) {
      if (isBlob(part)) push(pieces, part.#bytes);
      else if (isBytes(part)) push(pieces, toBytes(part));
      else
        push(
          pieces,
          encodeUtf8(endings === "native" ? usvString(part).replace(/\r\n?/g, "\n") : usvString(part)),
        );
    }
    this.#bytes = joinBytes(pieces);
  }

  static {
    bytesOfBlob = (blob) => blob.#bytes;
    isBlob = (value): value is Blob => typeof value === "object" && value !== null && #bytes in value;
    blobOf = (bytes, type) => {
      const blob = new Blob();
      blob.#bytes = bytes;
      blob.#type = type;
      return blob;
    };
  }

  get size(): number {
    return typedArrayLength(this.#bytes);
  }

  get type(): string {
    return this.#type;
  }

  slice(start?: number, end?: number, contentType?: unknown): Blob {
    const { size } = this;
    const from = place(start, 0, size);
    const to = max(from, place(end, size, size));
    return blobOf(typedArraySlice(this.#bytes, from, to), typeFrom(contentType));
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return resolve(typedArrayBuffer(typedArraySlice(this.#bytes, 0)));
  }

  bytes(): Promise<Bytes> {
    return resolve(typedArraySlice(this.#bytes, 0));
  }

  text(): Promise<string> {
    return resolve(decodeUtf8(this.#bytes));
  }

  stream(): object {
    return streamOf(this.#bytes);
  }
}
finishClass(Blob, "Blob");
showAs(Blob, ({ size, type }) => ({ size, type }));

export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(
    parts: Iterable<unknown>,
    name: unknown,
    options?: (BlobOptions & { readonly lastModified?: number }) | null,
  ) {
    needArguments(arguments.length, 2, "File");
    super(parts, options);
    this.#name = usvString(name);
    const at = options?.lastModified;
    this.#lastModified = at === undefined ? Date.now() : trunc(+at) || 0;
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  get webkitRelativePath(): string {
    return "";
  }
}
finishClass(File, "File");

/** The same file or blob once more, for structuredClone; undefined for anything else. */
export function copyOfBlob(value: unknown): Blob | undefined {
  if (!isBlob(value)) return undefined;
  const { type } = value;
  if (!(value instanceof File)) return blobOf(bytesOfBlob(value), type);
  return new File([value], value.name, { type, lastModified: value.lastModified });
}
showAs(File, ({ size, type, name, lastModified }) => ({ size, type, name, lastModified }));

export function joinBytes(pieces: readonly Uint8Array[]): Bytes {
  if (pieces.length === 1) return typedArraySlice(pieces[0] as Uint8Array, 0);
  let length = 0;
  for (let i = 0; i < pieces.length; i++) length += typedArrayLength(pieces[i]);
  const all = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    typedArraySet(all, pieces[i] as Uint8Array, at);
    at += typedArrayLength(pieces[i]);
  }
  return all;
}

/** Lower case; a type with anything but printable ASCII is none. */
function typeFrom(value: unknown): string {
  if (value === undefined) return "";
  const text = domString(value);
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code < 0x20 || code > 0x7e) return "";
  }
  return toLowerCase(slice(text, 0));
}

function place(value: number | undefined, otherwise: number, size: number): number {
  if (value === undefined) return otherwise;
  const n = trunc(+value) || 0;
  return n < 0 ? max(size + n, 0) : min(n, size);
}
