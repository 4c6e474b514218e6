/** Trees of files, folders and links of every kind, made from a seed on a real disk; what is in them; and where a path leads, found out
 *  by following links the plain way. Knows no grants. */
import {
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { posix } from "node:path";
import { makeFifo } from "./kernel.ts";
import type { Random } from "./random.ts";

/** Few, so that they meet; some that compare equal to a careless reader, some that rules know, two that look like errors. */
export const names = [
  "a",
  "b",
  "c",
  "A",
  "\u00e9",
  "e\u0301",
  "a.txt",
  ".env",
  ".git",
  "hooks",
  "ENOENT",
  "EINVAL",
];

export interface Entry {
  readonly type: "file" | "folder" | "link" | "fifo";
  /** Content of a file, target of a link. */
  readonly holds: string;
  /** Files with several names share it. */
  readonly ino: number;
}

/** By absolute path. */
export type Snapshot = ReadonlyMap<string, Entry>;

export class LinkTree {
  readonly root: string;
  /** As it was when it was last looked at. */
  there: Snapshot = new Map();
  readonly #random: Random;
  readonly #paths: string[] = [];
  readonly #folders: string[];
  readonly #files: string[] = [];

  constructor(root: string, random: Random) {
    this.root = root;
    this.#random = random;
    mkdirSync(root);
    this.#folders = [root];
    const most = 4 + random.below(14);
    for (let n = 0; n < most; n += 1) this.#grow();
    this.look();
  }

  look(): Snapshot {
    this.there = snapshotOf(this.root);
    return this.there;
  }

  /** Below the root, up to so many names. */
  below(depth: number): string {
    const { pick, below } = this.#bound();
    return Array.from({ length: 1 + below(depth) }, () => pick(names)).join("/");
  }

  #bound() {
    const random = this.#random;
    return {
      pick: <T>(list: readonly T[]): T => random.pick(list),
      below: (most: number): number => random.below(most),
    };
  }

  /** Somewhere, whether something stands there or not: what is there, below it, beside it. */
  path(): string {
    const there = this.there.size > 0 ? [...this.there.keys()] : this.#paths;
    const { pick, below } = this.#bound();
    if (there.length === 0 || below(5) === 0) return `${this.root}/${this.below(3)}`;
    const one = pick(there);
    return below(3) === 0 ? `${one}/${this.below(2)}` : one;
  }

  /** A path as a plugin may write it: relative, with detours. */
  spell(path: string): string {
    const relative = path.slice(this.root.length + 1);
    const { below } = this.#bound();
    switch (below(7)) {
      case 0:
        return relative;
      case 1:
        return `./${relative}/`;
      case 2:
        return `${this.root}/${names[0]}/..//${relative}`;
      case 3:
        return `${relative}/x/../.`;
      case 4:
        return `../${posix.basename(this.root)}/${relative}`;
      default:
        return path;
    }
  }

  /** One more thing; what cannot be made is left out. */
  #grow(): void {
    const { pick, below } = this.#bound();
    const path = `${pick(this.#folders)}/${pick(names)}`;
    try {
      this.#make(path, below(9));
      this.#paths.push(path);
    } catch (error) {
      if (!["EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }

  #make(path: string, what: number): void {
    const { pick, below } = this.#bound();
    if (what < 3) {
      mkdirSync(path);
      this.#folders.push(path);
    } else if (what < 5) {
      writeFileSync(path, `content ${this.#files.length}`, { flag: "wx" });
      this.#files.push(path);
    } else if (what === 5 && this.#files.length > 0) linkSync(pick(this.#files), path);
    else if (what === 6 && below(4) === 0) makeFifo(path);
    else symlinkSync(this.#target(), path);
  }

  #target(): string {
    const { pick, below } = this.#bound();
    switch (below(10)) {
      case 0:
        return this.path();
      case 1:
        return `${this.root}/${this.below(2)}/..`;
      case 2:
        return pick(["/proc/self", "/proc/self/root", "/dev/null", "/", ".", "..", "/proc", "/dev"]);
      case 3:
        return `../${this.below(2)}`;
      case 4:
        return `../../${this.below(1)}`;
      case 5:
        return `../${posix.basename(this.root)}/${this.below(2)}`;
      default:
        return this.below(2);
    }
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Everything below a folder, no link followed. */
export function snapshotOf(folder: string): Snapshot {
  const found = new Map<string, Entry>();
  const visit = (path: string): void => {
    for (const name of readdirSync(path).sort()) {
      const at = `${path}/${name}`;
      const stats = lstatSync(at);
      if (stats.isDirectory()) {
        found.set(at, { type: "folder", holds: "", ino: stats.ino });
        visit(at);
      } else if (stats.isSymbolicLink())
        found.set(at, { type: "link", holds: readlinkSync(at), ino: stats.ino });
      else if (stats.isFIFO()) found.set(at, { type: "fifo", holds: "", ino: stats.ino });
      else found.set(at, { type: "file", holds: readFileSync(at, "utf8"), ino: stats.ino });
    }
  };
  visit(folder);
  return found;
}

/** Where a normalised path leads, name by name as path_resolution(7) has it, with what is missing as it is written. null: nowhere (a
 *  circle, or through something that is no folder, when `strict`). `entry`: a link at the end is meant itself. */
export function follow(path: string, entry: boolean, strict = true): string | null {
  const queue = path.split("/").filter(Boolean);
  let at = "";
  let links = 0;
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (name === "..") {
      at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
      continue;
    }
    const next = `${at}/${name}`;
    const stats = lstatSync(next, { throwIfNoEntry: false });
    if (!stats) return queue.includes("..") ? null : [next, ...queue].join("/");
    if (stats.isSymbolicLink() && !(entry && queue.length === 0)) {
      links += 1;
      if (links > 40) return null;
      const to = readlinkSync(next);
      queue.unshift(...to.split("/").filter((part) => part !== "" && part !== "."));
      if (to.startsWith("/")) at = "";
      continue;
    }
    if (queue.length > 0 && !stats.isDirectory())
      return strict || queue.includes("..") ? null : [next, ...queue].join("/");
    at = next;
  }
  return at === "" ? "/" : at;
}

/** Where the kernel says that a path leads; null: nowhere. */
export function led(path: string): string | null {
  let fd: number;
  try {
    fd = openSync(path, 0o10000000 | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}
