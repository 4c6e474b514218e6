/** Any value as text for people, like Node's util.inspect: same words, same line breaks. Getters are not called, proxies
 *  not asked; `[Symbol.for("nodejs.util.inspect.custom")]` is honoured. */
import { host, type InspectOptions, primordials, proxyTarget } from "sbx:chunk/boot";
import type { Context } from "./context.ts";
import { entriesOf } from "./entries.ts";
import { formOf } from "./forms.ts";
import { type Kind, kindOf } from "./kinds.ts";
import { layOut } from "./layout.ts";
import { constructorName, prefix, tagOf } from "./names.ts";
import { formatKey, formatPrimitive } from "./strings.ts";

const p = primordials;
const {
  apply,
  getDescriptor,
  isEnumerable,
  join,
  Map,
  mapGet,
  mapSet,
  mapSize,
  ownKeys,
  pop,
  push,
  repeat,
  slice,
  split,
} = p;

const custom = p.Symbol.for("nodejs.util.inspect.custom");
/** Text beyond which inner levels are cut off. */
const BUDGET = 2 ** 24;

export function inspect(value: unknown, options: InspectOptions = {}): string {
  return show(contextFor(options), value, 0);
}

function contextFor(options: InspectOptions): Context {
  const { depth = 2, compact = 3, maxArrayLength = 100, maxStringLength = 10_000 } = options;
  return {
    depth: depth ?? 1 / 0,
    showHidden: options.showHidden ?? false,
    compact: typeof compact === "number" ? compact : compact ? 3 : 0,
    breakLength: options.breakLength ?? 80,
    sorted: options.sorted ?? false,
    getters: options.getters ?? false,
    maxArrayLength: maxArrayLength ?? 1 / 0,
    maxStringLength: maxStringLength ?? 1 / 0,
    seen: [],
    circular: new Map(),
    indentation: 0,
    currentDepth: 0,
    budget: BUDGET,
  };
}

function show(cx: Context, value: unknown, level: number): string {
  if ((typeof value !== "object" && typeof value !== "function") || value === null)
    return formatPrimitive(cx, value);
  const target = proxyTarget(value);
  if (target !== undefined) return `Proxy(${show(cx, target, level)})`;
  const own = customText(cx, value, level);
  if (own !== undefined) return own;
  if (p.arrayIncludes(cx.seen, value)) {
    let index = mapGet(cx.circular, value);
    if (index === undefined) {
      index = mapSize(cx.circular) + 1;
      mapSet(cx.circular, value, index);
    }
    return `[Circular *${index}]`;
  }
  return showObject(cx, value, level);
}

function customText(cx: Context, value: object, level: number): string | undefined {
  const method = (value as { [custom]?: unknown })[custom];
  if (typeof method !== "function" || method === inspect) return undefined;
  const { constructor } = value as { constructor?: { prototype?: unknown } };
  if (constructor && constructor.prototype === value) return undefined;
  const depth = cx.depth - level;
  const options = { ...cx, depth, seen: undefined, circular: undefined };
  const made: unknown = apply(method as () => unknown, value, [depth, options, inspect]);
  if (made === value) return undefined;
  if (typeof made === "object" && made !== null) return show(cx, made, level);
  return join(split(`${made as string}`, "\n"), `\n${repeat(" ", cx.indentation)}`);
}

