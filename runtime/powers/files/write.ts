/** Change access to one pinned file or folder, for as long as its lease lives. Names are only used below a held folder; a whole
 *  file is never written in place, so that a kill leaves the old or the new content and a hard link is never written through. */
import type { PathTarget } from "../../core/capability.ts";
import { isSbxError } from "../../core/errors.ts";
import type { Lease, ReadPower, ReplaceOptions, WritePower } from "../../core/powers.ts";
import { bear, bearFolder, bearLinks, TEMPORARY } from "./bearing.ts";
import { missing, PIECE } from "./content.ts";
import { type Doing, errno, failure, refusal } from "./failure.ts";
import { type Pin, type PinnedPath, type Pinner, whileHeld } from "./pin.ts";
import { ReadAccess } from "./read.ts";
import * as system from "./system.ts";
import { type Met, walkTree } from "./tree.ts";

/** What all write powers of a run share. */
export interface WriteTools {
  readonly pinner: Pinner;
  /** A name part that nobody can guess; letters and digits. */
  unique(): Promise<string>;
}

const TRIES = 10;
const FILE_MODE = 0o666;
const FOLDER_MODE = 0o777;

/** File systems that cannot make a second name for a file. */
const noLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

export class WriteAccess implements WritePower {
  readonly pin: Pin;
  readonly lease: Lease;
  readonly words: string;
  readonly target: PathTarget;
  readonly #tools: WriteTools;

  constructor(target: PinnedPath, pin: Pin, lease: Lease, tools: WriteTools) {
    this.pin = pin;
    this.lease = lease;
    this.words = target.words;
    this.target = target;
    this.#tools = tools;
  }

