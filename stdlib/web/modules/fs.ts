/** `sbx:fs`: files and folders. Paths are texts, or `file:` URLs as URL objects; a relative path starts at the working directory.
 *  Every function can fail with PermissionDenied, and with NotFound, AlreadyExists, InvalidArgument or Unavailable as the case may be. */
import { call, callBytes, errorWithCode, host, isBytes, primordials, request } from "sbx:chunk/boot";
import type { ReadableStream, WritableStream } from "sbx:chunk/streams";
import type { URL } from "sbx:chunk/url";
import { bytesOf, decodeUtf8, infoOf, pathOf, type RawInfo } from "../fs/convert.ts";
import { asyncDispose, loopable, startListing, startWatching } from "../fs/loops.ts";
import { finishClass } from "../webidl.ts";

const { defineProperty, min, reject, TypeError, typedArrayBytes, typedArraySet, typedArrayTag, Uint8Array } =
  primordials;

/** A path, or a `file:` URL. */
export type Path = string | URL;

/** What a file can be filled with. */
export type Content = string | Uint8Array | ArrayBuffer;

export interface FileInfo {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  /** In bytes. */
  readonly size: number;
  /** When the content was last changed; null where the system does not know. */
  readonly mtime: Date | null;
  readonly atime: Date | null;
  readonly birthtime: Date | null;
  /** Permission bits; null on systems without them. */
  readonly mode: number | null;
}

export interface DirEntry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

export interface WriteOptions {
  /** Add to the end instead of replacing. Default: false. */
  readonly append?: boolean | undefined;
  /** Make the file when it is missing. Default: true. */
  readonly create?: boolean | undefined;
  /** Fail when the file exists. Default: false. */
  readonly createNew?: boolean | undefined;
  /** Permission bits of a new file, at most 0o777. Default: as the system has it. */
  readonly mode?: number | undefined;
}

export interface OpenOptions {
  /** Default: true, unless `write` or `append` is set. */
  readonly read?: boolean | undefined;
  readonly write?: boolean | undefined;
  /** Every write goes to the end. */
  readonly append?: boolean | undefined;
  /** Empty the file first. */
  readonly truncate?: boolean | undefined;
  /** Make the file when it is missing. */
  readonly create?: boolean | undefined;
  /** Make the file, and fail when it exists. */
  readonly createNew?: boolean | undefined;
  readonly mode?: number | undefined;
}

export interface MkdirOptions {
  /** Make the folders above it too, and accept that it exists. */
  readonly recursive?: boolean | undefined;
  readonly mode?: number | undefined;
}

export interface RemoveOptions {
  /** Remove a folder with all that is in it. */
  readonly recursive?: boolean | undefined;
}

export interface WatchOptions {
  /** Folders below it too. Default: true, as in Deno. */
  readonly recursive?: boolean | undefined;
}

export interface WatchEvent {
  /** What was found when looking at the name that the system spoke of. `rename` has two paths, from and to; a move from or to where
   *  nothing is watched is `remove` or `create`. `overflow`: more happened than could be told; look at everything again. */
  readonly kind: "create" | "modify" | "remove" | "rename" | "overflow";
  /** As the watched path was written, with what is below it. */
  readonly paths: readonly string[];
}

/** Changes as they come. The loop ends when what is watched was removed, moved or replaced, or when the watcher was closed. */
export interface Watcher extends AsyncIterable<WatchEvent>, AsyncDisposable {
  /** Ends it. Closing again does nothing. */
  close(): Promise<void>;
}

export interface MakeTempDirOptions {
  /** Where to make it. Default: the system's folder for temporary files. */
  readonly dir?: Path | undefined;
  /** How its name begins. */
  readonly prefix?: string | undefined;
}

/** The whole file as text. What is not UTF-8 becomes U+FFFD. */
export function readTextFile(path: Path): Promise<string> {
  return read(path, textIn, true);
}

/** The whole file as bytes. */
export function readFile(path: Path): Promise<Uint8Array<ArrayBuffer>> {
  return read(path, bytesIn, false);
}

type Body = ArrayBuffer | string | undefined;
const bytesIn = (_: unknown, body: Body): Uint8Array<ArrayBuffer> =>
  body === undefined ? new Uint8Array(0) : new Uint8Array(body as ArrayBuffer);
