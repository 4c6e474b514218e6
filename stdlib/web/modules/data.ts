/** `sbx:data`: the plugin's own store, and the data sets of the catalog. */
import { call, primordials } from "sbx:chunk/boot";

const {
  stringify,
  parse,
  TypeError: TypeErrorOf,
} = primordials as typeof primordials & { TypeError: TypeErrorConstructor };

/** Anything that JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export interface Entry {
  readonly key: string;
  readonly value: JsonValue;
}

/** One step of a batch. `check` holds when the entry has exactly this value (undefined: when there is none). */
export type Change =
  | { readonly set: string; readonly value: JsonValue }
  | { readonly delete: string }
  | { readonly check: string; readonly value?: JsonValue };

export interface ListOptions {
  readonly prefix?: string;
  /** Begins behind this key. */
  readonly after?: string;
  /** At most 1000, which is the default. */
  readonly limit?: number;
}

function textOf(value: unknown): string {
  const text = stringify(value) as string | undefined;
  if (text === undefined) throw new TypeErrorOf("a value in the store is what JSON can carry");
  return text;
}

function toChange(change: Change): object {
  if ("set" in change) return { op: "set", key: change.set, value: textOf(change.value) };
  if ("delete" in change) return { op: "delete", key: change.delete };
  return { op: "check", key: change.check, value: change.value === undefined ? null : textOf(change.value) };
}

/** The plugin's own store: JSON values by key, kept between runs, under a quota. */
export const kv = {
  /** The value, or undefined where there is none. */
  async get(key: string): Promise<JsonValue | undefined> {
    const text = (await call("data.get", { key })) as string | null;
    return text === null ? undefined : (parse(text) as JsonValue);
  },
  async set(key: string, value: JsonValue): Promise<void> {
    await call("data.apply", { changes: [{ op: "set", key, value: textOf(value) }] });
  },
  async delete(key: string): Promise<void> {
    await call("data.apply", { changes: [{ op: "delete", key }] });
  },
  /** Entries in key order. */
  async list(options: ListOptions = {}): Promise<Entry[]> {
    const { prefix = "", after, limit = 1000 } = options;
    const found = (await call("data.list", { prefix, after, limit })) as { key: string; value: string }[];
    return found.map(({ key, value }) => ({ key, value: parse(value) as JsonValue }));
  },
  /** All changes or none. false: a check did not hold, and nothing was changed. */
  async batch(changes: readonly Change[]): Promise<boolean> {
    return (await call("data.apply", { changes: changes.map(toChange) })) as boolean;
  },
};

/** Opens a data set of the catalog. @throws PermissionDenied, NotFound */
export async function open(name: string): Promise<{ readonly name: string }> {
  return (await call("data.open", { name })) as { name: string };
}
