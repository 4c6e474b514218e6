/** What an object really is, by its prototypes first and then by its brand, so that ordinary objects cost no exception
 *  and a fake is not believed. Runs no code of the plugin's, except traps of proxies that it did not see being made. */
import { primordials } from "sbx:chunk/boot";

const { getPrototypeOf, isArray, isError, Map, mapGet, mapSet, objectToString } = primordials;

export type Kind =
  | "array"
  | "typedArray"
  | "map"
  | "set"
  | "weakMap"
  | "weakSet"
  | "promise"
  | "date"
  | "regExp"
  | "error"
  | "arrayBuffer"
  | "sharedArrayBuffer"
  | "dataView"
  | "boxed"
  | "arguments"
  | "module"
  | "function"
  | "object";

type Test = readonly [kind: Kind, has: (value: object) => unknown];

const probe = {};
const tests = new Map<object, Test>();
const p = primordials;
const knownPrototypes: readonly (readonly [object, Kind, (value: object) => unknown])[] = [
  [p.Map.prototype, "map", p.mapSize],
  [p.Set.prototype, "set", p.setSize],
  [p.WeakMap.prototype, "weakMap", (value) => p.weakHas(value as WeakMap<WeakKey, unknown>, probe)],
  [p.WeakSet.prototype, "weakSet", (value) => p.weakSetHas(value, probe)],
  [p.Promise.prototype, "promise", () => true],
  [p.Date.prototype, "date", p.dateGetTime],
  [p.RegExp.prototype, "regExp", p.regExpSource],
  [p.DOMException.prototype, "error", p.domExceptionCode],
  [p.ArrayBuffer.prototype, "arrayBuffer", p.bufferLength],
  [p.SharedArrayBuffer.prototype, "sharedArrayBuffer", p.sharedLength],
  [p.DataView.prototype, "dataView", p.dataViewBuffer],
  [p.Number.prototype, "boxed", (value) => p.numberValueOf(value as never)],
  [p.String.prototype, "boxed", (value) => p.stringValueOf(value as never)],
  [p.Boolean.prototype, "boxed", (value) => p.booleanValueOf(value as never)],
  [p.Symbol.prototype, "boxed", (value) => p.symbolValueOf(value as never)],
  [p.BigInt.prototype, "boxed", (value) => p.bigintValueOf(value as never)],
];
for (let i = 0; i < knownPrototypes.length; i++) {
  const { 0: prototype, 1: kind, 2: has } = knownPrototypes[i] as (typeof knownPrototypes)[number];
  mapSet(tests, prototype, [kind, has]);
}

export function kindOf(value: object): Kind {
  if (typeof value === "function") return "function";
  if (isArray(value)) return "array";
  if (isError(value)) return "error";
  if (p.typedArrayTag(value) !== undefined) return "typedArray";
  let prototype = getPrototypeOf(value);
  if (prototype === null) return isModule(value) ? "module" : bareKind(value);
  if (prototype === p.Object.prototype)
    return objectToString(value) === "[object Arguments]" ? "arguments" : "object";
  for (let level = 0; prototype !== null && level < 100; level++) {
    const test = mapGet(tests, prototype);
    if (test !== undefined && passes(test[1], value)) return test[0];
    prototype = getPrototypeOf(prototype);
  }
  return "object";
}

/** Of an object without prototypes: by its brand alone. */
function bareKind(value: object): Kind {
  for (let i = 0; i < knownPrototypes.length; i++) {
    const known = knownPrototypes[i] as (typeof knownPrototypes)[number];
    if (known[1] !== "promise" && passes(known[2], value)) return known[1];
  }
  return "object";
}

function passes(test: (value: object) => unknown, value: object): boolean {
  try {
    test(value);
    return true;
  } catch {
    return false;
  }
}

function isModule(value: object): boolean {
  const tag = p.getDescriptor(value, p.Symbol.toStringTag);
  return tag !== undefined && tag.value === "Module" && tag.configurable === false && tag.writable === false;
}
