/** Read access to one pinned file or folder, for as long as its lease lives. */
import type { PathTarget } from "../../core/capability.ts";
import type {
  FileInfo,
  FileWatcher,
  FolderCursor,
  FolderEntry,
  Lease,
  ReadPower,
  WatchOptions,
} from "../../core/powers.ts";
import { missing, openToRead, readSized, readUnsized } from "./content.ts";
import { type Doing, failure, refusal } from "./failure.ts";
import { type Pin, type PinnedPath, whileHeld } from "./pin.ts";
import { SortedEntries } from "./sorted.ts";
import * as system from "./system.ts";
import { Watch } from "./watch.ts";

/** A listing is sorted, so all of it is held at once: about 150 MB at this size. It counts for all listings of this process that are
 *  open at a time. */
const MAX_ENTRIES = 1_000_000;
let held = 0;

export function infoOf(stats: system.Stats): FileInfo {
  const time = (ms: number): number | null => (Number.isFinite(ms) && ms > 0 ? ms : null);
  return {
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    isSymlink: stats.isSymbolicLink(),
    size: stats.size,
    mtime: Number.isFinite(stats.mtimeMs) ? stats.mtimeMs : null,
    atime: Number.isFinite(stats.atimeMs) ? stats.atimeMs : null,
    birthtime: time(stats.birthtimeMs),
    mode: stats.mode & 0o7777,
  };
}

/** By code unit, as JavaScript compares strings. */
export class ReadAccess implements ReadPower {
  readonly pin: Pin;
  readonly lease: Lease;
  readonly words: string;
  readonly target: PathTarget;

  constructor(target: PinnedPath, pin: Pin, lease: Lease) {
    this.pin = pin;
    this.lease = lease;
    this.words = target.words;
    this.target = target;
  }

  /** Runs a step with the pin held and errors put into the plugin's words. */
  async #step<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
    this.lease.alive();
    try {
      return await whileHeld(this.pin, work);
    } catch (error) {
      throw failure(error, doing, this.words);
    }
  }

  bytes(max: number): Promise<Uint8Array> {
    return this.#step("read", () =>
      this.withOpen(async (fd, stats) => {
        if (!stats.isFile()) return (await readUnsized(fd, max, this.lease)) ?? this.tooLarge(max);
        if (stats.size > max) return this.tooLarge(max);
        if (stats.size > 0) {
          await this.lease.room(stats.size);
          return readSized(fd, stats.size, this.lease);
        }
        return (await readUnsized(fd, max, this.lease)) ?? this.tooLarge(max);
      }),
    );
  }

  /** The file, open for reading while `work` runs. @throws E_INVALID for a folder */
  async withOpen<T>(work: (fd: number, stats: system.Stats) => Promise<T>): Promise<T> {
    if (this.pin.stats?.isDirectory()) throw refusal("E_INVALID", "read", this.words, "it is a folder");
    if (this.pin.stats?.isSocket()) throw refusal("E_INVALID", "read", this.words, "it is a socket");
    const fd = await openToRead(this.pin).catch((error) => {
      throw failure(error, "read", this.words);
    });
    try {
      this.lease.alive();
      return await work(fd, system.fstatSync(fd));
    } finally {
      system.closeSync(fd);
    }
  }

  tooLarge(max: number): never {
    throw refusal("E_LIMIT_BYTES", "read", this.words, `it is larger than ${max} bytes`);
  }

  stat(): Promise<FileInfo> {
    return this.#step("look at", async () => {
      if (this.pin.blocked !== null || this.pin.stats === null) throw missing(this.pin);
      return infoOf(this.pin.stats);
    });
  }

  async exists(): Promise<boolean> {
    this.lease.alive();
    return this.pin.blocked === null && this.pin.stats !== null;
  }

  realPath(): string {
    this.lease.alive();
    if (this.pin.blocked !== null || this.pin.stats === null)
      throw failure(missing(this.pin), "look at", this.words);
    return this.pin.canonical;
  }

  #entryTarget(found: system.Dirent): PathTarget {
    const { lexical, canonical, words } = this.target;
    const type = found.isDirectory() ? "folder" : found.isSymbolicLink() ? "link" : "file";
    const under = (path: string): string => (path.endsWith("/") ? path : `${path}/`) + found.name;
    return {
      kind: "read",
      words,
      lexical: under(lexical),
      canonical: under(canonical),
      entry: true,
      tree: false,
      type,
    };
  }

  watch(options: WatchOptions): Promise<FileWatcher> {
    return this.#step("watch", () => Watch.start(this, this.target, options));
  }

  list(): Promise<FolderCursor> {
    return this.#step("list", async () => {
      if (this.pin.blocked !== null || this.pin.object === null) throw missing(this.pin);
      if (!this.pin.stats?.isDirectory()) throw Object.assign(new Error("no folder"), { code: "ENOTDIR" });
      const hides = this.lease.hides();
      const entries = new SortedEntries();
      try {
        for await (const found of await system.opendir(this.pin.object, { bufferSize: 1024 })) {
          if (held >= MAX_ENTRIES)
            throw refusal("E_LIMIT_BYTES", "list", this.words, `more than ${MAX_ENTRIES} entries at once`);
          if (entries.size % 1024 === 0) this.lease.alive();
          if (hides?.(this.#entryTarget(found))) continue;
          held += 1;
          entries.add({
            name: found.name,
            isFile: found.isFile(),
            isDirectory: found.isDirectory(),
            isSymlink: found.isSymbolicLink(),
          });
        }
      } catch (error) {
        held -= entries.size;
        throw error;
      }
      return new SortedCursor(entries.finish(), this.lease);
    });
  }
}

class SortedCursor implements FolderCursor {
  readonly #entries: SortedEntries;
  readonly #lease: Lease;

  constructor(entries: SortedEntries, lease: Lease) {
    this.#entries = entries;
    this.#lease = lease;
  }

  async next(max: number): Promise<readonly FolderEntry[]> {
    try {
      this.#lease.alive();
      const page = this.#entries.take(max);
      let bytes = 0;
      for (const { name } of page) bytes += Buffer.byteLength(name);
      if (bytes > 0) this.#lease.spend(bytes, "in");
      return page;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    held -= this.#entries.size;
    this.#entries.clear();
  }
}
