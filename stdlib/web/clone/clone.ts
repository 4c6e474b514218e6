/** structuredClone, after the HTML standard: primitives, boxes, dates, patterns, buffers and views, maps, sets, errors,
 *  files, plain objects and arrays, with cycles and transfer of buffers. Everything else is a DataCloneError. */
import type * as blobs from "sbx:chunk/blob";
import { host, isArrayBuffer, placeLike, primordials, proxyTarget } from "sbx:chunk/boot";
import { type Kind, kindOf } from "../inspect/kinds.ts";
import { needArguments } from "../webidl.ts";
import { cloneBuffer, cloneView } from "./buffers.ts";

const p = primordials;
const {
  defineProperty,
  hasOwn,
  isArray,
  keys,
  Map,
  mapForEach,
  mapGet,
  mapSet,
  push,
  setForEach,
  Set,
  String,
  Symbol,
} = p;

type Memory = Map<object, object>;

export function structuredClone(
  value: unknown,
  options?: { readonly transfer?: Iterable<unknown> } | null,
): unknown {
  needArguments(arguments.length, 1, "structuredClone");
  const transfer: object[] = [];
  const memory: Memory = new Map();
  if (options?.transfer !== undefined) for (const item of options.transfer) takeTransfer(item, transfer);
  // Moved only after everything else was read: a failed clone detaches nothing.
  const made = clone(value, memory, transfer);
  for (let i = 0; i < transfer.length; i++) p.bufferTransfer(transfer[i] as ArrayBuffer);
  return made;
}

function takeTransfer(item: unknown, transfer: object[]): void {
  if (!isArrayBuffer(item)) throw refusal("Value not transferable");
  if (p.arrayIncludes(transfer, item)) throw refusal("ArrayBuffer occurs twice in the transfer list");
  if (p.bufferDetached(item)) throw refusal("An ArrayBuffer is detached and could not be cloned.");
  push(transfer, item);
}

const refusal = (message: string): Error => new DOMException(message, "DataCloneError");
const cannot = (what: string): Error => refusal(`${what} could not be cloned.`);

function clone(value: unknown, memory: Memory, transfer: readonly object[]): unknown {
  if (typeof value === "symbol") throw cannot(p.symbolToString(value));
  if (typeof value === "function") throw cannot(p.functionToString(value as () => void));
  if (typeof value !== "object" || value === null) return value;
  const known = mapGet(memory, value);
  if (known !== undefined) return known;
  if (proxyTarget(value) !== undefined) throw cannot("#<Object>");
  const inner = (part: unknown): unknown => clone(part, memory, transfer);
  const remember = <T extends object>(made: T): T => {
    mapSet(memory, value, made);
    return made;
  };
  return cloneObject(value, kindOf(value), inner, remember);
}

type Inner = (part: unknown) => unknown;
type Remember = <T extends object>(made: T) => T;

function cloneObject(value: object, kind: Kind, inner: Inner, remember: Remember): object {
  switch (kind) {
    case "array": {
      const made: unknown[] = remember([]);
      made.length = (value as unknown[]).length;
      return copyProperties(value, made, inner);
    }
    case "map": {
      const made = remember(new Map<unknown, unknown>());
      const pairs: unknown[] = [];
      mapForEach(value as Map<unknown, unknown>, (item, key) => push(pairs, key, item));
      for (let i = 0; i < pairs.length; i += 2) mapSet(made, inner(pairs[i]), inner(pairs[i + 1]));
      return made;
    }
    case "set": {
      const made = remember(new Set<unknown>());
      const items: unknown[] = [];
      setForEach(value as Set<unknown>, (item) => push(items, item));
      for (let i = 0; i < items.length; i++) p.setAdd(made, inner(items[i]));
      return made;
    }
    case "date":
      return remember(new p.Date(p.dateGetTime(value)));
    case "regExp":
      return remember(new p.RegExp(p.regExpSource(value), (value as RegExp).flags));
    case "error":
      return cloneError(value as Error, inner, remember);
    case "boxed":
      return remember(cloneBox(value));
    case "arrayBuffer":
      return remember(cloneBuffer(value as ArrayBuffer));
    case "typedArray":
    case "dataView":
      return remember(cloneView(value, kind, inner as (buffer: ArrayBuffer) => ArrayBuffer));
    case "object":
    case "arguments":
      if (isSpecial(value)) return remember(cloneFile(value));
      return copyProperties(value, remember({}), inner);
    case "weakMap":
    case "weakSet":
    case "promise":
    case "sharedArrayBuffer":
    case "module":
    case "function":
      throw cannot(`#<${nameOf(value)}>`);
    default:
      return kind satisfies never;
  }
}

function copyProperties<T extends object>(from: object, to: T, inner: Inner): T {
  const names = keys(from);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    if (!hasOwn(from, name)) continue;
    const value = inner((from as { [key: string]: unknown })[name]);
    defineProperty(to, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return to;
}

/** Objects of the engine's and the web's own that are not data: they carry a tag which plain objects lack. */
function isSpecial(value: object): boolean {
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag !== "string" || isArray(value)) return false;
  for (let at: object | null = p.getPrototypeOf(value); at !== null; at = p.getPrototypeOf(at)) {
    const own = p.getDescriptor(at, Symbol.toStringTag);
    if (own !== undefined) return own.writable === false;
  }
  return false;
}

function cloneFile(value: object): object {
  // Whoever has a file has loaded its chunk.
  const made = (host.chunk("blob") as unknown as typeof blobs).copyOfBlob(value);
  if (made === undefined) throw cannot(`#<${nameOf(value)}>`);
  return made;
}

function nameOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return String(constructor?.name ?? "Object");
}

const ERRORS: { readonly [name: string]: new (message?: string) => Error } = {
  __proto__: null,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
} as never;

function cloneError(value: Error, inner: Inner, remember: Remember): Error {
  if (value instanceof DOMException) return remember(new DOMException(value.message, value.name));
  const name = String(value.name);
  const Class = ERRORS[name] ?? p.Error;
  const message = p.getDescriptor(value, "message");
  const made = remember(new Class(message === undefined ? undefined : String(message.value)));
  const hidden = { writable: true, enumerable: false, configurable: true };
  placeLike(made, value);
  if (hasOwn(value, "cause")) defineProperty(made, "cause", { value: inner(value.cause), ...hidden });
  return made;
}

function cloneBox(value: object): object {
  const unboxers = [p.numberValueOf, p.stringValueOf, p.booleanValueOf, p.bigintValueOf];
  for (let i = 0; i < unboxers.length; i++) {
    try {
      return Object((unboxers[i] as (value: never) => unknown)(value as never)) as object;
    } catch {
      // Not this kind of box.
    }
  }
  throw cannot("Object(Symbol())");
}
