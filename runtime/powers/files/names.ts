/** Pins by name, for systems whose open folders cannot be reached by a path (macOS, Windows). Links are followed once; before and
 *  after each use the identity (device and file number) of what stands there is compared with what was found. Weaker than
 *  descriptors for `rename`, `remove` and `mkdir`: a folder exchanged in the very moment of the call is not noticed. */
import { type PathRules, pathRules } from "../../core/path.ts";
import { typeOf } from "./classify.ts";
import type { Pin, Pinner, PinOptions } from "./pin.ts";
import * as system from "./system.ts";

const MAX_LINKS = 40;
const MAX_TRIES = 8;
const aboutPath = new Set(["ENOENT", "EINVAL", "ENOTDIR", "ELOOP", "EACCES", "EPERM", "ENAMETOOLONG"]);

/** As the house writes paths: `/` everywhere, no verbatim prefix. */
export const tidy = (path: string): string =>
  process.platform === "win32"
    ? path
        .replaceAll("\\", "/")
        .replace(/^\/\/\?\/(?:UNC\/)?/, (found) => (found.endsWith("UNC/") ? "//" : ""))
    : path;

type Identity = { readonly dev: bigint; readonly ino: bigint } | null;

function identityOf(path: string): Identity {
  try {
    const { dev, ino } = system.lstatSync(path, { bigint: true });
    return { dev, ino };
  } catch {
    return null;
  }
}

const sameThing = (a: Identity, b: Identity): boolean =>
  a && b ? a.dev === b.dev && a.ino === b.ino : a === b;

/** Where a path really leads. */
interface Found {
  /** The deepest folder that exists, links followed. */
  readonly folder: string;
  readonly names: readonly string[];
  readonly stats: system.Stats | null;
  readonly blocked: string | null;
}

async function find(rules: PathRules, lexical: string, entry: boolean, links = 0): Promise<Found> {
  const names = rules.names(lexical);
  let folder = rules.root(lexical);
  for (let at = 0; at < names.length; at += 1) {
    const rest = names.slice(at);
    const path = rules.join(folder, names[at] as string);
    let stats: system.Stats;
    try {
      stats = await system.lstat(path);
    } catch (error) {
      const code = system.errnoOf(error) ?? "EIO";
      return { folder, names: rest, stats: null, blocked: code === "ENOENT" ? null : code };
    }
    const last = rest.length === 1;
    if (stats.isSymbolicLink() && !(last && entry)) {
      if (links >= MAX_LINKS) return { folder, names: rest, stats: null, blocked: "ELOOP" };
      const text = tidy(await system.readlink(path));
      const to = rules.absolute([text, ...rest.slice(1)].join("/"), folder);
      return find(rules, to, entry, links + 1);
    }
    if (last) return { folder, names: rest, stats, blocked: null };
    if (!stats.isDirectory()) return { folder, names: rest, stats: null, blocked: "ENOTDIR" };
    folder = path;
  }
  return { folder, names: [], stats: await system.lstat(folder), blocked: null };
}

/** The spelling that the file system itself uses (case, short names). */
async function spelling(
  rules: PathRules,
  found: Found,
  entry: boolean,
): Promise<{ folder: string; canonical: string }> {
  const folder = tidy(await system.realpath(found.folder));
  const canonical = found.names.reduce((path, name) => rules.join(path, name), folder);
  if (!found.stats || entry || found.names.length === 0) return { folder, canonical };
  return { folder, canonical: tidy(await system.realpath(canonical)) };
}

class NamePin implements Pin {
  readonly canonical: string;
  readonly type: Pin["type"];
  readonly stats: Pin["stats"];
  readonly fileSystem = "remote";
  readonly object: string | null;
  readonly folder: string | null;
  readonly names: readonly string[];
  readonly blocked: string | null;
  readonly #object: Identity;
  readonly #folder: Identity;

  constructor(lexical: string, where: { folder: string; canonical: string }, found: Found) {
    this.canonical = where.canonical;
    this.stats = found.stats;
    this.type = typeOf(lexical, where.canonical, found.stats, "remote");
    this.object = found.stats ? where.canonical : null;
    this.folder = found.names.length > 0 ? where.folder : null;
    this.names = found.names;
    this.blocked = found.blocked;
    this.#object = this.object === null ? null : identityOf(this.object);
    this.#folder = this.folder === null ? null : identityOf(this.folder);
  }

  intact(): boolean {
    return this.folderIntact() && (this.object === null || sameThing(this.#object, identityOf(this.object)));
  }

  folderIntact(): boolean {
    if (this.folder === null) return true;
    try {
      return (
        tidy(system.realpathSync.native(this.folder)) === this.folder &&
        sameThing(this.#folder, identityOf(this.folder))
      );
    } catch {
      return false;
    }
  }

  /** By place: what stands there now, at the end of no link, and of the kind that was judged. */
  isOpenAs(fd: number): boolean {
    const opened = system.fstatSync(fd, { bigint: true });
    if (this.object === null || opened.isFile() !== this.stats?.isFile()) return false;
    try {
      if (tidy(system.realpathSync.native(this.object)) !== this.object) return false;
    } catch {
      return false;
    }
    return sameThing(identityOf(this.object), { dev: opened.dev, ino: opened.ino });
  }

  hold(): void {}
  drop(): void {}
}

export const names: Pinner = {
  async pin(lexical: string, options: PinOptions) {
    const rules = pathRules(process.platform);
    let blocked = "ENOENT";
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      try {
        const found = await find(rules, lexical, options.entry);
        return new NamePin(lexical, await spelling(rules, found, options.entry), found);
      } catch (error) {
        // Exchanged between two looks, or barred.
        const code = system.errnoOf(error);
        if (code === undefined || !aboutPath.has(code)) throw error;
        blocked = code;
      }
    }
    const none: Found = { folder: rules.root(lexical), names: [], stats: null, blocked };
    return new NamePin(lexical, { folder: none.folder, canonical: lexical }, none);
  },

  async enter(folder, name) {
    const path = `${folder}/${name}`;
    if (!(await system.lstat(path)).isDirectory())
      throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
    return { path, close: () => {} };
  },
};
