/** URLSearchParams, after the URL standard; bound to a URL when it was taken from one. */
import { host, primordials } from "sbx:chunk/boot";
import { finishClass, needArguments, pairIterator, showAs, usvString } from "../webidl.ts";

const {
  apply,
  isArray,
  ownKeys,
  isEnumerable,
  parse,
  push,
  sort,
  stringify,
  Symbol,
  TypeError,
  startsWith,
  slice,
  join,
} = primordials;

export type Pair = [name: string, value: string];

const noUpdate = (): void => {};

/** Follows a URL: `update` is told each new query. */
export let bind: (params: URLSearchParams, update: (query: string) => void) => void;
/** The URL's query changed. */
export let reload: (params: URLSearchParams, query: string) => void;
export let pairsOf: (params: URLSearchParams) => readonly Pair[];
export let isURLSearchParams: (value: unknown) => value is URLSearchParams;

export class URLSearchParams {
  #list: Pair[] = [];
  #update: (query: string) => void = noUpdate;

  constructor(init: unknown = "") {
    if (typeof init === "object" && init !== null) this.#list = pairsFromObject(init);
    else if (typeof init === "function") this.#list = pairsFromObject(init);
    else {
      const text = usvString(init);
      this.#list = parseForm(startsWith(text, "?") ? slice(text, 1) : text);
    }
  }

  static {
    bind = (params, update) => {
      params.#update = update;
    };
    reload = (params, query) => {
      params.#list = parseForm(startsWith(query, "?") ? slice(query, 1) : query);
    };
    pairsOf = (params) => params.#list;
    isURLSearchParams = (value): value is URLSearchParams =>
      typeof value === "object" && value !== null && #list in value;
  }

  get size(): number {
    return this.#list.length;
  }

  append(name: string, value: string): void {
    needArguments(arguments.length, 2, "append");
    push(this.#list, [usvString(name), usvString(value)]);
    this.#changed();
  }

  delete(name: string, value?: string): void {
    needArguments(arguments.length, 1, "delete");
    const wanted = usvString(name);
    const only = value === undefined ? undefined : usvString(value);
    const kept: Pair[] = [];
    for (let i = 0; i < this.#list.length; i++) {
      const pair = this.#list[i] as Pair;
      if (pair[0] !== wanted || (only !== undefined && pair[1] !== only)) push(kept, pair);
    }
    this.#list = kept;
    this.#changed();
  }

  get(name: string): string | null {
    needArguments(arguments.length, 1, "get");
    const wanted = usvString(name);
    for (let i = 0; i < this.#list.length; i++) {
      const pair = this.#list[i] as Pair;
      if (pair[0] === wanted) return pair[1];
    }
    return null;
  }

  getAll(name: string): string[] {
    needArguments(arguments.length, 1, "getAll");
    const wanted = usvString(name);
    const values: string[] = [];
    for (let i = 0; i < this.#list.length; i++) {
      const pair = this.#list[i] as Pair;
      if (pair[0] === wanted) push(values, pair[1]);
    }
    return values;
  }

  has(name: string, value?: string): boolean {
    needArguments(arguments.length, 1, "has");
    const wanted = usvString(name);
    const only = value === undefined ? undefined : usvString(value);
    for (let i = 0; i < this.#list.length; i++) {
      const pair = this.#list[i] as Pair;
      if (pair[0] === wanted && (only === undefined || pair[1] === only)) return true;
    }
    return false;
  }

  set(name: string, value: string): void {
    needArguments(arguments.length, 2, "set");
    const wanted = usvString(name);
    const to = usvString(value);
    const kept: Pair[] = [];
    let found = false;
    for (let i = 0; i < this.#list.length; i++) {
      const pair = this.#list[i] as Pair;
      if (pair[0] !== wanted) push(kept, pair);
      else if (!found) {
        found = true;
        push(kept, [wanted, to]);
      }
    }
    if (!found) push(kept, [wanted, to]);
    this.#list = kept;
    this.#changed();
  }

  sort(): void {
    sort(this.#list, (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#changed();
  }

  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
    if (typeof callback !== "function") throw new TypeError("The callback must be a function");
    for (let i = 0; i < this.#list.length; i++) {
      const { 0: name, 1: value } = this.#list[i] as Pair;
      apply(callback, self, [value, name, this]);
    }
  }

  keys(): IterableIterator<unknown> {
    return pairIterator("URLSearchParams", (index) => this.#list[index], "keys");
  }

  values(): IterableIterator<unknown> {
    return pairIterator("URLSearchParams", (index) => this.#list[index], "values");
  }

  entries(): IterableIterator<unknown> {
    return pairIterator("URLSearchParams", (index) => this.#list[index], "entries");
  }

  toString(): string {
    return serializeForm(this.#list);
  }

  #changed(): void {
    this.#update(serializeForm(this.#list));
  }
}

primordials.defineProperty(URLSearchParams.prototype, Symbol.iterator, {
  value: URLSearchParams.prototype.entries,
  writable: true,
  configurable: true,
});
finishClass(URLSearchParams, "URLSearchParams");
showAs(URLSearchParams, (self) => {
  const list = pairsOf(self);
  if (list.length === 0) return "URLSearchParams {}";
  const shown: string[] = [];
  for (let i = 0; i < list.length; i++) {
    const { 0: name, 1: value } = list[i] as Pair;
    push(shown, `'${name}' => '${value}'`);
  }
  return `URLSearchParams { ${join(shown, ", ")} }`;
});

/** Parses application/x-www-form-urlencoded text. */
export function parseForm(text: string): Pair[] {
  return text === "" ? [] : (parse(host.pure("url.parseForm", stringify(text)) as string) as Pair[]);
}

export function serializeForm(list: readonly Pair[]): string {
  return list.length === 0 ? "" : (host.pure("url.serializeForm", stringify(list)) as string);
}

function pairsFromObject(init: object): Pair[] {
  const iterator = (init as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  const list: Pair[] = [];
  if (iterator !== undefined && iterator !== null) {
    if (typeof iterator !== "function") throw new TypeError("Query pairs must be iterable");
    for (const item of init as Iterable<unknown>) push(list, pairFrom(item));
    return list;
  }
  const keys = ownKeys(init);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (!isEnumerable(init, key)) continue;
    const name = usvString(key);
    const value = usvString((init as { [key: string]: unknown })[key]);
    const at = indexOfName(list, name);
    if (at < 0) push(list, [name, value]);
    else (list[at] as Pair)[1] = value;
  }
  return list;
}

function indexOfName(list: readonly Pair[], name: string): number {
  for (let i = 0; i < list.length; i++) if ((list[i] as Pair)[0] === name) return i;
  return -1;
}

function pairFrom(item: unknown): Pair {
  if ((typeof item !== "object" && typeof item !== "function") || item === null) {
    throw new TypeError("Each query pair must be an iterable [name, value] tuple");
  }
  const parts: string[] = [];
  if (isArray(item)) for (let i = 0; i < item.length; i++) push(parts, usvString(item[i]));
  else for (const part of item as Iterable<unknown>) push(parts, usvString(part));
  if (parts.length !== 2) throw new TypeError("Each query pair must be an iterable [name, value] tuple");
  return [parts[0] as string, parts[1] as string];
}
