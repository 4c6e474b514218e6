import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeFrame,
  FrameDecoder,
  MAX_FRAME,
  MAX_HEAD,
  type RawFrame,
} from "../../../runtime/engine/channel.ts";

const frame = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  id: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  head: fc.string({ unit: "grapheme", maxLength: 40 }),
  body: fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ minLength: 4000, maxLength: 9000 })),
});

const bytesOf = (frames: readonly RawFrame[]) =>
  Buffer.concat(frames.flatMap(({ type, id, head, body }) => encodeFrame(type, id, head, body)));

const plain = ({ type, id, head, body }: RawFrame) => ({
  type,
  id,
  head,
  body: Buffer.from(body).toString("hex"),
});

function decodeAll(
  chunks: readonly Uint8Array[],
  decoder = new FrameDecoder(),
): {
  frames: ReturnType<typeof plain>[];
  fault: string | null;
} {
  const frames: ReturnType<typeof plain>[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) frames.push(plain(next));
  }
  return { frames, fault: decoder.fault };
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) =>
    Uint8Array.from(bytes.subarray(from, places[index] ?? bytes.length)),
  );
}

function header(length: number, headLength = 0): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(headLength, 9);
  return bytes;
}

describe("frames", () => {
  test("come back as they were sent, however the bytes are split", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (frames, cuts) => {
          expect(decodeAll(split(bytesOf(frames), cuts))).toEqual({ frames: frames.map(plain), fault: null });
        },
      ),
      { numRuns: 300 },
    );
  });

  test("come back through memory that is used again, whether they fit into it or not", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (frames, cuts) => {
          const decoder = new FrameDecoder(new Uint8Array(6000));
          expect(decodeAll(split(bytesOf(frames), cuts), decoder)).toEqual({
            frames: frames.map(plain),
            fault: null,
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  test("come back when every byte arrives alone", () => {
    const frames = [
      { type: 2, id: 7, head: '{"op":"ä"}', body: Buffer.from("body") },
      { type: 3, id: 1, head: "", body: Buffer.alloc(5000, 9) },
    ];
    const single = [...bytesOf(frames)].map((byte) => Uint8Array.of(byte));
    expect(decodeAll(single).frames).toEqual(frames.map(plain));
  });

  test("fill a buffer of the reader's own, which may be used again", () => {
    const frames = [
      { type: 1, id: 1, head: "a", body: Buffer.alloc(200_000, 1) },
      { type: 2, id: 2, head: "b", body: Buffer.alloc(10, 2) },
      { type: 3, id: 3, head: "c", body: Buffer.alloc(70_000, 3) },
    ];
    const source = bytesOf(frames);
    const decoder = new FrameDecoder();
    const own = Buffer.alloc(4096);
    const seen: ReturnType<typeof plain>[] = [];
    for (let at = 0; at < source.length; ) {
      for (let next = decoder.next(); next !== undefined; next = decoder.next()) seen.push(plain(next));
      const target = decoder.target() ?? own;
      const count = Math.min(target.length, 4096, source.length - at);
      target.set(source.subarray(at, at + count));
      decoder.filled(target, count);
      at += count;
    }
    expect(decoder.hasWhole()).toBe(true);
    seen.push(...[decoder.next()].filter((next) => next !== undefined).map(plain));
    expect(seen).toEqual(frames.map(plain));
  });
});

describe("what cannot be a frame becomes a fault, not an exception", () => {
  const cases = [
    { why: "a length below the fixed part", bytes: header(8), fault: /length 8/ },
    { why: "a length above the maximum", bytes: header(MAX_FRAME + 1), fault: /frame length/ },
    { why: "the largest length a field can say", bytes: header(0xffffffff), fault: /frame length/ },
    { why: "a head longer than its frame", bytes: header(9, 1), fault: /head length 1/ },
    { why: "a head longer than the maximum", bytes: header(9, MAX_HEAD + 1), fault: /head length/ },
  ];
  test.each(cases)("$why", ({ bytes, fault }) => {
    const seen = decodeAll([bytes, header(9)]);
    expect(seen.frames).toEqual([]);
    expect(seen.fault).toMatch(fault);
  });

  test("any bytes at all", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (chunks) => {
        decodeAll(chunks);
      }),
    );
  });

  test("a frame that is too large is refused by the sender", () => {
    expect(() => encodeFrame(1, 1, "x".repeat(MAX_HEAD + 1))).toThrow(RangeError);
    expect(() => encodeFrame(1, 1, "", new Uint8Array(MAX_FRAME))).toThrow(RangeError);
  });
});
