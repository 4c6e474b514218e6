/** A file tree in memory as a source of powers: links are followed, special files have their types, every touch is traced. Judges
 *  nothing; whoever holds a lease is asked before each step, as the real powers do. */
import type { PathNeed, PathTarget, SpecialFile, Target } from "../../runtime/core/capability.ts";
import { fail } from "../../runtime/core/errors.ts";
import { pathRules, posix } from "../../runtime/core/path.ts";
import type {
  FileEvent,
  FileInfo,
  FileOpener,
  FileWatcher,
  FolderCursor,
  FolderEntry,
  Lease,
  OpenFile,
  PowerSource,
  ReadPower,
  WritePower,
} from "../../runtime/core/powers.ts";
import { absentFile } from "../../runtime/powers/files/absent.ts";

/** A text is a file, `null` a folder, `{ link }` a symbolic link, `{ special }` a device, FIFO, socket or door. */
export type FakeNode = string | null | { readonly link: string } | { readonly special: SpecialFile };

const isLink = (node: FakeNode | undefined): node is { link: string } =>
  typeof node === "object" && node !== null && "link" in node;

export class FakeTree {
  readonly nodes = new Map<string, FakeNode>();
  readonly cwd: string;
  readonly read: PowerSource<PathNeed & { kind: "read" }>;
  readonly write: PowerSource<PathNeed & { kind: "write" }>;
  readonly opener: FileOpener;
  /** What was done to the tree, in order: `open read /a`, `read /a`, `write /a`, … */
  readonly #trace: (what: string) => void;
  readonly #held = new Map<string, Promise<void>>();

  constructor(cwd: string, nodes: Readonly<Record<string, FakeNode>>, trace: (what: string) => void) {
    this.cwd = cwd;
    this.#trace = trace;
    for (const [path, node] of Object.entries(nodes)) this.put(posix.absolute(path, cwd), node);
    this.put("/dev/null", { special: "device" });
    this.read = {
      ...this.#source("read", (target, lease) => this.#reader(target, lease)),
      absent: absentFile,
    };
    this.write = this.#source("write", (target, lease) => this.#writer(target, lease));
    this.opener = { open: async ({ read, write }) => openFile(read, write) };
  }

  put(path: string, node: FakeNode): void {
    for (let folder = posix.parent(path); folder !== "/"; folder = posix.parent(folder))
      if (!this.nodes.has(folder)) this.nodes.set(folder, null);
    this.nodes.set(path, node);
  }

  /** Content of the file at a resolved path, if there is one. */
  text(path: string): string | undefined {
    const node = this.nodes.get(this.follow(posix.absolute(path, this.cwd)));
    return typeof node === "string" ? node : undefined;
  }

  /** Everything that reads this path waits until the returned function is called. */
  hold(path: string): () => void {
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held.set(posix.absolute(path, this.cwd), until);
    return release;
  }

  /** The canonical path; what does not exist stands as written. `entry`: a link at the end is itself. */
  follow(path: string, entry = false, depth = 0): string {
    if (depth > 40) throw fail("E_INVALID", "too many links");
    const names = posix.names(path);
    let at = "/";
    for (const [index, name] of names.entries()) {
      const next = posix.join(at, name);
      const node = this.nodes.get(next);
      const last = index === names.length - 1;
      if (isLink(node) && !(last && entry)) {
        const rest = names.slice(index + 1).join("/");
        return this.follow(posix.absolute(`${posix.absolute(node.link, at)}/${rest}`, "/"), entry, depth + 1);
      }
      at = next;
    }
    return at;
  }

  typeOf(path: string): PathTarget["type"] {
    const node = path === "/" ? null : this.nodes.get(path);
    if (node === undefined) return "missing";
    if (node === null) return "folder";
    if (typeof node === "string") return "file";
    return "link" in node ? "link" : node.special;
  }