const textIn = (_: unknown, body: Body): string =>
  typeof body === "string" ? body : decodeUtf8(bytesIn(_, body));

/** No async function: each costs two turns of the queue, and this is what plugins do most. */
function read<T>(path: Path, pick: (value: unknown, body: Body) => T, wantsText: boolean): Promise<T> {
  let text: string;
  try {
    text = pathOf(path);
  } catch (error) {
    return reject(error);
  }
  return request("fs.readFile", { path: text }, undefined, pick, wantsText);
}

/** Replaces the whole file by a text, as UTF-8: whoever looks sees the old or the new content. */
export async function writeTextFile(path: Path, text: string, options: WriteOptions = {}): Promise<void> {
  if (typeof text !== "string") throw new TypeError("a text file is written from a string");
  await put(path, text, options);
}

/** Replaces the whole file: whoever looks sees the old or the new content. */
export async function writeFile(path: Path, data: Content, options: WriteOptions = {}): Promise<void> {
  await put(path, data, options);
}

/** Adds to the end of a file. */
export async function appendFile(path: Path, data: Content, options: WriteOptions = {}): Promise<void> {
  const { create, createNew, mode } = options;
  await put(path, data, { append: true, create, createNew, mode });
}

function put(path: Path, data: Content, options: WriteOptions): Promise<unknown> {
  const { append, create, createNew, mode } = options;
  return call("fs.writeFile", { path: pathOf(path), append, create, createNew, mode }, bytesOf(data));
}

/** The entries of a folder in name order. Await it, or loop over it right away: `for await (const entry of readDir("."))`. */
export function readDir(path: Path): Promise<AsyncIterable<DirEntry>> & AsyncIterable<DirEntry> {
  return loopable(startListing(path));
}

/** What happens to a file, or in a folder and everything below it. Await it to know that nothing is missed from then on, or loop over it
 *  right away: `for await (const { kind, paths } of watch("notes"))`. What is not granted, ignored, or a well-known secret never
 *  appears, links are not followed, and several changes of one name within some milliseconds are one event. */
export function watch(path: Path, options: WatchOptions = {}): Promise<Watcher> & AsyncIterable<WatchEvent> {
  return loopable(startWatching(path, options.recursive));
}

/** What is known about a file or folder; links are followed. */
export async function stat(path: Path): Promise<FileInfo> {
  return infoOf((await call("fs.stat", { path: pathOf(path) })) as RawInfo);
}

/** What is known about a file, a folder, or a link itself. */
export async function lstat(path: Path): Promise<FileInfo> {
  return infoOf((await call("fs.lstat", { path: pathOf(path) })) as RawInfo);
}

/** Makes a folder. */
export async function mkdir(path: Path, options: MkdirOptions = {}): Promise<void> {
  const { recursive, mode } = options;
  await call("fs.mkdir", { path: pathOf(path), recursive, mode });
}

/** Removes a file, a link or a folder. Links are never followed. */
export async function remove(path: Path, options: RemoveOptions = {}): Promise<void> {
  const { recursive } = options;
  await call("fs.remove", { path: pathOf(path), recursive });
}

/** Moves a file or folder; replaces a file that stands there. Needs read and write on `from`, write on `to`. */
export async function rename(from: Path, to: Path): Promise<void> {
  await call("fs.rename", { from: pathOf(from), to: pathOf(to) });
}

/** Copies a file; replaces one that stands there. Needs read on `from`, write on `to`. */
export async function copyFile(from: Path, to: Path): Promise<void> {
  await call("fs.copyFile", { from: pathOf(from), to: pathOf(to) });
}

/** The absolute path, with every link followed. */
export async function realPath(path: Path): Promise<string> {
  return (await call("fs.realPath", { path: pathOf(path) })) as string;
}

/** Does the path lead to something? A path that is not granted fails like everywhere else. */
export async function exists(path: Path): Promise<boolean> {
  return (await call("fs.exists", { path: pathOf(path) })) as boolean;
}

/** Makes a new folder under a name that nobody can guess, and gives its path. */
export async function makeTempDir(options: MakeTempDirOptions = {}): Promise<string> {
  const { dir, prefix } = options;
  const where = dir === undefined ? undefined : pathOf(dir);
  return (await call("fs.makeTempDir", { dir: where, prefix })) as string;
}

