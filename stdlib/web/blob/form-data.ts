/** FormData, and its two encodings. */
import { primordials } from "sbx:chunk/boot";
import { finishClass, needArguments, pairIterator, showAs, usvString } from "../webidl.ts";
import { File, isBlob } from "./blob.ts";

const { apply, push, Symbol, TypeError } = primordials;

export type Entry = [name: string, value: string | File];

export let entriesOfForm: (form: FormData) => readonly Entry[];
export let isFormData: (value: unknown) => value is FormData;

export class FormData {
  #entries: Entry[] = [];

  constructor(form?: unknown) {
    if (form !== undefined)
      throw new TypeError("FormData takes no argument here: there are no form elements");
  }

  static {
    entriesOfForm = (form) => form.#entries;
    isFormData = (value): value is FormData =>
      typeof value === "object" && value !== null && #entries in value;
  }

  append(name: unknown, value: unknown, filename?: unknown): void {
    needArguments(arguments.length, 2, "append");
    push(this.#entries, entry(name, value, filename, arguments.length));
  }

  delete(name: unknown): void {
    needArguments(arguments.length, 1, "delete");
    const wanted = usvString(name);
    const kept: Entry[] = [];
    for (let i = 0; i < this.#entries.length; i++) {
      const one = this.#entries[i] as Entry;
      if (one[0] !== wanted) push(kept, one);
    }
    this.#entries = kept;
  }

  get(name: unknown): string | File | null {
    needArguments(arguments.length, 1, "get");
    return this.getAll(name)[0] ?? null;
  }

  getAll(name: unknown): (string | File)[] {
    needArguments(arguments.length, 1, "getAll");
    const wanted = usvString(name);
    const found: (string | File)[] = [];
    for (let i = 0; i < this.#entries.length; i++) {
      const one = this.#entries[i] as Entry;
      if (one[0] === wanted) push(found, one[1]);
    }
    return found;
  }

  has(name: unknown): boolean {
    needArguments(arguments.length, 1, "has");
    return this.getAll(name).length > 0;
  }

  set(name: unknown, value: unknown, filename?: unknown): void {
    needArguments(arguments.length, 2, "set");
    const made = entry(name, value, filename, arguments.length);
    const kept: Entry[] = [];
    let placed = false;
    for (let i = 0; i < this.#entries.length; i++) {
      const one = this.#entries[i] as Entry;
      if (one[0] !== made[0]) push(kept, one);
      else if (!placed) {
        placed = true;
        push(kept, made);
      }
    }
    if (!placed) push(kept, made);
    this.#entries = kept;
  }

  forEach(callback: (value: string | File, name: string, form: FormData) => void, self?: unknown): void {
    if (typeof callback !== "function") throw new TypeError("The callback must be a function");
    for (let i = 0; i < this.#entries.length; i++) {
      const one = this.#entries[i] as Entry;
      apply(callback, self, [one[1], one[0], this]);
    }
  }

  keys(): IterableIterator<unknown> {
    return pairIterator("FormData", (index) => this.#entries[index], "keys");
  }

  values(): IterableIterator<unknown> {
    return pairIterator("FormData", (index) => this.#entries[index], "values");
  }

  entries(): IterableIterator<unknown> {
    return pairIterator("FormData", (index) => this.#entries[index], "entries");
  }
}
primordials.defineProperty(FormData.prototype, Symbol.iterator, {
  value: FormData.prototype.entries,
  writable: true,
  configurable: true,
});
finishClass(FormData, "FormData");
showAs(FormData, (form) => {
  const shown: { [name: string]: unknown } = {};
  const all = entriesOfForm(form);
  for (let i = 0; i < all.length; i++) {
    const one = all[i] as Entry;
    const before = shown[one[0]];
    shown[one[0]] =
      before === undefined ? one[1] : primordials.isArray(before) ? [...before, one[1]] : [before, one[1]];
  }
  return shown;
});

function entry(name: unknown, value: unknown, filename: unknown, given: number): Entry {
  const key = usvString(name);
  if (!isBlob(value)) {
    if (given > 2) throw new TypeError("A file name is for files only: the value must be a Blob");
    return [key, usvString(value)];
  }
  const named = filename === undefined ? undefined : usvString(filename);
  if (value instanceof File && named === undefined) return [key, value];
  const { type } = value;
  const isFile = value instanceof File;
  const file = new File([value], named ?? (isFile ? value.name : "blob"), {
    type,
    ...(isFile ? { lastModified: value.lastModified } : {}),
  });
  return [key, file];
}
