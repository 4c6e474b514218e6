/** The language that operations are written in, and all that an operation may import. An operation is data: what it is called, what
 *  it takes and gives, what it needs; and one function that runs with the powers that the gate opened, and nothing else. */
import type { GovernedNeed, HandleNeed, HandleType, Need } from "./core/capability.ts";
import type { DatasetPower, RowCursor, StorePower } from "./core/dataPowers.ts";
import type { Asked } from "./core/descriptor.ts";
import type { FileOpener, PowerOf } from "./core/powers.ts";
import type { Infer, Schema, Shape } from "./core/schema.ts";

export { askedOf, descriptorShape, standingShape } from "./core/descriptor.ts";
export { fail } from "./core/errors.ts";
export { fieldsOf, readAggregate, readNewRows, readRows, readValues, readWhere } from "./core/query.ts";
export { s } from "./core/schema.ts";

import { fieldTypes, masks } from "./core/catalog.ts";
import { s } from "./core/schema.ts";

export type { GovernedNeed, Kind } from "./core/capability.ts";
export type * from "./core/dataPowers.ts";
export type * from "./core/powers.ts";
export { Upload } from "./core/upload.ts";

const path =
  (kind: "read" | "write") =>
  (at: string, more: { entry?: boolean; tree?: boolean; arrives?: boolean; from?: "tmp" } = {}) =>
    ({ kind, path: at, ...more }) as const;

/** Results that several operations share. Times are milliseconds since the epoch, null where the system keeps none. */
export const shapes = {
  fileInfo: s.object({
    isFile: s.bool(),
    isDirectory: s.bool(),
    isSymlink: s.bool(),
    size: s.size(),
    mtime: s.nullable(s.number()),
    atime: s.nullable(s.number()),
    birthtime: s.nullable(s.number()),
    mode: s.nullable(s.int()),
  }),
  /** What a watcher tells at once; none: it is over. */
  events: s.list(
    s.object({
      kind: s.oneOf("create", "modify", "remove", "rename", "overflow"),
      paths: s.list(s.text(), 2),
    }),
  ),
  /** What a catalog says of a data set, as far as it is granted. */
  dataset: s.object({
    name: s.text(),
    title: s.nullable(s.text()),
    description: s.nullable(s.text()),
    fields: s.list(
      s.object({
        name: s.text(),
        type: s.oneOf(...fieldTypes),
        description: s.nullable(s.text()),
        labels: s.list(s.text()),
        mask: s.nullable(s.oneOf(...masks)),
      }),
    ),
    writable: s.list(s.text()),
    summaries: s.list(s.text()),
  }),
  /** Rows of a data set, which are the body; `handle` asks for more, null at the end. */
  rows: s.object({ columns: s.list(s.text()), handle: s.nullable(s.handle()) }),
  /** One page of a listing; `handle` asks for the next one, null at the end. */
  page: s.object({
    entries: s.list(
      s.object({ name: s.text(), isFile: s.bool(), isDirectory: s.bool(), isSymlink: s.bool() }),
    ),
    handle: s.nullable(s.handle()),
  }),
};

/** Needs, as operations write them. */
export const need = {
  read: path("read") as (
    at: string,
    more?: { entry?: boolean; tree?: boolean; arrives?: boolean; from?: "tmp" },
  ) => GovernedNeed & { kind: "read" },
  write: path("write") as (
    at: string,
    more?: { entry?: boolean; tree?: boolean; arrives?: boolean; from?: "tmp" },
  ) => GovernedNeed & { kind: "write" },
  net: (url: string, method: string) => ({ kind: "net", url, method }) as const,
  /** A WebSocket opens with a GET. */
  socket: (url: string) => ({ kind: "net", url, method: "GET", socket: true }) as const,
  store: (access: "read" | "write") => ({ kind: "data", dataset: "kv", access }) as const,
  dataset: (
    dataset: string,
    access: "read" | "write" | "count" | "describe",
    fields: readonly string[] = [],
  ): DatasetNeed => ({ kind: "data", dataset, fields, access }),
  env: (name: string) => ({ kind: "env", name }) as const,
  host: (name: string) => ({ kind: "host", name }) as const,
  handle: <T extends HandleType>(handle: number, type: T, side: "in" | "out" | "any") =>
    ({ kind: "handle", handle, type, side }) as const,
};

/** A need for a data set of the catalog. */
export type DatasetNeed = { readonly kind: "data"; readonly dataset: string } & Extract<
  GovernedNeed,
  { kind: "data" }
>;

type PowerFor<N> = N extends HandleNeed
  ? unknown
  : N extends { kind: "data"; dataset: "kv" }
    ? StorePower
    : N extends { kind: "data" }
      ? DatasetPower
      : N extends { kind: infer K extends keyof PowerOf }
        ? PowerOf[K]
        : never;
type PowersFor<N> = {
  readonly [K in keyof N]: PowerFor<Exclude<N[K], undefined>> | Extract<N[K], undefined>;
};

