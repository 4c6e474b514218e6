/** The file calls of the system that the powers use, as promises over bare descriptors, with the flags that keep them from blocking.
 *  Knows nothing of grants, targets or words; throws what the system throws. */
import * as fs from "node:fs";
import { promisify } from "node:util";

const { constants } = fs;

/** A descriptor that names a thing without opening it: no permission, no side effect, no waiting for a device. Linux only. */
export const O_PATH = 0o10000000;
export const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;
export const O_DIRECTORY = constants.O_DIRECTORY ?? 0;
const O_CALM = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** Never waits for a FIFO's other side and never takes a terminal. */
export const openFlags = {
  read: constants.O_RDONLY | O_CALM,
  write: constants.O_WRONLY | O_CALM,
  both: constants.O_RDWR | O_CALM,
  append: constants.O_APPEND,
  /** The name must be new, and must not be a link. */
  fresh: constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW,
} as const;

export type Stats = fs.Stats;
export type Dirent = fs.Dirent;

export const open = promisify(fs.open) as (
  path: string | Buffer,
  flags: number,
  mode?: number,
) => Promise<number>;
export const stat = promisify(fs.stat) as (path: string) => Promise<Stats>;
export const lstat = promisify(fs.lstat) as (path: string) => Promise<Stats>;
export const readlink = promisify(fs.readlink) as (path: string) => Promise<string>;
export const realpath = promisify(fs.realpath.native) as (path: string) => Promise<string>;
export const rename = promisify(fs.rename);
export const link = promisify(fs.link);
export const unlink = promisify(fs.unlink);
export const rmdir = promisify(fs.rmdir) as (path: string | Buffer) => Promise<void>;
export const mkdir = promisify(fs.mkdir) as (path: string, mode: number) => Promise<void>;
export const ftruncate = promisify(fs.ftruncate) as (fd: number, size: number) => Promise<void>;
export const opendir = promisify(fs.opendir) as (
  path: string,
  options: { bufferSize: number },
) => Promise<fs.Dir>;

/** The same with names as the disk has them. */
export const opendirBytes = (
  path: string,
  options: { bufferSize: number },
): Promise<AsyncIterable<fs.Dirent<Buffer>>> =>
  opendir(path, { ...options, encoding: "buffer" } as never) as Promise<unknown> as Promise<
    AsyncIterable<fs.Dirent<Buffer>>
  >;

/** Names in a folder of which the system says that something happened to them; null where it gives none. Ends with `close`, and keeps
 *  the process alive no longer than that. */
export const watch = (path: string, heard: (name: string | null) => void): fs.FSWatcher =>
  fs.watch(path, { persistent: false }, (_, name) => heard(name));

/** On descriptors these wait for no disk. */
export const { closeSync, fstatSync, fchmodSync, fchownSync, readlinkSync, openSync, readSync } = fs;
export const { accessSync, statSync, lstatSync, realpathSync } = fs;
export const W_OK = constants.W_OK;

/** Bytes read into `into`, at most its length; 0 at the end. `position` null: from the descriptor's own. */
export const read = (fd: number, into: Uint8Array, position: number | null): Promise<number> =>
  new Promise((resolve, reject) =>
    fs.read(fd, into, 0, into.byteLength, position, (error, count) =>
      error ? reject(error) : resolve(count),
    ),
  );

const writeSome = (fd: number, bytes: Uint8Array, position: number | null): Promise<number> =>
  new Promise((resolve, reject) =>
    fs.write(fd, bytes, 0, bytes.byteLength, position, (error, count) =>
      error ? reject(error) : resolve(count),
    ),
  );

/** Writes all of `bytes`. `position` null: at the descriptor's own, or at the end for append. */
export async function write(fd: number, bytes: Uint8Array, position: number | null): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const at = position === null ? null : position + done;
    done += await writeSome(fd, bytes.subarray(done), at);
  }
}

export const errnoOf = (error: unknown): string | undefined =>
  (error as NodeJS.ErrnoException | undefined)?.code;

/** What kind of file system a device number stands for, asked once each: a number keeps its meaning while it is mounted. */
export type FileSystem = "local" | "remote" | "kernel" | "processes";
const fileSystems = new Map<number, FileSystem>();

/** statfs magic numbers (statfs(2), linux/magic.h). Everything else may wait for a network or another process. */
const PROC_MAGIC = 0x9fa0;
const kernelMagic = new Set([
  0x62656572, 0x64626720, 0x74726163, 0x73636673, 0x27e0eb, 0x63677270, 0xcafe4a11, 0x62656570, 0xde5e81e4,
  0x6165676c, 0xf97cff8c, 0x65735543, 0x19800202, 0x6e736673, 0x42494e4d, 0x50495045, 0x534f434b, 0x9041934,
]);
const localMagic = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0x4d44, 0x858458f6,
  0xca451a4e, 0x2011bab0, 0x73717368, 0xe0f5e1e2, 0x1cd1,
]);

/** `path` leads to something on device `dev`. */
export async function fileSystemOf(path: string, dev: number): Promise<FileSystem> {
  const known = fileSystems.get(dev);
  if (known) return known;
  const { type } = await promisify(fs.statfs)(path);
  const found = fileSystemNamed(type);
  fileSystems.set(dev, found);
  return found;
}

function fileSystemNamed(magic: number): FileSystem {
  if (magic === PROC_MAGIC) return "processes";
  if (kernelMagic.has(magic)) return "kernel";
  return localMagic.has(magic) ? "local" : "remote";
}
