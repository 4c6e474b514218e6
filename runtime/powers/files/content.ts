/** Bytes of one open file, in pieces that let limits strike early. Charges before anything is handed on; owns no descriptor. */
import type { Lease } from "../../core/powers.ts";
import type { Pin } from "./pin.ts";
import * as system from "./system.ts";

/** Between two pieces the lease is asked again. */
export const PIECE = 1024 * 1024;

/** On a local disk, up to this size, waiting in place costs less than handing the wait to another thread (10 against 25 µs). */
const SMALL = 64 * 1024;

const isSmall = (pin: Pin): boolean =>
  pin.fileSystem === "local" && pin.stats !== null && pin.stats.isFile() && pin.stats.size <= SMALL;

/** Being exchanged all the time. Trying again happens in place, with no other work of this process between. */
const MAX_TRIES = 8;

/** Opens the pinned thing for reading. */
export async function openToRead(pin: Pin): Promise<number> {
  if (pin.blocked !== null || pin.object === null) throw missing(pin);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const fd =
      tries > 0 || isSmall(pin)
        ? system.openSync(pin.object, system.openFlags.read)
        : await system.open(pin.object, system.openFlags.read);
    if (pin.isOpenAs(fd)) return fd;
    system.closeSync(fd);
  }
  throw Object.assign(new Error("exchanged"), { code: "ESTALE" });
}

export const missing = (pin: Pin): Error =>
  Object.assign(new Error("missing"), { code: pin.blocked ?? "ENOENT" });

async function fill(fd: number, into: Uint8Array, small: boolean): Promise<number> {
  return small ? system.readSync(fd, into, 0, into.byteLength, null) : system.read(fd, into, null);
}

/** A regular file: its size is known and charged at once. What grows meanwhile is not followed. */
export async function readSized(fd: number, size: number, lease: Lease): Promise<Uint8Array> {
  lease.spend(size, "in");
  const bytes = Buffer.allocUnsafeSlow(size);
  let used = 0;
  while (used < size) {
    const piece = bytes.subarray(used, Math.min(size, used + PIECE));
    const count = await fill(fd, piece, size <= SMALL && piece.byteLength === size);
    lease.alive();
    if (count === 0) break;
    used += count;
  }
  return bytes.subarray(0, used);
}

/** Anything that does not tell its size: devices, files of the kernel. undefined: there was more than `max`. */
export async function readUnsized(fd: number, max: number, lease: Lease): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let used = 0;
  for (;;) {
    const piece = Buffer.allocUnsafeSlow(Math.min(SMALL, max - used + 1));
    const count = await system.read(fd, piece, null);
    lease.alive();
    if (count === 0) return Buffer.concat(pieces, used);
    used += count;
    if (used > max) return undefined;
    lease.spend(count, "in");
    pieces.push(piece.subarray(0, count));
  }
}