  async #step<T>(doing: Doing, work: () => Promise<T>): Promise<T> {
    this.lease.alive();
    try {
      return await whileHeld(this.pin, work);
    } catch (error) {
      throw failure(error, doing, this.words);
    }
  }

  /** The held folder and the one name in it, still where they were. @throws when the way to it is missing */
  entry(): { folder: string; name: string; path: string } {
    const { folder, names, blocked } = this.pin;
    if (blocked !== null || (folder !== null && names.length !== 1)) throw missing(this.pin);
    const name = names[0];
    if (folder === null || name === undefined) throw errno("EINVAL");
    this.#intactFolder();
    return { folder, name, path: `${folder}/${name}` };
  }

  #intact(): void {
    if (!this.pin.intact())
      throw refusal("E_UNAVAILABLE", "write", this.words, "it was moved meanwhile; try again");
  }

  replace(content: Uint8Array, options: ReplaceOptions): Promise<void> {
    return this.#step("write", async () => {
      this.#checkReplace(options);
      this.lease.spend(content.byteLength, "out");
      const pour = (fd: number): Promise<void> => this.#pour(fd, content);
      if (options.append || this.#isDoor()) await this.#inPlace(pour, options);
      else await this.#beside(pour, options.createNew === true, options.mode);
    });
  }

  async replaceFrom(source: ReadPower, max: number): Promise<void> {
    if (!(source instanceof ReadAccess)) {
      // What stands for something hidden answers as what is not there.
      await source.stat();
      throw errno("EINVAL");
    }
    return this.#step("copy to", () =>
      whileHeld(source.pin, async () => {
        this.#checkReplace({});
        await source
          .withOpen(async (from, stats) => {
            if (stats.isFile() && stats.size > max) source.tooLarge(max);
            const pour = (to: number): Promise<void> => this.#copy(source, from, to, max);
            if (this.#isDoor()) await this.#inPlace(pour, {});
            else await this.#beside(pour, false, undefined, stats.mode & FOLDER_MODE);
          })
          .catch((error) => {
            throw isSbxError(error) ? error : failure(error, "copy to", this.words);
          });
      }),
    );
  }

  #checkReplace({ create = true, createNew = false }: ReplaceOptions): void {
    const { blocked, stats } = this.pin;
    if (blocked !== null) throw missing(this.pin);
    if (stats?.isDirectory()) throw errno("EISDIR");
    if (stats?.isSocket()) throw errno("EINVAL");
    if (stats && createNew) throw errno("EEXIST");
    if (!stats && !create) throw missing(this.pin);
  }

  /** A device or a FIFO: there is nothing to replace, only something to write into. */
  #isDoor(): boolean {
    return this.pin.stats !== null && !this.pin.stats.isFile();
  }

  async #pour(fd: number, content: Uint8Array): Promise<void> {
    for (let at = 0; at < content.byteLength; at += PIECE) {
      this.lease.alive();
      await system.write(fd, content.subarray(at, at + PIECE), null);
    }
  }

  async #copy(source: ReadAccess, from: number, to: number, max: number): Promise<void> {
    const piece = Buffer.allocUnsafeSlow(PIECE);
    for (let total = 0; ; ) {
      const count = await system.read(from, piece, null);
      if (count === 0) return;
      total += count;
      if (total > max) source.tooLarge(max);
      source.lease.spend(count, "in");
      this.lease.spend(count, "out");
      await system.write(to, piece.subarray(0, count), null);
      source.lease.alive();
      this.lease.alive();
    }
  }

  async #inPlace(pour: (fd: number) => Promise<void>, options: ReplaceOptions): Promise<void> {
    const fd = await this.openInPlace(
      system.openFlags.write | (options.append ? system.openFlags.append : 0),
      {
        create: options.create ?? true,
        ...(options.mode === undefined ? {} : { mode: options.mode }),
      },
    );
    try {
      await pour(fd);
    } finally {
      system.closeSync(fd);
    }
  }

  /** Opens the file itself, or makes it. @throws E_INVALID for a file that has other names too */
  async openInPlace(flags: number, options: { create: boolean; mode?: number }): Promise<number> {
    const { object } = this.pin;
    if (object === null) {
      if (!options.create) throw missing(this.pin);
      return system.open(this.entry().path, flags | system.openFlags.fresh, options.mode ?? FILE_MODE);
    }
    this.#intact();
    const fd = await system.open(object, flags);
    try {
      const stats = system.fstatSync(fd);
      if (stats.isFile() && stats.nlink > 1)
        throw refusal(
          "E_INVALID",
          "write",
          this.words,
          "the file has other names (hard links); replace it as a whole",
        );
      if (!this.pin.isOpenAs(fd)) throw errno("ESTALE");
      return fd;
    } catch (error) {
      system.closeSync(fd);
      throw error;
    }
  }

  /** A hidden file beside the old one takes the new content, then its name. Nothing is left behind on failure. */
  async #beside(
    pour: (fd: number) => Promise<void>,
    createNew: boolean,
    mode?: number,
    like?: number,
  ): Promise<void> {
    const { folder, path } = this.entry();
    const old = this.pin.stats;
    if (old && this.pin.object) system.accessSync(this.pin.object, system.W_OK);
    const make = mode ?? (old ? old.mode & FOLDER_MODE : (like ?? FILE_MODE));
    const temporary = `${folder}/.${await this.#tools.unique()}${TEMPORARY}`;
    const fd = await system.open(temporary, system.openFlags.write | system.openFlags.fresh, make);
    let open = true;
    try {
      await pour(fd);
      if (old && mode === undefined) keepOwner(fd, old);
      system.closeSync(fd);
      open = false;
      this.lease.alive();
      this.#intactFolder();
      if (!createNew) await system.rename(temporary, path);
      else await nameNew(temporary, path);
    } catch (error) {
      if (open) system.closeSync(fd);
      await system.unlink(temporary).catch(() => {});
      throw error;
    }
  }

  /** The file may have been replaced meanwhile, which this write then does too; the folder must not have moved. */
  #intactFolder(): void {
    const { folder } = this.pin;
    if (folder !== null && !this.pin.folderIntact())
      throw refusal("E_UNAVAILABLE", "write", this.words, "its folder was moved meanwhile; try again");
  }

  makeFolder({ recursive, mode = FOLDER_MODE }: { recursive: boolean; mode?: number }): Promise<void> {
    return this.#step("make the folder", async () => {
      const { stats, blocked, folder, names } = this.pin;
      if (stats) {
        if (recursive && stats.isDirectory()) return;
        throw errno("EEXIST");
      }
      if (blocked !== null || folder === null || (names.length > 1 && !recursive)) throw missing(this.pin);
      this.#intact();
      let at = { path: folder, close: () => {} };
      try {
        for (const [index, name] of names.entries()) {
          if (index < names.length - 1) bearFolder(this, names.length - 1 - index);
          await system.mkdir(`${at.path}/${name}`, mode).catch((error) => {
            if (!recursive || system.errnoOf(error) !== "EEXIST") throw error;
          });
          if (index === names.length - 1 && !recursive) return;
          const next = await this.#tools.pinner.enter(at.path, name);
          at.close();
          at = next;
          this.lease.alive();
        }
      } finally {
        at.close();
      }
    });
  }

  makeTempFolder(prefix: string): Promise<string> {
    return this.#step("make the folder", async () => {
      const { object, stats } = this.pin;
      if (this.pin.blocked !== null || object === null) throw missing(this.pin);
      if (!stats?.isDirectory()) throw errno("ENOTDIR");
      this.#intact();
      for (let tries = 1; ; tries += 1) {
        const name = `${prefix}${await this.#tools.unique()}`;
        try {
          await system.mkdir(`${object}/${name}`, 0o700);
          return `${this.pin.canonical === "/" ? "" : this.pin.canonical}/${name}`;
        } catch (error) {
          if (system.errnoOf(error) !== "EEXIST" || tries >= TRIES) throw error;
        }
      }
    });
  }

  remove({ recursive }: { recursive: boolean }): Promise<void> {
    return this.#step("remove", async () => {
      const { folder, name, path } = this.entry();
      if (!this.pin.stats) throw missing(this.pin);
      if (this.pin.stats.isSymbolicLink()) bear(this, { relative: "", type: "link" }, "remove");
      if (!this.pin.stats.isDirectory()) await system.unlink(path);
      else if (!recursive) await system.rmdir(path);
      else await this.#removeTree(folder, name);
    });
  }

  /** Looks at everything first, so that a refusal leaves the tree whole; and again at each thing before it goes. */
  async #removeTree(folder: string, name: string): Promise<void> {
    const { pinner } = this.#tools;
    const meet = (met: Met): void => bear(this, met, "remove");
    await walkTree({ pinner, meet, leaf: async () => {}, done: async () => {} }, folder, name);
    await walkTree({ pinner, meet, leaf: system.unlink, done: system.rmdir }, folder, name);
  }

  moveTo(target: WritePower, read: ReadPower): Promise<void> {
    if (!(target instanceof WriteAccess) || !(read instanceof ReadAccess)) throw errno("EINVAL");
    return this.#step("rename", async () => {
      target.lease.alive();
      const from = this.entry();
      if (!this.pin.stats) throw missing(this.pin);
      await whileHeld(target.pin, async () => {
        const to = await target.#step("rename", async () => target.entry());
        if (target.pin.stats?.isSymbolicLink()) bear(target, { relative: "", type: "link" }, "remove");
        await this.#checkMove(from, target, read.lease);
        this.#intactFolder();
        target.#intactFolder();
        await system.rename(from.path, to.path);
      });
    });
  }

  /** Everything that is moved is borne; and no link comes to stand where a grant begins. */
  async #checkMove(
    from: { folder: string; name: string },
    target: WriteAccess,
    reading: Lease,
  ): Promise<void> {
    let hasLinks = this.pin.stats?.isSymbolicLink() ?? false;
    const meet = (met: Met): void => {
      bear(this, met, "rename", reading);
      if (met.type === "link") hasLinks = true;
    };
    const { pinner } = this.#tools;
    if (this.pin.stats?.isDirectory())
      await walkTree({ pinner, meet, leaf: async () => {}, done: async () => {} }, from.folder, from.name);
    if (hasLinks) bearLinks(target);
  }
}

/** The new file belongs to whom the old one belonged, as far as the system lets it, and is open to the same people. */
function keepOwner(fd: number, old: system.Stats): void {
  const fresh = system.fstatSync(fd);
  if (fresh.uid !== old.uid || fresh.gid !== old.gid) {
    try {
      system.fchownSync(fd, old.uid, old.gid);
    } catch {
      // Only the administrator can give files away; then the file is the writer's.
    }
  }
  system.fchmodSync(fd, old.mode & FOLDER_MODE);
}

/** Gives `temporary` the name `path`, which must not exist. */
async function nameNew(temporary: string, path: string): Promise<void> {
  try {
    await system.link(temporary, path);
  } catch (error) {
    if (!noLinks.has(system.errnoOf(error) ?? "")) throw error;
    system.closeSync(await system.open(path, system.openFlags.write | system.openFlags.fresh, 0o600));
    await system.rename(temporary, path);
    return;
  }
  await system.unlink(temporary);
}
