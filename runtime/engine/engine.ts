/** The engine as a session sees it: something that runs one program, asks for operations, prints, and can be killed
 *  at any instant. It holds no authority and none of its words are believed beyond their shape.
 *
 *  Refuses to know: grants, operations, terminals, and how the engine is built. */

import type { GuestMessage } from "./message.ts";

/** What the engine must know before its first guest byte. Sizes in bytes. */
export interface EngineConfig {
  /** Maximum of the guest's linear memory. */
  readonly memory: number;
  /** Guest stack: at most 1 MiB. */
  readonly stack: number;
  /** Seed of a deterministic run, else null. */
  readonly seed: string | null;
}

/** One ES module with everything bundled in, and what the prelude may know as plain data. */
export interface Program {
  /** Name in stacks and `import.meta.url`, never a host path. */
  readonly name: string;
  readonly source: string;
  /** Source map of `source` (version 3, JSON text), for stacks in the plugin's own lines; "" for none. */
  readonly map?: string;
  /** JSON-serialisable data for the prelude: arguments, plugin id, version, … */
  readonly data: { readonly [key: string]: unknown };
}

export type EngineExit =
  /** By `kill()`. */
  | { readonly kind: "killed" }
  /** Its words broke the protocol: treat as a compromised engine. It was killed. */
  | { readonly kind: "fault"; readonly reason: string }
  /** It tried a system call that the seal forbids (SIGSYS): treat as a compromised engine. */
  | { readonly kind: "forbidden" }
  /** The operating system's or V8's memory bound, or a fatal error in V8. */
  | { readonly kind: "fatal"; readonly signal: string }
  /** It could not seal itself, and so ran nothing. */
  | { readonly kind: "unsealed"; readonly step: string }
  /** Anything else: it never exits by itself. */
  | { readonly kind: "unexpected"; readonly code: number | null; readonly signal: string | null };

export interface Ready {
  /** The operating system's walls that hold, by name; empty where the system has none. */
  readonly walls: readonly string[];
}

export interface Engine {
  readonly pid: number;
  /** Fulfilled when sealed and waiting; with null when it ended before that (see `exited`). */
  readonly ready: Promise<Ready | null>;
  /** Fulfilled once, when the process is gone and every message that it sent before was delivered. Never rejects. */
  readonly exited: Promise<EngineExit>;

  /** Messages go to `receive`, one at a time, in order; they wait until somebody listens. `ready` is not repeated. */
  listen(receive: (message: GuestMessage) => void): void;
  configure(config: EngineConfig): void;
  start(program: Program): void;
  /** Answers call `id` with a JSON text and bytes, which belong to the engine until `sent`, which may never come. Throws RangeError
   *  when they exceed a frame (`MAX_HEAD`, `MAX_FRAME`). After the engine's end: no effect. */
  result(id: number, head: string, body?: Uint8Array, sent?: () => void): void;
  /** Answers call `id` with an error: JSON of {name, code, message, kind?, resource?, remedy?}. */
  fail(id: number, head: string): void;
  /** The guest's next timer is due. */
  wake(): void;
  /** JSON of {event, payload}. */
  event(head: string): void;

  /** Frames sent so far, modulo 2³². An idle note that has seen fewer is out of date. */
  readonly sent: number;
  /** Bytes that wait because the guest does not read. Above 256 MiB the engine is ended as faulty. */
  readonly backlog: number;
  /** Fulfilled when `backlog` is low again, or the engine ended. */
  drained(): Promise<void>;
  /** Stops taking messages, so that the guest blocks when the channel is full (some 200 KiB). */
  pause(): void;
  resume(): void;

  /** Ends the process at once, whatever it does. No message is delivered afterwards. */
  kill(): void;
  /** CPU time of the process in ms (resolution 10 ms), or undefined where the system does not tell. */
  cpuTime(): number | undefined;
}
