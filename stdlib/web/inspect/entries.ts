/** The entries of things that hold entries of their own kind: arrays, sets, maps, buffers. */
import { primordials } from "sbx:chunk/boot";
import type { Context } from "./context.ts";
import type { Kind } from "./kinds.ts";
import { formatNumber } from "./strings.ts";

const {
  exec,
  hasOwn,
  join,
  keys,
  mapForEach,
  mapSize,
  max,
  min,
  numberToString,
  padStart,
  push,
  setForEach,
  setSize,
  typedArrayBytes,
  typedArrayLength,
  Uint8Array,
} = primordials;

/** Shows a value below the present one. */
export type Show = (value: unknown) => string;
/** Shows an own element, without its key. */
export type ShowElement = (key: string) => string;

const arrayIndex = /^(0|[1-9][0-9]*)$/;

export function entriesOf(
  cx: Context,
  kind: Kind,
  value: object,
  show: Show,
  element: ShowElement,
): string[] {
  switch (kind) {
    case "array":
      return arrayEntries(cx, value as unknown[], element);
    case "typedArray":
      return typedEntries(cx, value as Uint8Array);
    case "set":
      return setEntries(cx, value as Set<unknown>, show);
    case "map":
      return mapEntries(cx, value as Map<unknown, unknown>, show);
    case "weakMap":
    case "weakSet":
      return ["<items unknown>"];
    case "arrayBuffer":
    case "sharedArrayBuffer":
      return bufferEntries(cx, value as ArrayBuffer);
    default:
      return [];
  }
}

const limit = (cx: Context, length: number): number => min(max(0, cx.maxArrayLength), length);
const more = (output: string[], left: number): string[] => {
  if (left > 0) push(output, `... ${left} more item${left > 1 ? "s" : ""}`);
  return output;
};
const holes = (count: number): string => `<${count} empty item${count > 1 ? "s" : ""}>`;

function arrayEntries(cx: Context, value: unknown[], element: ShowElement): string[] {
  const { length } = value;
  const shown = limit(cx, length);
  const output: string[] = [];
  for (let i = 0; i < shown; i++) {
    if (!hasOwn(value, i)) return sparseEntries(value, shown, output, i, element);
    push(output, element(`${i}`));
  }
  return more(output, length - shown);
}

function sparseEntries(
  value: unknown[],
  shown: number,
  output: string[],
  from: number,
  element: ShowElement,
): string[] {
  const names = keys(value);
  let index = from;
  for (let i = from; i < names.length && output.length < shown; i++) {
    const key = names[i] as string;
    if (exec(arrayIndex, key) === null || +key > 2 ** 32 - 2) break;
    if (`${index}` !== key) {
      push(output, holes(+key - index));
      index = +key;
      if (output.length === shown) break;
    }
    push(output, element(key));
    index++;
  }
  const left = value.length - index;
  if (output.length === shown) return more(output, left);
  if (left > 0) push(output, holes(left));
  return output;
}

function typedEntries(cx: Context, value: Uint8Array): string[] {
  const length = typedArrayLength(value);
  const shown = limit(cx, length);
  const output: string[] = [];
  for (let i = 0; i < shown; i++) {
    const item = value[i] as number | bigint;
    push(output, typeof item === "bigint" ? `${item}n` : formatNumber(item));
  }
  return more(output, length - shown);
}

function setEntries(cx: Context, value: Set<unknown>, show: Show): string[] {
  const shown = limit(cx, setSize(value));
  const output: string[] = [];
  cx.indentation += 2;
  setForEach(value, (item) => {
    if (output.length < shown) push(output, show(item));
  });
  cx.indentation -= 2;
  return more(output, setSize(value) - shown);
}

function mapEntries(cx: Context, value: Map<unknown, unknown>, show: Show): string[] {
  const shown = limit(cx, mapSize(value));
  const output: string[] = [];
  cx.indentation += 2;
  mapForEach(value, (item, key) => {
    if (output.length < shown) push(output, `${show(key)} => ${show(item)}`);
  });
  cx.indentation -= 2;
  return more(output, mapSize(value) - shown);
}

function bufferEntries(cx: Context, value: ArrayBuffer): string[] {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return ["(detached)"];
  }
  const length = typedArrayBytes(bytes);
  const shown = min(max(0, cx.maxArrayLength), length);
  const hex: string[] = [];
  for (let i = 0; i < shown; i++) push(hex, padStart(numberToString(bytes[i] as number, 16), 2, "0"));
  const left = length - shown;
  const rest = left > 0 ? ` ... ${left} more byte${left > 1 ? "s" : ""}` : "";
  return [`[Uint8Contents]: <${join(hex, " ")}${rest}>`];
}
