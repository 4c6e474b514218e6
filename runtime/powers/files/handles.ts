/** Pins by descriptor (Linux): every step of the way is taken from an open folder, and what was found stays open, so that a link
 *  swapped in later changes nothing. Descriptors are O_PATH: nothing is read, nothing blocks. */
import { isUtf8 } from "node:buffer";
import { posix } from "../../core/path.ts";
import { typeOf } from "./classify.ts";
import { type Pin, type Pinner, type PinOptions, Shared } from "./pin.ts";
import { by, reach, rememberCalm, type Way } from "./reach.ts";
import * as system from "./system.ts";

const { closeSync, fstatSync, O_DIRECTORY, O_NOFOLLOW, O_PATH, open, readlinkSync } = system;

/** A thing that vanishes each time it was found is missing. */
const MAX_TRIES = 8;

/** Where the system says an open thing is. null: nowhere that a path could name. */
function placeOf(fd: number): string | null {
  const path = readlinkSync(by(fd));
  if (!path.startsWith("/")) return null;
  if (path.includes("\ufffd") && !isUtf8(readlinkSync(by(fd), "buffer"))) return null;
  return path;
}

class HandlePin implements Pin {
  readonly canonical: string;
  readonly type: Pin["type"];
  readonly stats: Pin["stats"];
  readonly fileSystem: Pin["fileSystem"];
  readonly object: string | null;
  readonly folder: string | null;
  readonly names: readonly string[];
  readonly blocked: string | null;
  readonly #held: Way;
  readonly #place: string | null;
  readonly #shared: Shared;

  /** `place`: where the folder was. */
  constructor(
    held: Way,
    place: string | null,
    facts: Pick<Pin, "canonical" | "type" | "stats" | "fileSystem">,
  ) {
    this.canonical = facts.canonical;
    this.type = facts.type;
    this.stats = facts.stats;
    this.fileSystem = facts.fileSystem;
    this.object = held.object === null ? null : by(held.object);
    this.folder = held.folder === null ? null : by(held.folder);
    this.names = held.names;
    this.blocked = held.blocked;
    this.#held = held;
    this.#place = place;
    this.#shared = new Shared(() => letGo(held));
  }

  intact(): boolean {
    const { object } = this.#held;
    return (object === null || readlinkSync(by(object)) === this.canonical) && this.folderIntact();
  }

  folderIntact(): boolean {
    const { folder } = this.#held;
    return folder === null || readlinkSync(by(folder)) === this.#place;
  }

  isOpenAs(): boolean {
    return true;
  }

  hold(): void {
    this.#shared.hold();
  }

  drop(): void {
    this.#shared.drop();
  }
}

function letGo({ object, folder }: Way): void {
  if (object !== null) closeSync(object);
  if (folder !== null) closeSync(folder);
}

/** Is the open thing the one that its path names? Not so behind the magic links of /proc, which lead into other mounts. */
async function answersTo(path: string, fd: number, on: system.FileSystem): Promise<boolean> {
  try {
    const named = on === "local" ? system.lstatSync(path) : await system.lstat(path);
    const opened = fstatSync(fd);
    return named.dev === opened.dev && named.ino === opened.ino;
  } catch {
    return false;
  }
}

/** Nothing that a grant could name: a pipe, a socket without a name, a name that is not Unicode. */
function nameless(lexical: string, stats: system.Stats | null): Pin {
  const held: Way = { object: null, folder: null, names: [], blocked: "EILSEQ" };
  const odd = stats !== null && !stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink();
  const type = odd ? "forbidden" : typeOf(lexical, lexical, null, "local");
  return new HandlePin(held, null, { canonical: lexical, type, stats: null, fileSystem: "local" });
}

/** The pin for what was reached; undefined when it vanished or moved meanwhile. Takes the descriptors over. */
async function pinOf(lexical: string, way: Way, options: PinOptions): Promise<Pin | undefined> {
  let kept: Way = way;
  try {
    const { object, names } = way;
    const stats = object === null ? null : (way.stats ?? fstatSync(object));
    const anchor = names.length > 0 ? way.folder : object;
    const place = anchor === null ? null : placeOf(anchor);
    if (anchor === null || place === null) {
      letGo(way);
      return nameless(lexical, stats);
    }
    const canonical = names.length > 0 ? posix.absolute(names.join("/"), place) : place;
    const facts = stats ?? fstatSync(anchor);
    const fileSystem = await system.fileSystemOf(by(object ?? anchor), facts.dev);
    const [path, fd] = object === null ? [place, anchor] : [canonical, object];
    if (stats?.nlink === 0 || (canonical !== lexical && !(await answersTo(path, fd, fileSystem)))) {
      letGo(way);
      return undefined;
    }
    if (canonical === lexical && fileSystem === "local") rememberCalm(posix.parent(lexical));
    const folder =
      names.length > 0 && (options.folder || options.entry || object === null) ? way.folder : null;
    if (folder === null && way.folder !== null) closeSync(way.folder);
    const blocked = way.blocked ?? (names.includes("..") ? "ENOENT" : null);
    kept = { object, folder, names, blocked };
    return new HandlePin(kept, folder === null ? null : place, {
      canonical,
      type: typeOf(lexical, canonical, stats, fileSystem),
      stats,
      fileSystem,
    });
  } catch (error) {
    letGo(kept);
    throw error;
  }
}

export const handles: Pinner = {
  async pin(lexical, options) {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const way = await reach(lexical, { ...options, again: tries > 0 });
      const pin = await pinOf(lexical, way, options);
      if (pin) return pin;
    }
    return nameless(lexical, null);
  },

  async enter(folder, name) {
    const path =
      typeof name === "string" ? `${folder}/${name}` : Buffer.concat([Buffer.from(`${folder}/`), name]);
    const fd = await open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    return { path: by(fd), close: () => closeSync(fd) };
  },
};
