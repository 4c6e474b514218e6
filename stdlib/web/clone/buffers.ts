/** Copies of buffers and of the views over them; two views of one buffer share the copy. */
import { primordials } from "sbx:chunk/boot";
import type { Kind } from "../inspect/kinds.ts";

const {
  ArrayBuffer,
  bufferDetached,
  bufferLength,
  bufferResizable,
  construct,
  DataView,
  typedArraySet,
  Uint8Array,
} = primordials;
const {
  dataViewBuffer,
  dataViewBytes,
  dataViewOffset,
  typedArrayBuffer,
  typedArrayLength,
  typedArrayOffset,
  typedArrayTag,
} = primordials;

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

const CLASSES: { readonly [tag: string]: ViewClass } = {
  __proto__: null,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float16Array: (globalThis as { Float16Array?: unknown }).Float16Array,
  Float32Array,
  Float64Array,
} as never;

export function cloneBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (bufferDetached(buffer)) {
    throw new DOMException("An ArrayBuffer is detached and could not be cloned.", "DataCloneError");
  }
  const length = bufferLength(buffer);
  const options = bufferResizable(buffer) ? { maxByteLength: buffer.maxByteLength } : undefined;
  const made = new (ArrayBuffer as new (length: number, options?: object) => ArrayBuffer)(length, options);
  typedArraySet(new Uint8Array(made), new Uint8Array(buffer));
  return made;
}

export function cloneView(
  view: object,
  kind: Kind,
  buffer: (of: ArrayBuffer) => ArrayBuffer,
): ArrayBufferView {
  if (kind === "dataView") {
    return construct(DataView, [
      buffer(dataViewBuffer(view)),
      dataViewOffset(view),
      dataViewBytes(view),
    ]) as DataView;
  }
  const Class = CLASSES[typedArrayTag(view) as string] as ViewClass;
  return new Class(buffer(typedArrayBuffer(view)), typedArrayOffset(view), typedArrayLength(view));
}
