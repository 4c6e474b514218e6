/** Small duties that the web's interface definitions ask of every class: enumerable members, a tag, brand checks, and
 *  string conversions. */
import { primordials } from "sbx:chunk/boot";

const { charCodeAt, defineProperty, getDescriptor, ownKeys, String, Symbol, TypeError, toWellFormed } =
  primordials;

type Class = { readonly prototype: object };

/** Gives a class its name (bundlers change it) and its tag, and makes its prototype's members enumerable. */
export function finishClass(made: Class, name: string): void {
  defineProperty(made, "name", { value: name, configurable: true });
  const { prototype } = made;
  const names = ownKeys(prototype);
  for (let i = 0; i < names.length; i++) {
    const key = names[i] as PropertyKey;
    if (typeof key === "symbol" || key === "constructor") continue;
    defineProperty(prototype, key, { ...getDescriptor(prototype, key), enumerable: true });
  }
  defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}

/** What a class shows of itself in the console: a plain object under its name. */
export function showAs<T extends object>(made: { readonly prototype: T }, view: (self: T) => unknown): void {
  defineProperty(made.prototype, inspectSymbol, {
    value(
      this: T,
      depth: number,
      options: object,
      inspect: (value: unknown, options: object) => string,
    ): unknown {
      const shown = view(this);
      if (typeof shown === "string") return shown;
      const name = (this.constructor as { name?: unknown } | undefined)?.name;
      if (depth < 0) return `[${String(name)}]`;
      return `${String(name)} ${inspect(shown, { ...options, depth })}`;
    },
    writable: true,
    configurable: true,
  });
}

const inspectSymbol = Symbol.for("nodejs.util.inspect.custom");

/** A string without lone surrogates. @throws TypeError for symbols */
export function usvString(value: unknown): string {
  return toWellFormed(domString(value));
}

export function domString(value: unknown): string {
  if (typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
  return String(value);
}

/** A string of code units below 256. @throws TypeError otherwise */
export function byteString(value: unknown): string {
  const text = domString(value);
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code > 255) {
      throw new TypeError(`character at index ${i} has a value of ${code}, which is greater than 255`);
    }
  }
  return text;
}

/** @throws TypeError when fewer arguments than the operation needs were given */
export function needArguments(given: number, needed: number, what: string): void {
  if (given < needed) {
    throw new TypeError(
      `${what}: ${needed} argument${needed === 1 ? "" : "s"} required, but only ${given} present.`,
    );
  }
}

/** An iterator with the standard's prototype chain over pairs that are looked up anew at each step. */
export function pairIterator<K, V>(
  name: string,
  at: (index: number) => readonly [K, V] | undefined,
  kind: "keys" | "values" | "entries",
): IterableIterator<unknown> {
  let index = 0;
  const iterator = primordials.create(iteratorPrototype(name)) as IterableIterator<unknown>;
  primordials.weakSet(steps, iterator, () => {
    const pair = at(index++);
    if (pair === undefined) return { value: undefined, done: true };
    return {
      value: kind === "keys" ? pair[0] : kind === "values" ? pair[1] : [pair[0], pair[1]],
      done: false,
    };
  });
  return iterator;
}

const steps = new primordials.WeakMap<object, () => IteratorResult<unknown>>();
const prototypes: { [name: string]: object } = { __proto__: null } as never;
const iteratorBase = primordials.getPrototypeOf(primordials.arrayIteratorPrototype);

function iteratorPrototype(name: string): object {
  const known = prototypes[name];
  if (known) return known;
  const made = primordials.create(iteratorBase) as object;
  defineProperty(made, "next", {
    value: function next(this: object): IteratorResult<unknown> {
      const step = primordials.weakGet(steps, this);
      if (step === undefined) throw new TypeError("next method called on incompatible receiver");
      return step();
    },
    writable: true,
    enumerable: true,
    configurable: true,
  });
  defineProperty(made, Symbol.toStringTag, { value: `${name} Iterator`, configurable: true });
  prototypes[name] = made;
  return made;
}
