/** Files open in place. The position is kept here; calls on one file run one after the other, in the order in which they came. */
import type { FileInfo, FileOpener, Lease, Lent, OpenFile, OpenOptions } from "../../core/powers.ts";
import { openToRead } from "./content.ts";
import { type Doing, errno, failure, refusal } from "./failure.ts";
import { Pieces } from "./pieces.ts";
import { whileHeld } from "./pin.ts";
import { infoOf, ReadAccess } from "./read.ts";
import * as system from "./system.ts";
import { WriteAccess } from "./write.ts";

interface Sides {
  readonly read: Lease | null;
  readonly write: Lease | null;
}

class FileInPlace implements OpenFile {
  #fd: number | null;
  #position = 0;
  #last: Promise<unknown> = Promise.resolve();
  readonly #pieces = new Pieces();
  readonly #sides: Sides;
  readonly #append: boolean;
  readonly #words: string;

  constructor(fd: number, sides: Sides, append: boolean, words: string) {
    this.#fd = fd;
    this.#sides = sides;
    this.#append = append;
    this.#words = words;
  }

  /** Waits for the calls before it, then runs with the open descriptor. */
  #turn<T>(doing: Doing, work: (fd: number) => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      if (this.#fd === null) throw refusal("E_INVALID", doing, this.#words, "the file was closed");
      try {
        return await work(this.#fd);
      } catch (error) {
        throw failure(error, doing, this.#words);
      }
    };
    const turn = this.#last.then(run, run);
    this.#last = turn.catch(() => {});
    return turn;
  }

  #side(which: "read" | "write"): Lease {
    const lease = this.#sides[which];
    if (!lease) throw refusal("E_INVALID", which, this.#words, `it was not opened to ${which}`);
    lease.alive();
    return lease;
  }

  read(max: number): Promise<Lent> {
    return this.#turn("read", async (fd) => {
      const lease = this.#side("read");
      const left = this.#left(fd, max);
      await lease.room(left);
      const { bytes, back } = this.#pieces.take(left);
      const count = left === 0 ? 0 : await system.read(fd, bytes, this.#seekable(fd) ? this.#position : null);
      lease.alive();
      if (count > 0) lease.spend(count, "in");
      this.#position += count;
      return { bytes: bytes.subarray(0, count), back };
    });
  }

  /** No larger buffer than there are bytes. */
  #left(fd: number, max: number): number {
    const stats = system.fstatSync(fd);
    if (!stats.isFile() || stats.size === 0) return max;
    return Math.max(0, Math.min(max, stats.size - this.#position));
  }

  #seekable(fd: number): boolean {
    return system.fstatSync(fd).isFile();
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#turn("write", async (fd) => {
      const lease = this.#side("write");
      lease.spend(bytes.byteLength, "out");
      const at = this.#append || !this.#seekable(fd) ? null : this.#position;
      await system.write(fd, bytes, at);
      this.#position = at === null ? system.fstatSync(fd).size : at + bytes.byteLength;
      return bytes.byteLength;
    });
  }

  seek(offset: number, from: "start" | "current" | "end"): Promise<number> {
    return this.#turn("read", async (fd) => {
      this.#any();
      const base = from === "start" ? 0 : from === "current" ? this.#position : system.fstatSync(fd).size;
      const to = base + offset;
      if (!Number.isSafeInteger(to) || to < 0)
        throw refusal("E_INVALID", "read", this.#words, "the position would be before the start");
      this.#position = to;
      return to;
    });
  }

  stat(): Promise<FileInfo> {
    return this.#turn("look at", async (fd) => {
      this.#side("read");
      return infoOf(system.fstatSync(fd));
    });
  }

  truncate(size: number): Promise<void> {
    return this.#turn("write", async (fd) => {
      this.#side("write");
      await system.ftruncate(fd, size);
    });
  }

  #any(): void {
    for (const lease of [this.#sides.read, this.#sides.write]) lease?.alive();
  }

  close(): Promise<void> {
    const end = async (): Promise<void> => {
      if (this.#fd !== null) system.closeSync(this.#fd);
      this.#fd = null;
    };
    this.#last = this.#last.then(end, end);
    return this.#last as Promise<void>;
  }
}

async function openBoth(read: ReadAccess | null, write: WriteAccess, options: OpenOptions): Promise<number> {
  const { openFlags } = system;
  const { stats, blocked } = write.pin;
  if (stats?.isDirectory()) throw errno("EISDIR");
  if (stats?.isSocket()) throw errno("EINVAL");
  if (stats && options.createNew) throw errno("EEXIST");
  if (blocked !== null) throw errno(blocked);
  if (read && (read.pin.canonical !== write.pin.canonical || !sameFile(read.pin.stats, stats)))
    throw errno("ESTALE");
  const flags = (read ? openFlags.both : openFlags.write) | (options.append ? openFlags.append : 0);
  const fd = await write.openInPlace(flags, {
    create: options.create || options.createNew,
    ...(options.mode === undefined ? {} : { mode: options.mode }),
  });
  try {
    if (options.truncate && system.fstatSync(fd).isFile()) await system.ftruncate(fd, 0);
    return fd;
  } catch (error) {
    system.closeSync(fd);
    throw error;
  }
}

const sameFile = (a: system.Stats | null, b: system.Stats | null): boolean =>
  a && b ? a.dev === b.dev && a.ino === b.ino : a === b;

export const opener: FileOpener = {
  async open(sides, options) {
    const read = sides.read instanceof ReadAccess ? sides.read : null;
    const write = sides.write instanceof WriteAccess ? sides.write : null;
    const words = (write ?? read)?.words ?? "";
    // A side that stands for something hidden answers as what is not there.
    if (sides.read && !read) await sides.read.stat();
    if (!read && !write)
      throw refusal("E_INVALID", "open", words, "neither reading nor writing was asked for");
    read?.lease.alive();
    write?.lease.alive();
    try {
      const fd = write
        ? await whileHeld(write.pin, () => openBoth(read, write, options))
        : await whileHeld((read as ReadAccess).pin, () => openReadable(read as ReadAccess));
      return new FileInPlace(
        fd,
        { read: read?.lease ?? null, write: write?.lease ?? null },
        options.append,
        words,
      );
    } catch (error) {
      throw failure(error, "open", words);
    }
  },
};

async function openReadable(read: ReadAccess): Promise<number> {
  if (read.pin.stats?.isDirectory()) throw errno("EISDIR");
  if (read.pin.stats?.isSocket()) throw errno("EINVAL");
  return openToRead(read.pin);
}
