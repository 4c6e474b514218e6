/** The one channel between broker and engine: the frame layout, an incremental decoder that believes nothing, an
 *  encoder, and the broker's reading of what an engine says. A malformed byte becomes `fault`, never an exception.
 *
 *  Frame: u32le length of the rest · u8 type · u32le id · u32le head length · head (UTF-8 JSON) · body (raw bytes).
 *
 *  Knows nothing of processes, descriptors or operations. */

/** Longest frame after its length field, in bytes: a 64 MiB body plus its head. */
export const MAX_FRAME = 72 * 1024 * 1024;
/** Longest head, in bytes. */
export const MAX_HEAD = 16 * 1024 * 1024;

const PREFIX = 4;
const FIXED = 9;
/** A body up to this size is copied behind its head, so that one write carries both. */
const SMALL_BODY = 4096;
const EMPTY = new Uint8Array(0);

/** Engine → broker. The `id` of `call` is the guest's; of `out` the stream; of `idle` the number of frames taken. */
export const FROM_ENGINE = { ready: 1, call: 2, out: 3, idle: 4, fail: 5 } as const;
/** Broker → engine. */
export const TO_ENGINE = { config: 1, program: 2, result: 3, error: 4, wake: 5, event: 6 } as const;

/** A frame as it lies in memory. `body` may be a view of a larger buffer that the receiver now owns. */
export interface RawFrame {
  readonly type: number;
  readonly id: number;
  readonly head: string;
  readonly body: Uint8Array;
}

/** Cuts a byte stream into frames. Bytes that cannot be a frame set `fault`, after which nothing more comes out. */
export class FrameDecoder {
  fault: string | null = null;
  #rest: Uint8Array = EMPTY;
  #partial: Uint8Array | null = null;
  #filled = 0;
  readonly #again: Uint8Array | null;

  /** @param again memory for frames that come in parts; a body that lies in it is good until the next frame. What does not fit gets
   *  memory of its own, as everything does without it. */
  constructor(again: Uint8Array | null = null) {
    this.#again = again;
  }

  /** Frames may be views of `chunk`. */
  push(chunk: Uint8Array): void {
    let fresh = chunk;
    if (this.#partial !== null && this.#filled < this.#partial.length) {
      const take = Math.min(this.#partial.length - this.#filled, fresh.length);
      this.#partial.set(fresh.subarray(0, take), this.#filled);
      this.#filled += take;
      fresh = fresh.subarray(take);
    }
    if (fresh.length === 0) return;
    this.#rest = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]);
  }

  /** The next whole frame, or undefined until more bytes are pushed (or for ever, once `fault` is set). */
  next(): RawFrame | undefined {
    if (this.fault !== null) return undefined;
    if (this.#partial !== null) {
      if (this.#filled < this.#partial.length) return undefined;
      const whole = this.#partial;
      this.#partial = null;
      return this.#cut(whole);
    }
    const rest = this.#rest;
    if (rest.length < PREFIX) {
      // A copy, so that a reader may use its buffer again.
      if (rest.length > 0) this.#rest = Uint8Array.from(rest);
      return undefined;
    }
    const length = readU32(rest, 0);
    if (length < FIXED || length > MAX_FRAME) {
      this.fault = `frame length ${length}`;
      return undefined;
    }
    const end = PREFIX + length;
    if (rest.length >= end) {
      this.#rest = rest.length === end ? EMPTY : rest.subarray(end);
      return this.#cut(rest.subarray(PREFIX, end));
    }
    this.#partial =
      this.#again !== null && length <= this.#again.length
        ? this.#again.subarray(0, length)
        : Buffer.allocUnsafeSlow(length);
    this.#partial.set(rest.subarray(PREFIX), 0);
    this.#filled = rest.length - PREFIX;
    this.#rest = EMPTY;
    return undefined;
  }

  /** Where the rest of a large frame belongs, so that a reader can fill it without a copy. */
  target(): Uint8Array | undefined {
    return this.#partial === null ? undefined : this.#partial.subarray(this.#filled);
  }

  /** Takes `count` bytes read into `buffer`, which is `target()` or a buffer that stays as it is until `next` has
   *  given undefined. */
  filled(buffer: Uint8Array, count: number): void {
    if (this.#partial !== null && buffer.buffer === this.#partial.buffer) this.#filled += count;
    else this.push(buffer.subarray(0, count));
  }

  /** Whether `next` would give a frame (or find a fault). */
  hasWhole(): boolean {
    if (this.#partial !== null) return this.#filled === this.#partial.length;
    return this.#rest.length >= PREFIX && this.#rest.length >= PREFIX + readU32(this.#rest, 0);
  }

  #cut(frame: Uint8Array): RawFrame | undefined {
    const headLength = readU32(frame, 5);
    if (headLength > MAX_HEAD || headLength > frame.length - FIXED) {
      this.fault = `head length ${headLength}`;
      return undefined;
    }
    const bodyAt = FIXED + headLength;
    return {
      type: frame[0] ?? 0,
      id: readU32(frame, 1),
      head: headLength === 0 ? "" : textOf(frame, FIXED, bodyAt),
      body: frame.subarray(bodyAt),
    };
  }
}

/** The parts to write, in order, without a copy of a large `body`, which must stay as it is until written.
 *  Throws RangeError when head or frame exceed their limits. */
export function encodeFrame(type: number, id: number, head: string, body: Uint8Array = EMPTY): Uint8Array[] {
  const headLength = Buffer.byteLength(head);
  const length = FIXED + headLength + body.length;
  if (headLength > MAX_HEAD || length > MAX_FRAME) throw new RangeError("too large for one frame");
  const inline = body.length <= SMALL_BODY;
  const front = Buffer.allocUnsafe(PREFIX + FIXED + headLength + (inline ? body.length : 0));
  front.writeUInt32LE(length, 0);
  front.writeUInt8(type, 4);
  front.writeUInt32LE(id, 5);
  front.writeUInt32LE(headLength, 9);
  front.write(head, PREFIX + FIXED);
  if (!inline) return [front, body];
  front.set(body, PREFIX + FIXED + headLength);
  return [front];
}

/** Whether a message with this head and so many bytes of body can be sent as one frame. */
export const fitsFrame = (head: string, body: number): boolean => {
  const headLength = Buffer.byteLength(head);
  return headLength <= MAX_HEAD && FIXED + headLength + body <= MAX_FRAME;
};

function readU32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");
}
