/** Calls of operations: one number, one head of JSON, at most one run of bytes, one promise. Knows no operation.
 *  Fire-and-forget failures are the caller's: an ignored promise that rejects is an unhandled rejection. */
import { toBuffer } from "./bytes.ts";
import { type BrokerError, errorFrom, errorWithCode } from "./errors.ts";
import type { Host } from "./host.ts";
import { primordials } from "./primordials.ts";
import { rawStackHere } from "./stack/stacks.ts";

const { Map, mapDelete, mapGet, mapSet, mapSize, parse, Promise, stringify, Uint8Array } = primordials;

/** Arguments of an operation: JSON data. */
export type Arguments = { readonly [name: string]: unknown };

export interface Answer {
  readonly value: unknown;
  /** Undefined when the operation sent none. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** What the caller wants of an answer. The body is a text at most where one was asked for. */
export type Pick<T> = (value: unknown, body: ArrayBuffer | string | undefined) => T;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly pick: Pick<unknown>;
  /** Raw stack of the call, or undefined when there is none. */
  readonly site: string | undefined;
}

const pending = new Map<number, Pending>();
/** Calls that may wait for their answers. */
const MAX_PENDING = 20_000;
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

/** Refuses a call when too many wait already. Thrown and not given as a promise: promises are what there is no more room for. The
 *  broker would refuse it too; here it costs nothing, so that a flood ends in refusals and not in the limits of time or memory. */
export function refuseFlood(waiting: number = mapSize(pending), most: number = MAX_PENDING): void {
  if (waiting < most) return;
  throw errorWithCode("LimitExceeded", "E_LIMIT_CALLS", `${most} calls wait for their answers already`);
}

/** Calls operation `op`, and gives what `pick` makes of its answer.
 *  @throws TypeError (as a rejection) when the arguments are not JSON data or `body` is not bytes. */
export function request<T>(
  op: string,
  args: Arguments,
  body: unknown,
  pick: Pick<T>,
  wantsText = false,
  site: string | undefined = rawStackHere(request),
): Promise<T> {
  refuseFlood();
  return new Promise<T>((resolve, reject) => {
    const head = stringify(
      site === undefined ? { __proto__: null, op, args } : { __proto__: null, op, args, at: site },
    );
    const bytes = body === undefined ? undefined : toBuffer(body, true);
    const id = nextId++;
    mapSet(pending, id, { resolve: resolve as Pending["resolve"], reject, pick, site });
    try {
      host.call(id, head, bytes, wantsText);
    } catch (error) {
      mapDelete(pending, id);
      throw error;
    }
  });
}

/** Calls operation `op`. Both value and bytes of its answer.
 *  @param site where the plugin called, as `rawStackHere` told, when something was waited for since */
export function exchange(op: string, args: Arguments, body?: unknown, site?: string): Promise<Answer> {
  return request(op, args, body, answerOf, false, site ?? rawStackHere(exchange));
}

/** Calls an operation whose result is a JSON value. */
export function call(op: string, args: Arguments, body?: unknown): Promise<unknown> {
  return request(op, args, body, valueOf);
}

/** Calls an operation whose result is bytes. */
export function callBytes(op: string, args: Arguments, body?: unknown): Promise<Uint8Array<ArrayBuffer>> {
  return request(op, args, body, bytesOf);
}

const valueOf = (value: unknown): unknown => value;
const bytesOf: Pick<Uint8Array<ArrayBuffer>> = (_, body) =>
  body === undefined ? new Uint8Array(0) : new Uint8Array(body as ArrayBuffer);
// No prototype: a plugin's `Object.prototype.then` must not turn the answer into a thenable.
const answerOf: Pick<Answer> = (value, body) =>
  ({ __proto__: null, value, bytes: body && new Uint8Array(body as ArrayBuffer) }) as Answer;

/** The broker's answer to call `id`; unknown numbers are ignored. */
export function deliver(id: number, ok: boolean, head: string, body?: ArrayBuffer | string): void {
  const waiting = mapGet(pending, id);
  if (waiting === undefined) return;
  mapDelete(pending, id);
  if (!ok) return waiting.reject(errorFrom(parse(head) as BrokerError, id, waiting.site));
  let result: unknown;
  try {
    result = waiting.pick(head === "" ? undefined : head === "null" ? null : parse(head), body);
  } catch (error) {
    return waiting.reject(error);
  }
  waiting.resolve(result);
}
