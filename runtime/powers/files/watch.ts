/** Watching one pinned folder, with the folders below it, or one file. Held by descriptors: links are told of and never followed, and a
 *  folder that was moved out of the tree is deaf before anything of it is told. What the grants do not cover is never told, judged when
 *  it is handed over. Kinds come from comparing what stood there with what stands there; several changes of one name within some
 *  milliseconds are one. */
import type { PathTarget } from "../../core/capability.ts";
import { pathRules } from "../../core/path.ts";
import type { FileEvent, FileWatcher, WatchOptions } from "../../core/powers.ts";
import { typeOf } from "./classify.ts";
import { missing } from "./content.ts";
import { failure } from "./failure.ts";
import { handles } from "./handles.ts";
import { type Change, Happenings, type Place, same } from "./happenings.ts";
import { names } from "./names.ts";
import type { FileType, Pin, Pinner } from "./pin.ts";
import type { ReadAccess } from "./read.ts";
import type { Stats } from "./system.ts";
import { knownOf, WatchedFolder } from "./watchedFolder.ts";

/** How long, in ms, changes are gathered, so that both halves of a move and the steps of a save meet. */
const GATHER = 10;
/** Handed over at once. */
const BATCH = 256;

const inside = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);
export class Watch implements FileWatcher {
  readonly #source: ReadAccess;
  readonly #target: PathTarget;
  readonly #pin: Pin;
  readonly #pinner: Pinner;
  readonly #recursive: boolean;
  /** The one name that is watched in its folder. */
  readonly #only: string | null;
  /** Where the watched folder has to be. */
  readonly #root: string;
  readonly #folders = new Map<string, WatchedFolder>();
  readonly #stirred = new Set<WatchedFolder>();
  readonly #happenings = new Happenings();
  #gathering: NodeJS.Timeout | undefined;
  #looking = false;
  #over = false;
  #failed: unknown;
  #wake: (() => void)[] = [];

  private constructor(source: ReadAccess, target: PathTarget, options: WatchOptions) {
    const { pin } = source;
    const rules = pathRules(process.platform);
    this.#source = source;
    this.#target = target;
    this.#pin = pin;
    this.#pinner = pin.object?.startsWith("/proc/self/fd/") ? handles : names;
    this.#only = pin.stats?.isDirectory() ? null : rules.basename(target.canonical);
    this.#recursive = options.recursive && this.#only === null;
    this.#root = this.#only === null ? target.canonical : rules.parent(target.canonical);
  }

  /** Watches from when this resolves. Takes the pin over for as long as it lives. */
  static async start(source: ReadAccess, target: PathTarget, options: WatchOptions): Promise<Watch> {
    const { pin } = source;
    if (pin.blocked !== null || pin.object === null) throw missing(pin);
    const watch = new Watch(source, target, options);
    pin.hold();
    try {
      await watch.#enter(watch.#only === null ? pin.object : watch.#root, ".", "", false);
      return watch;
    } catch (error) {
      await watch.close();
      throw error;
    }
  }

