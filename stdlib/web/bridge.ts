/** Calls of operations: one number, one head of JSON, at most one run of bytes, one promise. Knows no operation.
 *  Fire-and-forget failures are the caller's: an ignored promise that rejects is an unhandled rejection. */
import { toBuffer } from "./bytes.ts";
import { type BrokerError, errorFrom } from "./errors.ts";
import type { Host } from "./host.ts";
import { primordials } from "./primordials.ts";

const {
  captureStackTrace,
  join,
  Map,
  mapDelete,
  mapGet,
  mapSet,
  mapSize,
  parse,
  Promise,
  push,
  split,
  stringify,
  stringIncludes,
  promiseThen,
  Uint8Array,
} = primordials;

/** Arguments of an operation: JSON data. */
export type Arguments = { readonly [name: string]: unknown };

export interface Answer {
  readonly value: unknown;
  /** Undefined when the operation sent none. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
  readonly site: string | undefined;
}

const pending = new Map<number, Pending>();
let nextId = 1;
let host: Host;

export function connectBridge(to: Host): void {
  host = to;
}

/** Calls that wait for their answer. */
export function pendingCalls(): number {
  return mapSize(pending);
}

/** Number of the latest call: ask right after making one, for example to abort it later. */
export function latestCall(): number {
  return nextId - 1;
}

/** Calls operation `op`. Both value and bytes of its answer.
 *  @throws TypeError (as a rejection) when the arguments are not JSON data or `body` is not bytes. */
export function exchange(op: string, args: Arguments, body?: unknown): Promise<Answer> {
  const site = callSite(exchange);
  return new Promise((resolve, reject) => {
    const head = stringify(
      site === undefined ? { __proto__: null, op, args } : { __proto__: null, op, args, at: site },
    );
    const bytes = body === undefined ? undefined : toBuffer(body, true);
    const id = nextId++;
    mapSet(pending, id, { resolve, reject, site });
    try {
      host.call(id, head, bytes);
    } catch (error) {
      mapDelete(pending, id);
      throw error;
    }
  });
}

/** Calls an operation whose result is a JSON value. */
export function call(op: string, args: Arguments, body?: unknown): Promise<unknown> {
  return promiseThen(exchange(op, args, body), valueOf);
}

/** Calls an operation whose result is bytes. */
export function callBytes(op: string, args: Arguments, body?: unknown): Promise<Uint8Array<ArrayBuffer>> {
  return promiseThen(exchange(op, args, body), bytesOf);
}

const valueOf = (answer: Answer): unknown => answer.value;
const bytesOf = (answer: Answer): Uint8Array<ArrayBuffer> => answer.bytes ?? new Uint8Array(0);

/** The broker's answer to call `id`; unknown numbers are ignored. */
export function deliver(id: number, ok: boolean, head: string, body?: ArrayBuffer): void {
  const waiting = mapGet(pending, id);
  if (waiting === undefined) return;
  mapDelete(pending, id);
  if (!ok) waiting.reject(errorFrom(parse(head) as BrokerError, id, waiting.site));
  else waiting.resolve(answerOf(head === "" ? undefined : parse(head), body));
}

function answerOf(value: unknown, body: ArrayBuffer | undefined): Answer {
  // No prototype: a plugin's `Object.prototype.then` must not turn the answer into a thenable.
  return { __proto__: null, value, bytes: body && new Uint8Array(body) } as Answer;
}

/** Where the plugin called: its own frames of the stack, or undefined when none is left. */
function callSite(above: unknown): string | undefined {
  const holder: { stack?: unknown } = { __proto__: null } as object;
  try {
    captureStackTrace(holder, above);
  } catch {
    return undefined;
  }
  return typeof holder.stack === "string" ? ownFrames(holder.stack) : undefined;
}

/** A stack without the standard library's own frames. */
export function ownFrames(stack: string): string | undefined {
  if (!stringIncludes(stack, "sbx:chunk/")) return stack === "" ? undefined : stack;
  const kept: string[] = [];
  const lines = split(stack, "\n");
  for (let i = 0; i < lines.length; i++)
    if (!stringIncludes(lines[i] as string, "sbx:chunk/")) push(kept, lines[i] as string);
  const text = join(kept, "\n");
  return text === "" ? undefined : text;
}
