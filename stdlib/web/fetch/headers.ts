/** Headers, after the fetch standard. What a plugin may really send is judged by the broker, not here. */
import { primordials } from "sbx:chunk/boot";
import { byteString, finishClass, needArguments, pairIterator, showAs } from "../webidl.ts";

const {
  apply,
  charCodeAt,
  exec,
  getDescriptor,
  isArray,
  ownKeys,
  push,
  slice,
  sort,
  Symbol,
  toLowerCase,
  TypeError,
} = primordials;

export type Header = [name: string, value: string];

/** `immutable`: of responses that came from the network. */
export type Guard = "none" | "immutable";

export let listOf: (headers: Headers) => readonly Header[];
export let isHeaders: (value: unknown) => value is Headers;
export let guard: (headers: Headers, as: Guard) => void;
/** Headers over a list that is taken over as it is, names in any case. */
export let headersOf: (list: Header[]) => Headers;

export class Headers {
  #list: Header[] = [];
  #guard: Guard = "none";

  constructor(init?: unknown) {
    if (init !== undefined) fill(this, init);
  }

  static {
    listOf = (headers) => headers.#list;
    isHeaders = (value): value is Headers => typeof value === "object" && value !== null && #list in value;
    guard = (headers, as) => {
      headers.#guard = as;
    };
    headersOf = (list) => {
      const headers = new Headers();
      headers.#list = list;
      return headers;
    };
  }

  append(name: unknown, value: unknown): void {
    needArguments(arguments.length, 2, "Headers.append");
    const pair: Header = [headerName(name), headerValue(value)];
    this.#mayChange();
    push(this.#list, pair);
  }

  delete(name: unknown): void {
    needArguments(arguments.length, 1, "Headers.delete");
    const wanted = toLowerCase(headerName(name));
    this.#mayChange();
    this.#list = without(this.#list, wanted);
  }

  get(name: unknown): string | null {
    needArguments(arguments.length, 1, "Headers.get");
    return combined(this.#list, toLowerCase(headerName(name)));
  }

  getSetCookie(): string[] {
    const values: string[] = [];
    for (let i = 0; i < this.#list.length; i++) {
      const one = this.#list[i] as Header;
      if (toLowerCase(one[0]) === "set-cookie") push(values, one[1]);
    }
    return values;
  }

  has(name: unknown): boolean {
    needArguments(arguments.length, 1, "Headers.has");
    return combined(this.#list, toLowerCase(headerName(name))) !== null;
  }

  set(name: unknown, value: unknown): void {
    needArguments(arguments.length, 2, "Headers.set");
    const pair: Header = [headerName(name), headerValue(value)];
    this.#mayChange();
    const wanted = toLowerCase(pair[0]);
    const kept: Header[] = [];
    let placed = false;
    for (let i = 0; i < this.#list.length; i++) {
      const one = this.#list[i] as Header;
      if (toLowerCase(one[0]) !== wanted) push(kept, one);
      else if (!placed) {
        placed = true;
        push(kept, [one[0], pair[1]]);
      }
    }
    if (!placed) push(kept, pair);
    this.#list = kept;
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void {
    if (typeof callback !== "function") throw new TypeError("The callback must be a function");
    for (let i = 0; ; i++) {
      const one = sorted(this.#list)[i];
      if (one === undefined) return;
      apply(callback, self, [one[1], one[0], this]);
    }
  }

  keys(): IterableIterator<unknown> {
    return pairIterator("Headers", (index) => sorted(this.#list)[index], "keys");
  }

  values(): IterableIterator<unknown> {
    return pairIterator("Headers", (index) => sorted(this.#list)[index], "values");
  }

  entries(): IterableIterator<unknown> {
    return pairIterator("Headers", (index) => sorted(this.#list)[index], "entries");
  }

  #mayChange(): void {
    if (this.#guard === "immutable") throw new TypeError("Headers are immutable");
  }
}
primordials.defineProperty(Headers.prototype, Symbol.iterator, {
  value: Headers.prototype.entries,
  writable: true,
  configurable: true,
});
finishClass(Headers, "Headers");
showAs(Headers, (headers) => {
  const shown: { [name: string]: string } = {};
  const all = merged(listOf(headers), false);
  for (let i = 0; i < all.length; i++) {
    const one = all[i] as Header;
    shown[one[0]] = one[1];
  }
  return shown;
});

function without(list: readonly Header[], name: string): Header[] {
  const kept: Header[] = [];
  for (let i = 0; i < list.length; i++) {
    const one = list[i] as Header;
    if (toLowerCase(one[0]) !== name) push(kept, one);
  }
  return kept;
}

/** All values of a name, joined as HTTP joins them; null when there is none. */
export function combined(list: readonly Header[], name: string): string | null {
  let value: string | null = null;
  for (let i = 0; i < list.length; i++) {
    const one = list[i] as Header;
    if (toLowerCase(one[0]) === name) value = value === null ? one[1] : `${value}, ${one[1]}`;
  }
  return value;
}

/** Sorted by name and combined, cookies apart. */
function sorted(list: readonly Header[]): Header[] {
  return sort(merged(list, true), (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
}

/** One entry a name, cookies apart; names in lower case or as they first came. */
function merged(list: readonly Header[], isLower: boolean): Header[] {
  const names: { [name: string]: Header } = { __proto__: null } as never;
  const all: Header[] = [];
  for (let i = 0; i < list.length; i++) {
    const one = list[i] as Header;
    const name = toLowerCase(one[0]);
    const before = names[name];
    if (before !== undefined && name !== "set-cookie") before[1] += `, ${one[1]}`;
    else {
      const made: Header = [isLower ? name : one[0], one[1]];
      names[name] = made;
      push(all, made);
    }
  }
  return all;
}

export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function headerName(value: unknown): string {
  const name = byteString(value);
  if (exec(TOKEN, name) === null) throw new TypeError(`${name} is an invalid header name.`);
  return name;
}

const isSpace = (code: number): boolean => code === 32 || code === 9 || code === 10 || code === 13;

function headerValue(value: unknown): string {
  const text = byteString(value);
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(charCodeAt(text, from))) from++;
  while (to > from && isSpace(charCodeAt(text, to - 1))) to--;
  const trimmed = slice(text, from, to);
  if (exec(/[\0\r\n]/, trimmed) !== null) throw new TypeError(`${trimmed} is an invalid header value.`);
  return trimmed;
}

function fill(headers: Headers, init: unknown): void {
  if ((typeof init !== "object" && typeof init !== "function") || init === null) {
    throw new TypeError("Headers are made of an object, a list of pairs or other Headers");
  }
  const iterator = (init as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  if (iterator !== undefined && iterator !== null) {
    if (typeof iterator !== "function") throw new TypeError("Header pairs must be iterable");
    for (const pair of init as Iterable<unknown>) appendPair(headers, pair);
    return;
  }
  const keys = ownKeys(init);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const own = getDescriptor(init, key);
    if (own === undefined || !own.enumerable) continue;
    const name = byteString(key);
    headers.append(name, (init as { [name: string]: unknown })[key]);
  }
}

function appendPair(headers: Headers, pair: unknown): void {
  const parts: unknown[] = [];
  if (isArray(pair)) for (let i = 0; i < pair.length; i++) push(parts, pair[i]);
  else if (typeof pair === "object" && pair !== null)
    for (const part of pair as Iterable<unknown>) push(parts, part);
  if (parts.length !== 2) throw new TypeError("Each header must be an iterable [name, value] tuple");
  headers.append(parts[0], parts[1]);
}
