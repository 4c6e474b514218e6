/** A run that is the same each time: clock, randomness and timers follow from a seed. Virtual time starts at the same
 *  moment in every run and moves only when the run would sleep: then it jumps to the next timer. */
import { connectTimers, host, primordials } from "sbx:chunk/boot";
import { drawFrom } from "sbx:chunk/crypto";

const { construct, defineProperty, stringify, Uint8Array, floor } = primordials;
const RealDate = primordials.Date;

/** 2000-01-01T00:00:00Z. */
const EPOCH = 946_684_800_000;

export function install(seed: string): void {
  let time = 0;
  connectTimers(
    () => time,
    (to) => {
      time = to;
    },
  );
  installClock(
    () => EPOCH + floor(time),
    () => time,
  );
  installRandom(seed);
}

function installClock(wall: () => number, now: () => number): void {
  const VirtualDate = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(wall()).toString();
    const given = args.length === 0 ? [wall()] : args;
    return construct(RealDate, given, new.target === VirtualDate ? RealDate : new.target);
  };
  for (const name of ["parse", "UTC"] as const) {
    defineProperty(VirtualDate, name, { value: RealDate[name], writable: true, configurable: true });
  }
  defineProperty(VirtualDate, "now", { value: () => wall(), writable: true, configurable: true });
  defineProperty(VirtualDate, "name", { value: "Date", configurable: true });
  defineProperty(VirtualDate, "length", { value: 7, configurable: true });
  defineProperty(VirtualDate, "prototype", { value: RealDate.prototype, writable: false });
  defineProperty(RealDate.prototype, "constructor", {
    value: VirtualDate,
    writable: true,
    configurable: true,
  });
  defineProperty(globalThis, "Date", { value: VirtualDate, writable: true, configurable: true });
  const clock = {};
  defineProperty(clock, "now", {
    value: () => now(),
    writable: true,
    configurable: true,
    enumerable: true,
  });
  defineProperty(clock, "timeOrigin", { value: EPOCH, configurable: true, enumerable: true });
  defineProperty(globalThis, "performance", { value: clock, writable: true, configurable: true });
}

/** xoshiro128**, seeded by the SHA-256 of the seed. */
function generator(seed: string): () => number {
  const utf8 = host.pure("text.encode", stringify(seed)) as ArrayBuffer;
  const words = new Uint32Array(host.pure("crypto.digest", "SHA-256", utf8) as ArrayBuffer);
  let a = (words[0] as number) | 1;
  let b = words[1] as number;
  let c = words[2] as number;
  let d = words[3] as number;
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  return () => {
    const result = imul(rotate(imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result >>> 0;
  };
}
const { imul } = Math;

function installRandom(seed: string): void {
  const forMath = generator(`math ${seed}`);
  const forBytes = generator(`bytes ${seed}`);
  defineProperty(Math, "random", {
    value: () => ((forMath() >>> 5) * 67_108_864 + (forMath() >>> 6)) / 9_007_199_254_740_992,
    writable: true,
    configurable: true,
  });
  drawFrom((length) => {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = forBytes() & 255;
    return bytes;
  });
}