function showObject(cx: Context, value: object, level: number): string {
  const kind = kindOf(value);
  const constructor = constructorName(cx, value, level);
  const tag = tagOf(cx, value);
  const keys = keysOf(cx, value, kind);
  const form = formOf(cx, value, kind, constructor, tag, keys);
  if (!form.hasEntries && keys.length === 0)
    return form.base !== "" ? form.base : `${form.braces[0]}${form.braces[1]}`;
  if (level > cx.depth) {
    if (kind === "regExp" || kind === "date" || kind === "error") return form.base;
    return `[${slice(prefix(constructor, tag, kind === "array" ? "Array" : "Object"), 0, -1)}]`;
  }
  push(cx.seen, value);
  cx.currentDepth = level + 1;
  const element = (key: string): string => showProperty(cx, value, level + 1, key, true);
  const entries = form.hasEntries
    ? kind === "promise"
      ? promiseEntries(cx, value, level + 1)
      : entriesOf(cx, kind, value, (item) => show(cx, item, level + 1), element)
    : [];
  for (let i = 0; i < keys.length; i++)
    push(entries, showProperty(cx, value, level + 1, keys[i] as PropertyKey, false));
  const index = mapGet(cx.circular, value);
  const base =
    index === undefined ? form.base : form.base === "" ? `<ref *${index}>` : `<ref *${index}> ${form.base}`;
  pop(cx.seen);
  if (cx.sorted && form.style === "object") p.sort(entries, (a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const text = layOut(cx, entries, base, form.braces, form.style, level + 1, value);
  cx.budget -= text.length;
  if (cx.budget < 0) cx.depth = -1;
  return text;
}

function keysOf(cx: Context, value: object, kind: Kind): PropertyKey[] {
  const all = ownKeys(value);
  const kept: PropertyKey[] = [];
  const indexed = kind === "array" || kind === "typedArray" || kind === "boxed";
  for (let i = 0; i < all.length; i++) {
    const key = all[i] as PropertyKey;
    if (
      indexed &&
      typeof key === "string" &&
      (isIndex(key) || (kind !== "typedArray" && key === "length" && !cx.showHidden))
    )
      continue;
    if (cx.showHidden || isEnumerableSafely(value, key)) push(kept, key);
  }
  if (kind === "arrayBuffer" || kind === "sharedArrayBuffer") p.splice(kept, 0, 0, "byteLength");
  if (kind === "dataView") p.splice(kept, 0, 0, "byteLength", "byteOffset", "buffer");
  return kept;
}

const isIndex = (key: string): boolean => p.exec(/^(0|[1-9][0-9]{0,9})$/, key) !== null;

function isEnumerableSafely(value: object, key: PropertyKey): boolean {
  try {
    return isEnumerable(value, key);
  } catch {
    // A module's binding before its initialisation.
    return true;
  }
}

function promiseEntries(cx: Context, value: object, level: number): string[] {
  const state = host.promise?.(value);
  if (state === undefined) return [];
  if (state.state === "pending") return ["<pending>"];
  cx.indentation += 2;
  const text = show(cx, state.value, level);
  cx.indentation -= 2;
  return [state.state === "rejected" ? `<rejected> ${text}` : text];
}

function showProperty(cx: Context, owner: object, level: number, key: PropertyKey, bare: boolean): string {
  const found = describeProperty(owner, key);
  const text = typeof found === "string" ? found : propertyText(cx, owner, level, found);
  if (bare) return text;
  return `${formatKey(key, typeof found === "string" || found.enumerable !== false)}: ${text}`;
}

function describeProperty(owner: object, key: PropertyKey): PropertyDescriptor | string {
  try {
    return (
      getDescriptor(owner, key) ?? {
        value: (owner as { [key: PropertyKey]: unknown })[key],
        enumerable: false,
      }
    );
  } catch {
    return "<uninitialized>";
  }
}

function propertyText(cx: Context, owner: object, level: number, found: PropertyDescriptor): string {
  if (found.get !== undefined) {
    const label = found.set === undefined ? "Getter" : "Getter/Setter";
    if (!cx.getters) return `[${label}]`;
    try {
      cx.indentation += 2;
      return `[${label}: ${show(cx, apply(found.get, owner, []), level)}]`;
    } catch (error) {
      return `[${label}: <Inspection threw (${(error as Error)?.message})>]`;
    } finally {
      cx.indentation -= 2;
    }
  }
  if (found.set !== undefined) return "[Setter]";
  cx.indentation += 2;
  const text = show(cx, found.value, level);
  cx.indentation -= 2;
  return text;
}
