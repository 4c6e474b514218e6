/** What stands around an object's entries: the text before the braces, the braces, and whether it has entries besides its
 *  properties. */
import { host, primordials } from "sbx:chunk/boot";
import type { Context, EntryStyle } from "./context.ts";
import { errorBase } from "./errors.ts";
import type { Kind } from "./kinds.ts";
import { functionBase, prefix } from "./names.ts";
import { formatPrimitive, quote } from "./strings.ts";

const { is } = primordials;

export interface Form {
  readonly base: string;
  readonly braces: readonly [string, string];
  readonly style: EntryStyle;
  /** Entries before the properties. */
  readonly hasEntries: boolean;
}

export function formOf(
  cx: Context,
  value: object,
  kind: Kind,
  constructor: string | null,
  tag: string,
  keys: PropertyKey[],
): Form {
  const plain = (base: string): Form => ({ base, braces: ["{", "}"], style: "object", hasEntries: false });
  const object = (fallback: string, hasEntries: boolean, size?: string): Form => ({
    base: "",
    braces: [`${prefix(constructor, tag, fallback, size)}{`, "}"],
    style: "object",
    hasEntries,
  });
  switch (kind) {
    case "array": {
      const { length } = value as unknown[];
      const lead =
        constructor !== "Array" || tag !== "" ? prefix(constructor, tag, "Array", `(${length})`) : "";
      return { base: "", braces: [`${lead}[`, "]"], style: "array", hasEntries: length > 0 };
    }
    case "typedArray": {
      const length = primordials.typedArrayLength(value);
      const lead = prefix(constructor, tag, primordials.typedArrayTag(value) as string, `(${length})`);
      return { base: "", braces: [`${lead}[`, "]"], style: "array", hasEntries: length > 0 };
    }
    case "arguments":
      return { base: "", braces: ["[Arguments] {", "}"], style: "object", hasEntries: false };
    case "set":
      return object("Set", primordials.setSize(value) > 0, `(${primordials.setSize(value)})`);
    case "map":
      return object("Map", primordials.mapSize(value) > 0, `(${primordials.mapSize(value)})`);
    case "weakMap":
      return object("WeakMap", true);
    case "weakSet":
      return object("WeakSet", true);
    case "promise":
      return object("Promise", host.promise !== undefined);
    case "arrayBuffer":
      return object("ArrayBuffer", true);
    case "sharedArrayBuffer":
      return object("SharedArrayBuffer", true);
    case "dataView":
      return object("DataView", false);
    case "module":
      return object("Module", false);
    case "function":
      return plain(functionBase(value, constructor, tag));
    case "regExp":
      return plain(named(primordials.regExpToString(value as RegExp), constructor, tag, "RegExp"));
    case "date":
      return plain(named(dateText(value), constructor, tag, "Date"));
    case "error":
      return plain(errorBase(cx, value, constructor, tag, keys));
    case "boxed":
      return plain(boxedBase(cx, value, constructor, tag));
    case "object":
      if (constructor === "Object" && tag === "")
        return object("Object", false).braces && { ...plain(""), braces: ["{", "}"] };
      return object("Object", false);
    default:
      return kind satisfies never;
  }
}

function named(base: string, constructor: string | null, tag: string, fallback: string): string {
  const lead = prefix(constructor, tag, fallback);
  return lead === `${fallback} ` ? base : `${lead}${base}`;
}

function dateText(value: object): string {
  const time = primordials.dateGetTime(value);
  return is(time, 0 / 0) ? "Invalid Date" : primordials.dateToISOString(value as Date);
}

function boxedBase(cx: Context, value: object, constructor: string | null, tag: string): string {
  for (let i = 0; i < boxes.length; i++) {
    const { 0: type, 1: unbox } = boxes[i] as (typeof boxes)[number];
    let inner: unknown;
    try {
      inner = unbox(value as never);
    } catch {
      continue;
    }
    let base = `[${type}`;
    if (type !== constructor) base += constructor === null ? " (null prototype)" : ` (${constructor})`;
    base += `: ${typeof inner === "string" ? quote(inner) : formatPrimitive(cx, inner)}]`;
    return tag !== "" && tag !== constructor ? `${base} [${tag}]` : base;
  }
  return "[Object]";
}

const boxes: readonly (readonly [string, (value: never) => unknown])[] = [
  ["Number", primordials.numberValueOf],
  ["String", primordials.stringValueOf],
  ["Boolean", primordials.booleanValueOf],
  ["BigInt", primordials.bigintValueOf],
  ["Symbol", primordials.symbolValueOf],
];