/** Opens a file in place, to read it unless the options say otherwise. Close it, or declare it with `await using`. */
export async function open(path: Path, options: OpenOptions = {}): Promise<FileHandle> {
  const { read, write, append, truncate, create, createNew, mode } = options;
  const args = { path: pathOf(path), read, write, append, truncate, create, createNew, mode };
  return makeHandle((await call("fs.open", args)) as number);
}

/** Most that one call moves. */
const MAX_PIECE = 8 * 1024 * 1024;
const STREAM_PIECE = 1024 * 1024;

let makeHandle: (handle: number) => FileHandle;
const key = {};

/** An open file with a position. Calls on it take effect in the order in which they were made. */
class FileHandle implements AsyncDisposable {
  static {
    makeHandle = (handle) =>
      new (FileHandle as unknown as new (key: object, handle: number) => FileHandle)(key, handle);
    const dispose = function (this: FileHandle): Promise<void> {
      return this.close();
    };
    defineProperty(FileHandle.prototype, asyncDispose, {
      value: dispose,
      writable: true,
      configurable: true,
    });
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly #handle: number;
  #closed = false;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  private constructor(made: object, handle: number) {
    if (made !== key) throw new TypeError("Illegal constructor: a file handle comes from open()");
    this.#handle = handle;
  }

  /** Fills `buffer` from the position on. Gives how many bytes were read, or null at the end of the file. */
  async read(buffer: Uint8Array): Promise<number | null> {
    if (typedArrayTag(buffer) !== "Uint8Array") throw new TypeError("a file is read into a Uint8Array");
    const room = typedArrayBytes(buffer);
    if (room === 0) return 0;
    const bytes = await callBytes("fs.fileRead", { handle: this.#open(), size: min(room, MAX_PIECE) });
    if (bytes.length === 0) return null;
    typedArraySet(buffer, bytes);
    return bytes.length;
  }

  /** Writes all of `bytes` at the position, or at the end for a file opened with `append`. Gives their number. */
  async write(bytes: Uint8Array): Promise<number> {
    if (!isBytes(bytes)) throw new TypeError("a file is written from bytes");
    return (await call("fs.fileWrite", { handle: this.#open() }, bytes)) as number;
  }

  /** Moves the position. Gives the new one, counted from the start. */
  async seek(offset: number, from: "start" | "current" | "end" = "start"): Promise<number> {
    return (await call("fs.fileSeek", { handle: this.#open(), offset, from })) as number;
  }

  /** What is known about the open file; it must have been opened to read. */
  async stat(): Promise<FileInfo> {
    return infoOf((await call("fs.fileStat", { handle: this.#open() })) as RawInfo);
  }

  /** Cuts the file to `size` bytes, or fills it up with zeros. */
  async truncate(size = 0): Promise<void> {
    await call("fs.fileTruncate", { handle: this.#open(), size });
  }

  /** Gives the file back. Closing again does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await call("fs.fileClose", { handle: this.#handle });
  }

  /** The rest of the file as a stream; the file is closed at its end. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#readable ??= new (streams().ReadableStream)<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          const bytes = await callBytes("fs.fileRead", { handle: this.#open(), size: STREAM_PIECE });
          if (bytes.length > 0) return controller.enqueue(bytes);
          await this.close();
          controller.close();
        },
        cancel: () => this.close(),
      },
      // Two pieces ahead, so that reading and consuming overlap.
      { highWaterMark: 2 },
    );
    return this.#readable;
  }

  /** Writes what comes through the stream; the file is closed at its end. */
  get writable(): WritableStream<Uint8Array> {
    this.#writable ??= new (streams().WritableStream)<Uint8Array>({
      write: async (bytes) => void (await this.write(bytes)),
      close: () => this.close(),
      abort: () => this.close(),
    });
    return this.#writable;
  }

  #open(): number {
    if (this.#closed) throw errorWithCode("InvalidArgument", "E_INVALID", "the file was closed");
    return this.#handle;
  }
}

finishClass(FileHandle, "FileHandle");

export type { FileHandle };

type Streams = typeof import("sbx:chunk/streams");
const streams = (): Streams => host.chunk("streams") as unknown as Streams;
