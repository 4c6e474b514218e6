/** What the engine child gives to guest code, and what it expects back. The one object `host` is handed to chunks as
 *  `require("sbx:host").host`; plugin modules cannot name it. Everything on the guest's side of it is convenience: the guest
 *  owns its whole memory, so no check here protects anybody but the plugin from itself. */

import type { Site } from "./stack/frames.ts";

/** Streams of console output. */
export type Stream = 1 | 2;

export interface Host {
  /** Asks for an operation. `headJson` is a JSON object without line breaks; `body` is a plain, unshared, fixed-length
   *  ArrayBuffer of exactly the bytes, copied before the call returns. With `wantsText`, and no body, the answer's bytes may
   *  come as a text, decoded from UTF-8: what is none is U+FFFD, and a byte order mark stays. */
  call(id: number, headJson: string, body?: ArrayBuffer, wantsText?: boolean): void;
  /** Console output, written as it stands. */
  out(stream: Stream, text: string): void;
  /** A pure function of the engine's own (see runtime/engine/pure), by its name. */
  pure(name: string, arg: string, bytes?: ArrayBuffer): string | ArrayBuffer | number;
  /** Evaluates the chunk `sbx:chunk/<name>` when first asked for; always the same exports. A chunk whose evaluation
   *  threw is evaluated anew at the next call. */
  chunk(name: string): Record<string, unknown>;
  /** Milliseconds, monotonic, high resolution. */
  now(): number;
  /** Milliseconds since the epoch. */
  wall(): number;
  /** State of a promise without touching it. Absent: the inspector shows no state. */
  promise?(promise: object): { state: "pending" } | { state: "fulfilled" | "rejected"; value: unknown };
  /** Where frames of the engine lie in the plugin's sources. `json`: at most 64 of [file, line, column, callee]; the answer, as JSON,
   *  one for each: [file, line, column], 0 for what belongs to no source, null for what is not the program's. Absent: nobody knows. */
  positions?(json: string): string;
  /** Has `trace` called with whatever is made as an error or thrown, and its call sites; what it returns is the stack of an error that
   *  has none by then. Gives the function that the engine calls. Absent: `trace` itself is what the engine can call. */
  tracing?(trace: (error: unknown, sites: readonly Site[]) => unknown): unknown;
  register(guest: Guest): void;
}

/** The guest's half: what the child calls. Jobs are run by the child after each of these returns. */
export interface Guest {
  /** Before the first byte of the program: the head of PROGRAM as JSON. */
  start(head: string): void;
  /** RESULT (`ok`) or ERROR of call `id`: JSON of the value or of the error, and bytes when there are any. */
  deliver(id: number, ok: boolean, head: string, body?: ArrayBuffer | string): void;
  /** Runs one due timer. True: more of this batch are due; run the jobs, then call again. An exception is the
   *  plugin's own, uncaught. */
  wake(): boolean;
  /** EVENT: JSON of {event, payload}. */
  event(head: string): void;
  /** `wake`: milliseconds until the next timer, or null; `refs`: what else keeps the run alive. `isPending`: the program's
   *  own module has not finished; timers that do not keep a run alive count then. */
  idle(isPending: boolean): { wake: number | null; refs: number };
  /** Any thrown value as plain data. Never throws, unless there is no stack or memory left. */
  describe(error: unknown): Described;
  /** Offers an uncaught error or unhandled rejection to the plugin's own handlers first. True: it was handled. */
  uncaught(error: unknown, kind: "uncaught" | "rejection", promise?: object): boolean;
}

/** A thrown value, in the guest's own words. */
export interface Described {
  name: string;
  message: string;
  /** Frames, one a line, without a first line of name and message: raw, as the engine tells them. */
  stack: string;
  /** The frames are the plugin's own words, and name places in its sources already. */
  mapped?: boolean;
  kind: "uncaught" | "rejection";
  code?: string;
  cause?: string;
  resource?: string;
  remedy?: string;
  /** Number of the call that failed with this error, when the bridge made it. */
  call?: number;
}

export declare const host: Host;