  async next(): Promise<readonly FileEvent[]> {
    const { lease } = this.#source;
    for (;;) {
      lease.alive();
      const told = this.#take();
      if (told.length > 0) return told;
      if (this.#happenings.any) {
        await new Promise(setImmediate);
        continue;
      }
      if (this.#failed !== undefined) throw failure(this.#failed, "watch", this.#target.words);
      if (this.#over) return [];
      await this.#woken();
    }
  }

  async close(): Promise<void> {
    if (!this.#over) this.#end();
    this.#happenings.clear();
    this.#pin.drop();
    this.close = async () => {};
  }

  /** Nothing is heard any more; what waits may still be fetched. */
  #end(): void {
    this.#over = true;
    clearTimeout(this.#gathering);
    for (const folder of this.#folders.values()) folder.close();
    this.#folders.clear();
    this.#rouse();
  }

  #rouse(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Until something waits, the end, or the end of the lease. */
  #woken(): Promise<void> {
    const { signal } = this.#source.lease;
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      signal.addEventListener("abort", wake, { once: true });
      this.#wake.push(wake);
      if (signal.aborted) wake();
    });
  }

  // From what was heard to what happened.

  #stir(folder: WatchedFolder): void {
    if (this.#over) return;
    this.#stirred.add(folder);
    if (this.#looking || this.#happenings.enough) return;
    this.#gathering ??= setTimeout(() => void this.#look(), GATHER);
  }

  async #look(): Promise<void> {
    this.#gathering = undefined;
    this.#looking = true;
    try {
      await this.#compareAll();
    } catch (error) {
      this.#failed ??= error;
      this.#end();
    } finally {
      this.#looking = false;
    }
    if (this.#happenings.any) this.#rouse();
    const [waiting] = this.#stirred;
    if (waiting) this.#stir(waiting);
  }

  async #compareAll(): Promise<void> {
    const folders = [...this.#stirred];
    this.#stirred.clear();
    if (!this.#folders.get("")?.isThere()) {
      if (this.#only === null) this.#happenings.push("remove", [{ relative: "", type: "missing" }]);
      return this.#end();
    }
    const gone: Change[] = [];
    const come: Change[] = [];
    for (const folder of folders) {
      if (this.#folders.get(folder.relative) !== folder) continue;
      if (!folder.isThere()) this.#leave(folder.relative);
      else if (folder.lost) await this.#lookAgain(folder);
      else for (const name of folder.takeDirty()) await this.#compare(folder, name, gone, come);
    }
    const moved = this.#happenings.found(gone, come);
    this.#leaveAll(gone);
    await this.#enterAll(come, (change) => !moved.has(change));
  }

  async #compare(folder: WatchedFolder, name: string, gone: Change[], come: Change[]): Promise<void> {
    if (this.#only !== null && name !== this.#only) return;
    const relative = this.#only === null ? inside(folder.relative, name) : "";
    const before = folder.known.get(name);
    const stats = await folder.look(name);
    if (this.#over) return;
    const now = stats && knownOf(stats);
    folder.remember(name, now);
    const place: Place = { relative, type: this.#typeOf(relative, stats) };
    const replaced = before !== undefined && now !== null && before.identity !== null && !same(before, now);
    if (before && now && !replaced) return this.#happenings.push("modify", [place]);
    const folders = before?.isFolder || now?.isFolder;
    if (before && (now === null || folders))
      gone.push({ relative, type: "missing", known: before, replaced: false });
    if (now) come.push({ ...place, known: now, replaced: replaced && !folders });
  }

  /** Something was missed: says so, and learns anew what stands there. */
  async #lookAgain(folder: WatchedFolder): Promise<void> {
    this.#happenings.overflow();
    folder.lost = false;
    folder.takeDirty();
    const unseen = new Set(folder.known.keys());
    const come: Change[] = [];
    for await (const [name, now] of folder.entries()) {
      if (this.#over) return;
      if (this.#only !== null && name !== this.#only) continue;
      unseen.delete(name);
      const before = folder.known.get(name);
      folder.remember(name, now);
      if (!before || !same(before, now))
        come.push({ relative: inside(folder.relative, name), type: "folder", known: now, replaced: false });
    }
    for (const name of unseen) {
      folder.remember(name, null);
      this.#leave(inside(folder.relative, name));
    }
    this.#leaveAll(come);
    await this.#enterAll(come, () => false);
  }

  // Folders below.

  async #enterAll(come: readonly Change[], tells: (change: Change) => boolean): Promise<void> {
    if (!this.#recursive) return;
    for (const change of come) {
      const { relative } = change;
      if (!change.known.isFolder || this.#over) continue;
      const at = relative.lastIndexOf("/");
      const parent = this.#folders.get(relative.slice(0, Math.max(0, at)));
      if (parent) await this.#enter(parent.path, relative.slice(at + 1), relative, tells(change));
    }
  }

  #leaveAll(gone: readonly Change[]): void {
    for (const { relative } of gone) this.#leave(relative);
  }

  /** `tell`: what is in it already came with it. */
  async #enter(parent: string, name: string, relative: string, tell: boolean): Promise<void> {
    const place = relative === "" ? this.#root : this.#targetOf({ relative, type: "folder" }).canonical;
    if (relative !== "" && !this.#covered({ relative, type: "folder" }, 0)) return;
    let held: { path: string; close(): void };
    try {
      held = await this.#pinner.enter(parent, name);
    } catch (error) {
      if (relative === "") throw error;
      return; // gone again, or not to be entered by this user
    }
    if (this.#over) return held.close();
    const folder = new WatchedFolder(held, place, relative, {
      words: this.#target.words,
      changed: (stirred) => this.#stir(stirred),
    });
    this.#folders.set(relative, folder);
    if (!folder.isThere()) return this.#leave(relative);
    const below: string[] = [];
    for await (const [entry, known] of folder.entries()) {
      this.#source.lease.alive();
      if (this.#over) return;
      if (this.#only !== null && entry !== this.#only) continue;
      folder.remember(entry, known);
      const stats = tell ? await folder.look(entry) : null;
      const at = inside(relative, entry);
      if (stats) this.#happenings.push("create", [{ relative: at, type: this.#typeOf(at, stats) }]);
      if (known.isFolder && this.#recursive) below.push(entry);
    }
    for (const entry of below) {
      if (this.#folders.get(relative) !== folder) return;
      await this.#enter(folder.path, entry, inside(relative, entry), tell);
    }
  }

  #leave(relative: string): void {
    if (relative === "" || !this.#folders.has(relative)) return;
    for (const [at, folder] of this.#folders)
      if (at === relative || at.startsWith(`${relative}/`)) {
        folder.close();
        this.#folders.delete(at);
      }
  }

  // What may be told.

  #typeOf(relative: string, stats: Stats | null): FileType {
    const { lexical, canonical } = this.#targetOf({ relative, type: "missing" });
    return typeOf(lexical, canonical, stats, this.#pin.fileSystem);
  }

  #targetOf({ relative, type }: Place): PathTarget {
    const { lexical, canonical, words } = this.#target;
    const under = (path: string): string =>
      relative === "" ? path : path.endsWith("/") ? path + relative : `${path}/${relative}`;
    return {
      kind: "read",
      words: under(words),
      lexical: under(lexical),
      canonical: under(canonical),
      entry: true,
      tree: false,
      type,
    };
  }

  #covered(place: Place, bytes: number): boolean {
    return this.#source.lease.permits(this.#targetOf(place), bytes);
  }

  /** The next ones, as far as they may be told now. */
  #take(): FileEvent[] {
    const told: FileEvent[] = [];
    for (const { kind, places, replaced } of this.#happenings.take(BATCH)) {
      const seen = places.filter((place) => this.#covered(place, Buffer.byteLength(place.relative)));
      const paths = seen.map((place) => this.#targetOf(place).words);
      if (kind !== "rename" || seen.length === places.length) {
        if (paths.length > 0) told.push({ kind, paths });
      } else if (seen.length > 0)
        // One end of the move is none of the plugin's business.
        told.push({ kind: seen[0] === places[0] ? "remove" : replaced ? "modify" : "create", paths });
    }
    const [waiting] = this.#stirred;
    if (waiting) this.#stir(waiting);
    return told;
  }
}
