/** An instance's memory right after its start, as bytes that a later process puts into a fresh memory instead of starting
 *  again. Made at build time, in a run whose clock stands still; holds nothing of a host, a program or a random number.
 *
 *  Layout: u32le length of the description · the description (JSON) · the bytes of its segments, one after the other.
 *  Only for the very module and prelude that it was taken from: the build makes all three together. */

/** Where the parts of an instance lie in its memory. */
export interface Places {
  readonly runtime: number;
  readonly context: number;
  readonly undefined: number;
  readonly null: number;
  /** Room for results of C functions, and for the pointers to a call's arguments. */
  readonly cell: number;
  /** Index of the rejection hook in the function table. */
  readonly hook: number;
}

interface Description {
  readonly places: Places;
  /** Values of the glue's functions, by name. */
  readonly glue: { readonly [name: string]: number };
  /** Names of the host's functions, in the order of their numbers. */
  readonly natives: readonly string[];
  /** Address of the 64-bit state of `Math.random`. */
  readonly random: number;
  /** Pairs of address and length. */
  readonly segments: readonly (readonly [address: number, length: number])[];
}

export interface Image extends Description {
  readonly bytes: Uint8Array;
}

/** A run of zeros of this many bytes ends a segment. */
const GAP = 4096;

/** What is not zero in `memory`, described. */
export function encodeImage(memory: Uint8Array, about: Omit<Description, "segments">): Uint8Array {
  const segments = segmentsOf(memory);
  const description = Buffer.from(JSON.stringify({ ...about, segments } satisfies Description));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(description.length);
  const parts = segments.map(([at, size]) => memory.subarray(at, at + size));
  return Buffer.concat([length, description, ...parts]);
}

/** `bytes` come from the executable, and are trusted as its code is. */
export function decodeImage(bytes: Uint8Array): Image {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + view.readUInt32LE(0);
  const description = JSON.parse(view.toString("utf8", 4, end)) as Description;
  return { ...description, bytes: bytes.subarray(end) };
}

/** Fills a fresh memory. @throws RangeError when it is too small. */
export function restoreImage({ bytes, segments, random }: Image, memory: Uint8Array): void {
  let from = 0;
  for (const [at, size] of segments) {
    memory.set(bytes.subarray(from, from + size), at);
    from += size;
  }
  // Never all zero, where the generator would stay.
  const words = [Math.random(), Math.random()].map((number) => (number * 0x1_0000_0000) | 1);
  memory.set(new Uint8Array(Int32Array.from(words).buffer), random);
}

function segmentsOf(memory: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < memory.length; at += GAP) {
    const block = memory.subarray(at, at + GAP);
    if (block.every((byte) => byte === 0)) continue;
    const last = found.at(-1);
    if (last !== undefined && last[0] + last[1] === at) last[1] += block.length;
    else found.push([at, block.length]);
  }
  return found;
}