/** What an operation may ask of its run while it works. */
export interface OperationContext {
  /** The bytes that came with the call, if any. */
  readonly body: Uint8Array | null;
  /** Keeps a thing alive beyond this operation, under the needs of this operation; gives its number.
   *  @throws E_LIMIT_HANDLES (the thing is closed) */
  keep(type: HandleType, object: object, close: () => Promise<void>): number;
  /** Closes and forgets a handle of this run; unknown numbers are ignored. */
  drop(handle: number): Promise<void>;
  /** The object behind a handle named in a need of this operation. */
  handle<T>(number: number): T;
  /** Run facts and switches that need no authority. */
  readonly run: RunFacts;
  /** Where in the plugin's source it was called; found out only when somebody is told. */
  readonly at?: () => string | undefined;
}

/** The plugin's own affairs: what it is, what it was given, what it wants to end with. */
export interface RunFacts {
  readonly limits: { readonly body: number };
  /** Same input, same output: nothing that comes by itself can be waited for. */
  readonly deterministic: boolean;
  query(asked: Asked): Promise<PermissionStanding>;
  request(
    asked: Asked,
    reason: string | undefined,
    at?: () => string | undefined,
  ): Promise<PermissionStanding>;
  revoke(asked: Asked): Promise<PermissionStanding>;
  /** Tells the plugin from now on, or no more, when what it may do has changed. */
  listen(on: boolean): void;
  setExitCode(code: number): void;
  /** Standard input. */
  readInput(max: number): Promise<{ bytes: Uint8Array; done: boolean }>;
  /** Cancels another call of this run, by its number; unknown numbers are ignored. */
  cancel(call: number): void;
  /** Opens files in place; acts only through the powers it is handed. */
  readonly opener: FileOpener;
}

export type PermissionState = "granted" | "denied" | "prompt";

export interface PermissionStanding {
  readonly state: PermissionState;
  /** Granted, but not all of what was asked about. */
  readonly partial: boolean;
}

/** What `run` may give: a JSON value, bytes, or both. */
export type Outcome<T> = T | Promise<T>;
export class WithBytes<T> {
  readonly value: T;
  readonly bytes: Uint8Array;
  readonly sent: () => void;
  constructor(value: T, bytes: Uint8Array, sent: () => void) {
    this.value = value;
    this.bytes = bytes;
    this.sent = sent;
  }
}
/** @param sent called when nobody will look at `bytes` any more; not at all when they never reached the guest */
export const withBytes = <T>(value: T, bytes: Uint8Array, sent = () => {}): WithBytes<T> =>
  new WithBytes(value, bytes, sent);

export interface Example {
  /** An expression in a plugin, with `fs`, `net`, `data`, `env` … in scope. */
  readonly call: string;
  readonly grants: readonly string[];
  /** What console.log prints of the awaited value. */
  readonly gives: string;
}

export interface Operation<
  A extends Shape = Shape,
  N extends Record<string, Need | undefined> = Record<string, Need | undefined>,
  R = unknown,
> {
  /** One sentence, third person, for the reference page. */
  readonly summary: string;
  /** More names under which plugins know it; grants' `ops=` accepts them. */
  readonly variants?: readonly string[];
  readonly args: A;
  readonly result: Schema<R>;
  /** The call's body: none, or bytes (named for the reference). */
  readonly body?: string;
  readonly needs: (args: Infer<A>) => N;
  /** What it sends besides its body, in words, for whoever is asked to let it out. Without it, all of its arguments. */
  readonly sends?: (args: Infer<A>) => string;
  /** More is sent after it, under the same answer: how much is not known when somebody is asked. */
  readonly streams?: (args: Infer<A>) => boolean;
  /** Why the plugin says that it asks, for whoever is asked. */
  readonly reason?: (args: Infer<A>) => string | undefined;
  readonly run: (args: Infer<A>, powers: PowersFor<N>, cx: OperationContext) => Outcome<R | WithBytes<R>>;
  readonly examples: readonly Example[];
}

type Rows = Infer<{ columns: Schema<string[]>; handle: Schema<number | null> }>;

/** The first rows of a cursor; what remains is kept. */
export async function pageOf(cursor: RowCursor, cx: OperationContext): Promise<WithBytes<Rows>> {
  const { json, last } = await cursor.next();
  const handle = last ? null : cx.keep("rows", cursor, () => cursor.close());
  return withBytes({ columns: [...cursor.columns], handle }, json);
}

/** The next rows of one that is kept; at its end it is forgotten. */
export async function pageAfter(
  cursor: RowCursor,
  handle: number,
  cx: OperationContext,
): Promise<WithBytes<Rows>> {
  const { json, last } = await cursor.next();
  if (last) await cx.drop(handle);
  return withBytes({ columns: [...cursor.columns], handle: last ? null : handle }, json);
}

/** Declares an operation. Its name is its file: `stdlib/fs/readFile.ts` is `fs.readFile`. */
export const defineOp = <A extends Shape, N extends Record<string, Need | undefined>, R>(
  op: Operation<A, N, R>,
): Operation<A, N, R> => op;
