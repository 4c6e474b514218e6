/** Bytes out of whatever a plugin passes as bytes: real buffers and views only, judged by brand and measured once.
 *  A fake, a Proxy or a detached buffer is a TypeError; a shared or resizable buffer is copied. */
import { primordials } from "./primordials.ts";

const {
  bufferDetached,
  bufferLength,
  bufferResizable,
  bufferSlice,
  dataViewBuffer,
  dataViewBytes,
  dataViewOffset,
  isView,
  sharedLength,
  TypeError,
  typedArrayBuffer,
  typedArrayBytes,
  typedArrayOffset,
  typedArraySet,
  typedArrayTag,
  Uint8Array,
} = primordials;

export type BytesLike = ArrayBufferLike | ArrayBufferView;

/** True for a real ArrayBuffer, never for a shared one. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== "object" || value === null) return false;
  try {
    bufferLength(value);
    return true;
  } catch {
    return false;
  }
}

export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer {
  if (typeof value !== "object" || value === null) return false;
  try {
    sharedLength(value);
    return true;
  } catch {
    return false;
  }
}

export function isBytes(value: unknown): value is BytesLike {
  return isView(value) || isArrayBuffer(value) || isSharedArrayBuffer(value);
}

/** A plain ArrayBuffer with exactly the bytes; the caller's own buffer only when that is already one and `borrow` is set.
 *  @throws TypeError for anything that is not bytes, and for detached buffers. */
export function toBuffer(value: unknown, borrow = false): ArrayBuffer {
  const view = viewOf(value);
  if (view === undefined) throw new TypeError("expected an ArrayBuffer, a typed array or a DataView");
  const { buffer, offset, length } = view;
  if (!isArrayBuffer(buffer)) return copyShared(buffer, offset, length);
  if (bufferDetached(buffer)) throw new TypeError("the buffer is detached");
  if (borrow && offset === 0 && length === bufferLength(buffer) && !bufferResizable(buffer)) return buffer;
  const copy = bufferSlice(buffer, offset, offset + length);
  return isArrayBuffer(copy) && copy !== buffer ? copy : copyShared(buffer, offset, length);
}

/** A fresh Uint8Array of the bytes. */
export function toBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(toBuffer(value));
}

function viewOf(value: unknown): { buffer: ArrayBufferLike; offset: number; length: number } | undefined {
  if (isArrayBuffer(value)) return { buffer: value, offset: 0, length: bufferLength(value) };
  if (isSharedArrayBuffer(value)) return { buffer: value, offset: 0, length: sharedLength(value) };
  if (!isView(value)) return undefined;
  return typedArrayTag(value) === undefined
    ? { buffer: dataViewBuffer(value), offset: dataViewOffset(value), length: dataViewBytes(value) }
    : { buffer: typedArrayBuffer(value), offset: typedArrayOffset(value), length: typedArrayBytes(value) };
}

function copyShared(buffer: ArrayBufferLike, offset: number, length: number): ArrayBuffer {
  const copy = new Uint8Array(length);
  typedArraySet(copy, new Uint8Array(buffer, offset, length));
  return typedArrayBuffer(copy);
}
