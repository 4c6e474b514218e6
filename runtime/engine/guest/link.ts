/** The engine's end of the channel: blocking reads and writes on one inherited descriptor. The broker is trusted.
 *
 *  Calls and idle notes wait in a buffer until output is printed or the guest blocks, so that a burst costs one write. */

import { readSync, writeSync } from "node:fs";
import { encodeFrame, FrameDecoder, MAX_FRAME, type RawFrame } from "../channel.ts";
import { Patience } from "../patience.ts";
import { openGlance } from "./glance.ts";

/** The descriptor that the broker gives to the child. */
export const CHANNEL_FD = 3;

const READ_SIZE = 64 * 1024;
const FLUSH_AT = 32 * 1024;
/** One piece of a stream and its head: memory that is used for one after the other, where fresh memory would have to be collected. */
const PIECE_SIZE = 1024 * 1024 + 4096;

export class Link {
  readonly #decoder = new FrameDecoder(Buffer.allocUnsafeSlow(PIECE_SIZE));
  readonly #buffer = Buffer.allocUnsafeSlow(READ_SIZE);
  readonly #patience = new Patience();
  readonly #glance = openGlance(CHANNEL_FD);
  #waiting: Uint8Array[] = [];
  #size = 0;

  /** The next frame, or undefined when the broker is gone. Flushes when it would block. The body is good until the
   *  next call. */
  read(): RawFrame | undefined {
    for (;;) {
      const frame = this.#decoder.next();
      if (frame !== undefined) return frame;
      if (this.#decoder.fault !== null) return undefined;
      this.flush();
      const target = this.#decoder.target() ?? this.#buffer;
      const since = performance.now();
      this.#stayAwake(since);
      const count = readSync(CHANNEL_FD, target, 0, target.length, null);
      this.#patience.waited(performance.now() - since);
      if (count === 0) return undefined;
      this.#decoder.filled(target, count);
    }
  }

  /** Waits a moment without sleeping. */
  #stayAwake(since: number): void {
    const { ms } = this.#patience;
    if (this.#glance === undefined || ms === 0) return;
    while (!this.#glance() && performance.now() - since < ms);
  }

  /** Whether a frame is here already, so that reading would not block. */
  get hasMore(): boolean {
    return this.#decoder.hasWhole();
  }

  /** Throws RangeError when too large. */
  send(type: number, id: number, head: string, body?: Uint8Array): void {
    for (const part of encodeFrame(type, id, head, body)) {
      this.#waiting.push(part);
      this.#size += part.length;
    }
    if (this.#size >= FLUSH_AT) this.flush();
  }

  flush(): void {
    if (this.#size === 0) return;
    const whole = this.#waiting.length > 1 && this.#size <= FLUSH_AT * 2;
    const parts = whole ? [Buffer.concat(this.#waiting, this.#size)] : this.#waiting;
    this.#waiting = [];
    this.#size = 0;
    for (const part of parts) writeAll(part);
  }
}

/** Largest body that a call can carry beside a head of `head` bytes. */
export function roomFor(head: number): number {
  return MAX_FRAME - 9 - head;
}

function writeAll(bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(CHANNEL_FD, bytes, at, bytes.length - at);
}