  #source<K extends "read" | "write", P>(
    kind: K,
    open: (target: PathTarget, lease: Lease) => P,
  ): PowerSource<PathNeed & { kind: K }, P> {
    return {
      resolve: async ({ path, entry = false, tree = false, arrives = false, from }) => {
        const lexical = pathRules("linux").absolute(path, from === "tmp" ? "/tmp" : this.cwd);
        const canonical = this.follow(lexical, entry);
        return { kind, words: path, lexical, canonical, entry, tree, arrives, type: this.typeOf(canonical) };
      },
      open: async (target, lease) => {
        lease.alive();
        this.#trace(`open ${kind} ${(target as PathTarget).canonical}`);
        return open(target as PathTarget, lease);
      },
      release: (target: Target) => this.#trace(`release ${kind} ${(target as PathTarget).canonical}`),
    };
  }

  async #content(target: PathTarget, lease: Lease): Promise<Uint8Array> {
    lease.alive();
    await this.#held.get(target.canonical);
    lease.alive();
    const node = this.nodes.get(target.canonical);
    if (node === undefined) throw fail("E_NOT_FOUND", `${target.words}: no such file`);
    if (typeof node !== "string") throw fail("E_INVALID", `${target.words}: not a file`);
    const bytes = new TextEncoder().encode(node);
    // Reading takes the longer the more there is, as it does on a disk.
    for (let turn = 0; turn < Math.min(bytes.length, 64); turn += 1) await undefined;
    lease.spend(bytes.length, "in");
    this.#trace(`read ${target.canonical}`);
    return bytes;
  }

  #reader(target: PathTarget, lease: Lease): ReadPower {
    return {
      bytes: async (max) => {
        const bytes = await this.#content(target, lease);
        if (bytes.length > max) throw fail("E_LIMIT_BYTES", "too large");
        return bytes;
      },
      stat: async () => {
        lease.alive();
        if (target.type === "missing") throw fail("E_NOT_FOUND", `${target.words}: no such file`);
        return infoOf(this.nodes.get(target.canonical) ?? null);
      },
      exists: async () => {
        lease.alive();
        return this.nodes.has(target.canonical);
      },
      realPath: () => {
        lease.alive();
        return target.canonical;
      },
      list: async () => this.#cursor(target, lease),
      watch: async () => this.#watcher(target, lease),
    };
  }

  /** Everything that was in the tree when it began is told as made, then it is over. */
  #watcher(target: PathTarget, lease: Lease): FileWatcher {
    const events = [...this.nodes.keys()]
      .filter((path) => path === target.canonical || path.startsWith(`${target.canonical}/`))
      .map((path): FileEvent => ({ kind: "create", paths: [path] }));
    return {
      next: async () => {
        lease.alive();
        return events.splice(0, 1);
      },
      close: async () => this.#trace(`close watcher ${target.canonical}`),
    };
  }

  #cursor(target: PathTarget, lease: Lease): FolderCursor {
    const inside = [...this.nodes.keys()].filter((path) => posix.parent(path) === target.canonical).sort();
    return {
      next: async (max) => {
        lease.alive();
        return inside.splice(0, max).map((path) => entryOf(posix.basename(path), this.nodes.get(path)));
      },
      close: async () => this.#trace(`close folder ${target.canonical}`),
    };
  }

  #writer(target: PathTarget, lease: Lease): WritePower & { readonly target: PathTarget } {
    const change = (path: string, node: FakeNode | undefined): void => {
      lease.alive();
      if (node === undefined) {
        for (const at of [...this.nodes.keys()])
          if (at === path || at.startsWith(`${path}/`)) this.nodes.delete(at);
      } else this.put(path, node);
      this.#trace(`write ${path}`);
    };
    return {
      target,
      replace: async (content, { append = false }) => {
        lease.spend(content.length, "out");
        const before = append ? (this.text(target.canonical) ?? "") : "";
        change(target.canonical, before + new TextDecoder().decode(content));
      },
      replaceFrom: async (source, max) => {
        const bytes = await source.bytes(max);
        lease.spend(bytes.length, "out");
        change(target.canonical, new TextDecoder().decode(bytes));
      },
      makeFolder: async () => change(target.canonical, null),
      makeTempFolder: async (prefix) => {
        const path = posix.join(target.canonical, `${prefix}x1y2z3`);
        change(path, null);
        return path;
      },
      remove: async () => change(target.canonical, undefined),
      moveTo: async (to) => {
        const goal = (to as WritePower & { readonly target: PathTarget }).target.canonical;
        const node = this.nodes.get(target.canonical);
        if (node === undefined) throw fail("E_NOT_FOUND", `${target.words}: no such file`);
        change(goal, node);
        change(target.canonical, undefined);
      },
    };
  }
}

const infoOf = (node: FakeNode): FileInfo => ({
  isFile: typeof node === "string",
  isDirectory: node === null,
  isSymlink: isLink(node),
  size: typeof node === "string" ? node.length : 0,
  mtime: 0,
  atime: 0,
  birthtime: 0,
  mode: 0o644,
});

const entryOf = (name: string, node: FakeNode | undefined): FolderEntry => ({
  name,
  isFile: typeof node === "string",
  isDirectory: node === null,
  isSymlink: isLink(node),
});

function openFile(read: ReadPower | undefined, write: WritePower | undefined): OpenFile {
  let at = 0;
  return {
    read: async (max) => {
      const bytes = (await read?.bytes(Number.MAX_SAFE_INTEGER)) ?? new Uint8Array(0);
      const part = bytes.subarray(at, at + max);
      at += part.length;
      return { bytes: part, back: () => undefined };
    },
    write: async (bytes) => {
      await write?.replace(bytes, { append: true });
      return bytes.length;
    },
    seek: async (offset) => {
      at = offset;
      return at;
    },
    stat: async () => (read ? read.stat() : infoOf("")),
    truncate: async () => write?.replace(new Uint8Array(0), {}),
    close: async () => undefined,
  };
}
