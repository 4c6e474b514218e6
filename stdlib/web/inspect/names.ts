/** The words before an object's braces: class, size, tag, and what functions and classes are called. */
import { primordials } from "sbx:chunk/boot";
import type { Context } from "./context.ts";

const {
  endsWith,
  exec,
  functionToString,
  getDescriptor,
  getPrototypeOf,
  hasInstance,
  hasOwn,
  isEnumerable,
  slice,
  startsWith,
  stringIndexOf,
  String,
  Symbol,
} = primordials;

/** Name of the nearest class, null when there is no prototype at all. */
export function constructorName(cx: Context, value: object, level: number): string | null {
  let at: object | null = value;
  let first: object | null | undefined;
  for (let i = 0; at !== null && i < 1000; i++) {
    const constructor = getDescriptor(at, "constructor")?.value;
    if (typeof constructor === "function" && constructor.name !== "" && isInstance(constructor, value)) {
      return String(constructor.name);
    }
    at = getPrototypeOf(at);
    first ??= at;
    if (first === null) return null;
  }
  if (first === null || first === undefined) return null;
  if (level > cx.depth) return "Object <Complex prototype>";
  const above = constructorName(cx, first, level + 1);
  return above === null ? "Object <[Object: null prototype] {}>" : `Object <${above}>`;
}

function isInstance(constructor: (...args: never) => unknown, value: object): boolean {
  try {
    return hasInstance(constructor, value);
  } catch {
    return false;
  }
}

/** Symbol.toStringTag where it is not shown as a property anyway. */
export function tagOf(cx: Context, value: object): string {
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag !== "string" || tag === "") return "";
  const shown = cx.showHidden ? hasOwn(value, Symbol.toStringTag) : isEnumerable(value, Symbol.toStringTag);
  return shown ? "" : tag;
}

/** `Name(size) [Tag] `, with its space. */
export function prefix(constructor: string | null, tag: string, fallback: string, size = ""): string {
  if (constructor === null) {
    return tag !== "" && fallback !== tag
      ? `[${fallback}${size}: null prototype] [${tag}] `
      : `[${fallback}${size}: null prototype] `;
  }
  return tag !== "" && constructor !== tag ? `${constructor}${size} [${tag}] ` : `${constructor}${size} `;
}

export function functionBase(value: object, constructor: string | null, tag: string): string {
  const source = functionToString(value as () => void);
  if (startsWith(source, "class") && endsWith(source, "}") && isClassHead(slice(source, 5, -1))) {
    return classBase(value, constructor, tag);
  }
  const kind = functionKind(value);
  const { name } = value as { name: unknown };
  let base = `[${kind}`;
  if (constructor === null) base += " (null prototype)";
  base += name === "" || typeof name !== "string" ? " (anonymous)" : `: ${name}`;
  base += "]";
  if (constructor !== kind && constructor !== null) base += ` ${constructor}`;
  if (tag !== "" && constructor !== tag) base += ` [${tag}]`;
  return base;
}

function isClassHead(rest: string): boolean {
  const brace = stringIndexOf(rest, "{");
  return (
    brace >= 0 && (stringIndexOf(slice(rest, 0, brace), "(") < 0 || exec(/^(\s+[^(]*?)\s*{/, rest) !== null)
  );
}

function functionKind(value: object): string {
  for (let at = getPrototypeOf(value), i = 0; at !== null && i < 100; at = getPrototypeOf(at), i++) {
    const tag = getDescriptor(at, Symbol.toStringTag)?.value;
    if (tag === "AsyncFunction" || tag === "GeneratorFunction" || tag === "AsyncGeneratorFunction")
      return tag;
  }
  return "Function";
}

function classBase(value: object, constructor: string | null, tag: string): string {
  const name = getDescriptor(value, "name")?.value;
  let base = `class ${typeof name === "string" && name !== "" ? name : "(anonymous)"}`;
  if (constructor !== "Function" && constructor !== null) base += ` [${constructor}]`;
  if (tag !== "" && constructor !== tag) base += ` [${tag}]`;
  if (constructor === null) return `[${base} extends [null prototype]]`;
  const { name: above } = getPrototypeOf(value) as { name: unknown };
  return above ? `[${base} extends ${String(above)}]` : `[${base}]`;
}
