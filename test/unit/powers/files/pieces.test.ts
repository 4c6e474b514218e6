import { describe, expect, test } from "vitest";
import { Pieces } from "../../../../runtime/powers/files/pieces.ts";

const PIECE = 1024 * 1024;

describe("memory of a stream's pieces", () => {
  test("comes again once it was given back", () => {
    const pieces = new Pieces();
    const first = pieces.take(PIECE);
    first.back();
    expect(pieces.take(PIECE).bytes).toBe(first.bytes);
  });

  test("is not given out while somebody may still look at it", () => {
    const pieces = new Pieces();
    expect(pieces.take(PIECE).bytes.buffer).not.toBe(pieces.take(PIECE).bytes.buffer);
  });

  test("given back twice is not given out twice", () => {
    const pieces = new Pieces();
    const first = pieces.take(PIECE);
    first.back();
    first.back();
    expect(pieces.take(PIECE).bytes.buffer).not.toBe(pieces.take(PIECE).bytes.buffer);
  });

  test("given back late, by whoever had it before, is not taken from who has it now", () => {
    const pieces = new Pieces();
    const first = pieces.take(PIECE);
    first.back();
    const second = pieces.take(PIECE);
    first.back();
    expect(pieces.take(PIECE).bytes.buffer).not.toBe(second.bytes.buffer);
  });

  test.each([0, 1, PIECE - 1, PIECE + 1])("of another size (%i) is not kept", (size) => {
    const pieces = new Pieces();
    const { bytes, back } = pieces.take(size);
    expect(bytes.byteLength).toBe(size);
    back();
    expect(pieces.take(PIECE).bytes.buffer).not.toBe(bytes.buffer);
  });

  test("is held for a few pieces only", () => {
    const pieces = new Pieces();
    const out = Array.from({ length: 10 }, () => pieces.take(PIECE));
    for (const { back } of out) back();
    const known = new Set(out.map(({ bytes }) => bytes));
    const again = Array.from({ length: 10 }, () => pieces.take(PIECE).bytes);
    expect(again.filter((bytes) => known.has(bytes))).toHaveLength(4);
  });
});
