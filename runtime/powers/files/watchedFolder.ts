/** One watched folder, held open: which of its names the system spoke of since the last look, and what stood there before. Knows nothing
 *  of grants and nothing of the folders around it. */
import type { SbxError } from "../../core/errors.ts";
import { refusal } from "./failure.ts";
import { tidy } from "./names.ts";
import type { Stats } from "./system.ts";
import * as system from "./system.ts";

/** What stood under a name. */
export interface Known {
  readonly isFolder: boolean;
  /** Equal for the same thing only, whatever its name; null where that is not known. */
  readonly identity: string | null;
}

/** File numbers are given out again, so the time of birth counts too; without one nothing is the same. */
export const knownOf = (stats: Stats): Known => ({
  isFolder: stats.isDirectory(),
  identity: stats.birthtimeMs > 0 ? `${stats.dev}:${stats.ino}:${stats.birthtimeMs}` : null,
});

/** Each folder costs a descriptor and one of the system's watches, each name some 200 bytes. For all watchers of this process. */
const MAX_FOLDERS = 4096;
const MAX_NAMES = 200_000;
/** Names that are looked at beforehand, so that a move can be told from a removal and a new file. */
const MAX_LOOKED_AT = 20_000;
let folders = 0;
let names = 0;

/** The system keeps 16 384 events for this process (fs.inotify.max_queued_events) and drops the rest without a word that reaches us, so
 *  that half as many in one turn are taken for more than there was room for. */
const BURST = 8192;
let burst = 0;
const watched = new Set<WatchedFolder>();

function count(): void {
  if (burst === 0)
    setImmediate(() => {
      burst = 0;
    });
  burst += 1;
  if (burst === BURST) for (const folder of watched) folder.lose();
}

/** Names of one folder that may wait for a look. */
const MAX_DIRTY = 4096;

export interface Held {
  /** Leads to the folder, wherever it is moved. */
  readonly path: string;
  close(): void;
}

/** Who hears of it, and in which words it complains. */
export interface Told {
  readonly words: string;
  changed(folder: WatchedFolder): void;
}

export class WatchedFolder {
  /** From the root of what is watched; empty for the root. */
  readonly relative: string;
  readonly known = new Map<string, Known>();
  /** More happened than was heard of. */
  lost = false;
  #dirty = new Set<string>();
  #closed = false;
  readonly #identity: string | null;
  readonly #held: Held;
  readonly #place: string;
  readonly #told: Told;
  readonly #watcher: ReturnType<typeof system.watch>;

  /** Takes `held` over. `place`: where it has to be. @throws E_LIMIT_HANDLES; E_UNAVAILABLE when the system can watch no more */
  constructor(held: Held, place: string, relative: string, told: Told) {
    this.relative = relative;
    this.#held = held;
    this.#place = place;
    this.#identity = identityOf(held.path);
    this.#told = told;
    try {
      if (folders >= MAX_FOLDERS) throw tooMuch(told.words, `${MAX_FOLDERS} folders`);
      this.#watcher = system.watch(held.path, (name) => this.#heard(name));
    } catch (error) {
      held.close();
      if (system.errnoOf(error) !== "ENOSPC") throw error;
      throw refusal(
        "E_UNAVAILABLE",
        "watch",
        told.words,
        "the system watches as many folders as it can (fs.inotify.max_user_watches)",
      );
    }
    this.#watcher.on("error", () => this.lose());
    folders += 1;
    watched.add(this);
  }

  #heard(name: string | null): void {
    count();
    if (name === null || this.#dirty.size >= MAX_DIRTY) this.lose();
    else this.#dirty.add(name);
    this.#told.changed(this);
  }

  lose(): void {
    this.lost = true;
    this.#dirty.clear();
    this.#told.changed(this);
  }

  /** Names to look at, each once. */
  takeDirty(): ReadonlySet<string> {
    const taken = this.#dirty;
    this.#dirty = new Set();
    return taken;
  }

  /** Is it still where it has to be? */
  isThere(): boolean {
    if (this.#closed || placeOf(this.#held.path) !== this.#place) return false;
    return byDescriptor(this.#held.path) || identityOf(this.#held.path) === this.#identity;
  }

  get path(): string {
    return this.#held.path;
  }

  /** What stands under a name now, links not followed. */
  async look(name: string): Promise<Stats | null> {
    try {
      return await system.lstat(`${this.#held.path}/${name}`);
    } catch {
      return null;
    }
  }

  remember(name: string, now: Known | null): void {
    if (now === null) {
      if (this.known.delete(name)) names -= 1;
      return;
    }
    if (!this.known.has(name)) {
      if (names >= MAX_NAMES) throw tooMuch(this.#told.words, `${MAX_NAMES} names`);
      names += 1;
    }
    this.known.set(name, now);
  }

  /** Every entry that it has now. */
  async *entries(): AsyncGenerator<readonly [name: string, now: Known]> {
    for await (const found of await system.opendir(this.#held.path, { bufferSize: 256 })) {
      const stats = names < MAX_LOOKED_AT ? await this.look(found.name) : null;
      yield [found.name, stats ? knownOf(stats) : { isFolder: found.isDirectory(), identity: null }];
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    folders -= 1;
    names -= this.known.size;
    watched.delete(this);
    this.#watcher.close();
    this.#held.close();
  }
}

const tooMuch = (words: string, what: string): SbxError =>
  refusal("E_LIMIT_HANDLES", "watch", words, `more than ${what} would be watched; watch a smaller folder`);

const byDescriptor = (path: string): boolean => path.startsWith("/proc/self/fd/");

/** Where an open folder is. null: nowhere any more. */
function placeOf(path: string): string | null {
  try {
    return byDescriptor(path) ? system.readlinkSync(path) : tidy(system.realpathSync.native(path));
  } catch {
    return null;
  }
}

/** By name only: a descriptor leads to the same thing for ever. */
function identityOf(path: string): string | null {
  if (byDescriptor(path)) return null;
  try {
    const { dev, ino } = system.statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
