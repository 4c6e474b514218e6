/** The `crypto` global: randomness from the engine, digests as pure functions. Keys and ciphers are not offered. */
import { host, isBytes, primordials, toBuffer } from "sbx:chunk/boot";
import { domString, finishClass, needArguments } from "../webidl.ts";

const {
  numberToString,
  padStart,
  resolve,
  reject,
  toUpperCase,
  TypeError,
  typedArrayBuffer,
  typedArrayBytes,
  typedArrayOffset,
  typedArraySet,
  typedArrayTag,
  Uint8Array,
  weakHas,
  WeakMap,
  weakSet,
} = primordials;

/** Bytes that one call may ask for, by the standard. */
const QUOTA = 65_536;

/** Where random bytes come from: the engine, or the seed of a deterministic run. */
let source = (length: number): Uint8Array =>
  new Uint8Array(host.pure("crypto.random", `${length}`) as ArrayBuffer);

export function drawFrom(to: (length: number) => Uint8Array): void {
  source = to;
}

const made = new WeakMap<object, true>();
const token = {};

function brand(self: object): void {
  if (!weakHas(made, self)) throw new TypeError("Illegal invocation");
}

const INTEGERS = /^(?:Big)?(?:Int|Uint)(?:8|8Clamped|16|32|64)Array$/;

export class SubtleCrypto {
  constructor(made?: unknown) {
    if (made !== token) throw new TypeError("Illegal constructor");
  }

  /** SHA-1, SHA-256, SHA-384 or SHA-512 of the bytes. */
  digest(algorithm: string | { readonly name: string }, data: unknown): Promise<ArrayBuffer> {
    try {
      const name = toUpperCase(domString(typeof algorithm === "object" ? algorithm.name : algorithm));
      const bytes = toBuffer(data);
      return resolve(host.pure("crypto.digest", name, bytes) as ArrayBuffer);
    } catch (error) {
      return reject(
        isBytes(data) ? new DOMException("Unrecognized algorithm name", "NotSupportedError") : error,
      );
    }
  }
}
finishClass(SubtleCrypto, "SubtleCrypto");
const subtle = new SubtleCrypto(token);

export class Crypto {
  constructor(is?: unknown) {
    if (is !== token) throw new TypeError("Illegal constructor");
    weakSet(made, this, true);
  }

  get subtle(): SubtleCrypto {
    brand(this);
    return subtle;
  }

  /** Fills an integer typed array, at most 65 536 bytes. */
  getRandomValues<T extends ArrayBufferView>(array: T): T {
    brand(this);
    needArguments(arguments.length, 1, "getRandomValues");
    const tag = typedArrayTag(array);
    if (tag === undefined || primordials.exec(INTEGERS, tag) === null) {
      throw new DOMException("The data argument must be an integer-type TypedArray", "TypeMismatchError");
    }
    const length = typedArrayBytes(array);
    if (length > QUOTA) {
      throw new DOMException(`The requested length exceeds ${QUOTA} bytes`, "QuotaExceededError");
    }
    typedArraySet(new Uint8Array(typedArrayBuffer(array), typedArrayOffset(array), length), source(length));
    return array;
  }

  randomUUID(): string {
    brand(this);
    const bytes = source(16);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    let text = "";
    for (let i = 0; i < 16; i++) {
      if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
      text += padStart(numberToString(bytes[i] as number, 16), 2, "0");
    }
    return text;
  }
}
finishClass(Crypto, "Crypto");

export const crypto = new Crypto(token);
