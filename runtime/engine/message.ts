/** What an engine may say to its broker, read from raw frames. The engine is untrusted: every field is checked for
 *  type and size here, once, and anything else is a `Fault`. Meaning (may it? does the operation exist?) is not
 *  judged here. */

import { FROM_ENGINE, type RawFrame } from "./channel.ts";
import { isIntricate } from "./structure.ts";

/** Why a guest's run is over, in the guest's words; texts are clipped. */
export interface GuestError {
  readonly name: string;
  readonly message: string;
  /** Frames, one a line: raw, with bundled positions, unless `mapped`. */
  readonly stack: string;
  /** The frames name places in the sources already, or claim to. */
  readonly mapped?: true;
  readonly code?: string;
  readonly kind: GuestErrorKind;
  /** The `cause`, as text. */
  readonly cause?: string;
  /** Own properties that a denial carries. */
  readonly resource?: string;
  readonly remedy?: string;
}

/** Stands for arguments that nobody looks at. */
export const INTRICATE: unique symbol = Symbol("intricate");

export type GuestErrorKind = (typeof KINDS)[number];
const KINDS = ["uncaught", "rejection", "syntax", "memory", "stack", "engine", "import"] as const;

export type GuestMessage =
  /** The instance is up and the process sealed; `walls` names what holds. */
  | { readonly type: "ready"; readonly walls: readonly string[]; readonly pid: number }
  /** `id` is the guest's choice: it may repeat, the receiver decides what that means. `body` may be empty. `args` is `INTRICATE` when
   *  they hold more than any call needs; then nothing of them was built. */
  | {
      readonly type: "call";
      readonly id: number;
      readonly op: string;
      readonly args: unknown;
      readonly at?: string;
      readonly body: Uint8Array;
    }
  | { readonly type: "out"; readonly stream: 1 | 2; readonly bytes: Uint8Array }
  /** All jobs ran; the guest blocks until a frame arrives. `wake`: ms until its next timer. `refs`: what keeps it
   *  alive besides pending calls and timers. `seen`: frames that it had received by then, modulo 2³²; when more were sent,
   *  it is not idle. */
  | {
      readonly type: "idle";
      readonly seen: number;
      readonly main: "pending" | "done";
      readonly wake: number | null;
      readonly refs: number;
    }
  | { readonly type: "fail"; readonly error: GuestError };

export interface Fault {
  readonly type: "fault";
  readonly reason: string;
}

/** Longest operation name and call-site stack, in UTF-16 units. */
const MAX_OP = 128;
const MAX_AT = 16 * 1024;
/** Longest name, message and stack kept of a guest's error, in UTF-16 units. */
const CLIP = { name: 256, message: 16 * 1024, stack: 64 * 1024, cause: 16 * 1024, code: 64, word: 4096 };

export function readMessage(frame: RawFrame): GuestMessage | Fault {
  switch (frame.type) {
    case FROM_ENGINE.out:
      if (frame.id !== 1 && frame.id !== 2) return fault(`output stream ${frame.id}`);
      return { type: "out", stream: frame.id, bytes: frame.body };
    case FROM_ENGINE.call:
      return withHead(frame, readCall);
    case FROM_ENGINE.idle:
      return withHead(frame, readIdle);
    case FROM_ENGINE.ready:
      return withHead(frame, readReady);
    case FROM_ENGINE.fail:
      return withHead(frame, readFail);
    default:
      return fault(`frame type ${frame.type}`);
  }
}

type Head = { readonly [key: string]: unknown };

function withHead(frame: RawFrame, read: (head: Head, frame: RawFrame) => GuestMessage | Fault) {
  if (isIntricate(frame.head)) {
    const op = /^\{"op":"([\w.]{1,128})"/.exec(frame.head)?.[1];
    if (frame.type !== FROM_ENGINE.call || op === undefined) return fault("more than any message needs");
    return { type: "call" as const, id: frame.id, op, args: INTRICATE, body: frame.body };
  }
  let head: unknown;
  try {
    head = JSON.parse(frame.head);
  } catch {
    return fault(`head of frame type ${frame.type} is not JSON`);
  }
  return isRecord(head) ? read(head, frame) : fault(`head of frame type ${frame.type} is not an object`);
}

function readCall({ op, args, at }: Head, { id, body }: RawFrame): GuestMessage | Fault {
  if (typeof op !== "string" || op.length > MAX_OP) return fault("operation name");
  if (at !== undefined && typeof at !== "string") return fault("call site");
  return at === undefined
    ? { type: "call", id, op, args, body }
    : { type: "call", id, op, args, at: at.slice(0, MAX_AT), body };
}

function readIdle({ main, wake, refs }: Head, { id }: RawFrame): GuestMessage | Fault {
  if (main !== "pending" && main !== "done") return fault("idle.main");
  if (wake !== null && !isCount(wake)) return fault("idle.wake");
  if (!isCount(refs)) return fault("idle.refs");
  return { type: "idle", seen: id, main, wake, refs };
}

function readReady({ walls, pid }: Head): GuestMessage | Fault {
  if (!Array.isArray(walls) || !walls.every((wall) => typeof wall === "string")) return fault("ready.walls");
  if (!isCount(pid)) return fault("ready.pid");
  return { type: "ready", walls, pid };
}

function readFail({ error }: Head): GuestMessage | Fault {
  if (!isRecord(error)) return fault("fail.error");
  const kind = KINDS.find((known) => known === error.kind);
  if (kind === undefined) return fault("fail.error.kind");
  return {
    type: "fail",
    error: {
      name: clip(error.name, CLIP.name) ?? "Error",
      message: clip(error.message, CLIP.message) ?? "",
      stack: clip(error.stack, CLIP.stack) ?? "",
      kind,
      ...(error.mapped === true ? { mapped: true } : {}),
      ...optional("code", clip(error.code, CLIP.code)),
      ...optional("cause", clip(error.cause, CLIP.cause)),
      ...optional("resource", clip(error.resource, CLIP.word)),
      ...optional("remedy", clip(error.remedy, CLIP.word)),
    },
  };
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string });
}

function clip(value: unknown, limit: number): string | undefined {
  return typeof value === "string" ? value.slice(0, limit) : undefined;
}

function isRecord(value: unknown): value is Head {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A finite number from 0 up. */
function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

function fault(reason: string): Fault {
  return { type: "fault", reason };
}
