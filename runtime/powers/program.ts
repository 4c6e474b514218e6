/** Reads a plugin's own sources: the only file that does. What is judged is what is read: a path's links are followed and
 *  must stay below the root, and the opened file must still be the judged one.
 *
 *  Refuses to know: how modules are resolved, what TypeScript is. */
import { hash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fail } from "../core/errors.ts";
import type { FoundProgram, Look, SourceLimits, SourceTree } from "../core/sources.ts";
import { sourceLimits } from "../core/sources.ts";

const openFlags =
  constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0) | (constants.O_NOFOLLOW ?? 0);

const missing: Look = { is: "missing" };
const refused = (why: Extract<Look, { is: "refused" }>["why"]): Look => ({ is: "refused", why });

const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** What these mean for somebody who asked for a file. */
const isMissing = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "EINVAL"].includes(errorCode(error) ?? "");

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** The path of an open file as the system knows it now, or undefined where it does not tell. */
function pathOfOpen(fd: number): string | undefined {
  return process.platform === "linux" ? readlinkSync(`/proc/self/fd/${fd}`) : undefined;
}

function sameFile(fd: number, real: string): boolean {
  const known = pathOfOpen(fd);
  if (known !== undefined) return known === real;
  const opened = fstatSync(fd, { bigint: true });
  const named = statSync(realpathSync.native(real), { bigint: true });
  return opened.ino === named.ino && opened.dev === named.dev;
}

/** At most `limit` bytes; undefined when there are more. */
function readAll(fd: number, size: number, limit: number): Uint8Array | undefined {
  if (size > limit) return undefined;
  let buffer = Buffer.allocUnsafe(size + 1);
  let used = 0;
  for (;;) {
    const count = readSync(fd, buffer, used, buffer.length - used, null);
    if (count === 0) return buffer.subarray(0, used);
    used += count;
    if (used > limit) return undefined;
    if (used === buffer.length) {
      const larger = Buffer.allocUnsafe(used * 2);
      buffer.copy(larger);
      buffer = larger;
    }
  }
}

/** A folder on disk as a tree. `root` must be a real path (links followed). */
export function folderTree(root: string, limits: SourceLimits = sourceLimits): SourceTree {
  const answers = new Map<string, Look>();
  const files = new Map<string, Look>();
  const prefix = root.endsWith(sep) ? root : root + sep;
  let total = 0;

  const readFile = (real: string, path: string): Look => {
    const fd = openSync(real, openFlags);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) return refused("special");
      if (!sameFile(fd, real)) return refused("outside");
      if (files.size >= limits.files) return refused("too-many");
      const bytes = readAll(fd, stat.size, limits.file);
      if (bytes === undefined) return refused("too-large");
      total += bytes.length;
      if (total > limits.total) return refused("too-many");
      return { is: "file", path, bytes, sha256: hash("sha256", bytes, "hex") };
    } finally {
      closeSync(fd);
    }
  };

  const lookUncached = (path: string): Look => {
    if (path.includes("\0") || path.split("/").includes("..")) return refused("outside");
    const absolute = resolve(root, path);
    if (absolute !== root && !absolute.startsWith(prefix)) return refused("outside");
    try {
      const entry = lstatSync(absolute, { throwIfNoEntry: false });
      if (entry === undefined) return whyFailed(path, missing);
      const real = realpathSync.native(absolute);
      if (real !== root && !real.startsWith(prefix)) return refused("outside");
      const realPath = relative(root, real).replaceAll(sep, "/");
      const stat = entry.isSymbolicLink() ? lstatSync(real) : entry;
      if (stat.isDirectory()) return { is: "folder", path: realPath };
      if (!stat.isFile()) return refused("special");
      const known = files.get(realPath) ?? readFile(real, realPath);
      if (known.is === "file") files.set(realPath, known);
      return known;
    } catch (error) {
      if (isLink(absolute)) return whyFailed(path, refused("outside"));
      return whyFailed(path, isMissing(error) ? missing : refused("unreadable"));
    }
  };

  /** Nothing may depend on what stands outside: below a link that leads out all is told as outside, and so is a link that leads
   *  nowhere. */
  const whyFailed = (path: string, answer: Look): Look => {
    const above =
      path === "" ? missing : look(path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
    return above.is === "refused" ? above : answer;
  };

  const look = (path: string): Look => {
    let answer = answers.get(path);
    if (answer === undefined) {
      answer = lookUncached(path);
      answers.set(path, answer);
    }
    return answer;
  };

  return { look };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The string at `key` of a JSON file in the tree; undefined when there is no such file or no such string. @throws SyntaxError */
function stringIn(tree: SourceTree, file: string, key: string): string | undefined {
  const look = tree.look(file);
  if (look.is !== "file") return undefined;
  const value: unknown = JSON.parse(utf8.decode(look.bytes));
  const text = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof text === "string" ? text.replace(/^\.\//, "") : undefined;
}

function manifestEntry(tree: SourceTree): string | undefined {
  try {
    return stringIn(tree, "sbx.json", "entry");
  } catch (cause) {
    throw fail("E_MANIFEST", `sbx.json is not valid JSON: ${(cause as Error).message}`, { cause });
  }
}

function packageMain(tree: SourceTree): string | undefined {
  try {
    return stringIn(tree, "package.json", "main");
  } catch {
    return undefined;
  }
}

const usualEntries = ["main.ts", "index.ts", "main.mts", "main.js", "main.mjs", "index.js"];

const nameOne = "name a script, a folder with main.ts, or - for standard input";

const remedies: Readonly<Record<Extract<Look, { is: "refused" }>["why"], string>> = {
  outside: "name the folder that the link leads to",
  special: "name an ordinary file; a program that comes through a pipe is run as -",
  "too-large": "split it into modules, and leave data to files that it reads",
  "too-many": "leave out what the program does not import",
  unreadable: "make it readable for you",
};

/** @param shown the path as the person gave it */
function requireReadable(look: Look, shown: string): void {
  switch (look.is) {
    case "file":
      return;
    case "refused":
      if (look.why === "too-large")
        throw fail("E_IMPORT", `${shown} is too large to be a program`, { remedy: remedies[look.why] });
      throw fail("E_NOT_FOUND", `${shown} cannot be read (${look.why})`, { remedy: remedies[look.why] });
    case "folder":
    case "missing":
      throw fail("E_NOT_FOUND", `there is no ${shown}`, { remedy: nameOne });
    default:
      throw look satisfies never;
  }
}

/** Where a folder's program begins: `entry` of its sbx.json, else `main` of its package.json, else main.ts or index.ts. */
function folderEntry(tree: SourceTree, shown: string): string {
  const declared = manifestEntry(tree);
  if (declared !== undefined) {
    if (tree.look(declared).is === "file") return declared;
    throw fail("E_MANIFEST", `sbx.json names the entry "${declared}", which is not a file of this folder`);
  }
  const main = packageMain(tree);
  const candidates = main === undefined ? usualEntries : [main, ...usualEntries];
  const entry = candidates.find((path) => ["file", "refused"].includes(tree.look(path).is));
  if (entry === undefined) {
    const remedy = `add main.ts, or an sbx.json with "entry"`;
    throw fail("E_NOT_FOUND", `the folder ${shown} has no entry`, { remedy });
  }
  requireReadable(tree.look(entry), join(shown, entry));
  return entry;
}

/** Finds the program at a path: a script, whose folder is then its root, or a folder.
 *  @throws SbxError E_NOT_FOUND (missing, unreadable, no entry), E_MANIFEST, E_IMPORT (too large) */
export function findProgram(path: string, limits?: SourceLimits): FoundProgram {
  let real: string;
  let isFolder: boolean;
  try {
    real = realpathSync.native(resolve(path));
    isFolder = statSync(real).isDirectory();
  } catch (cause) {
    if (isMissing(cause)) throw fail("E_NOT_FOUND", `there is no ${path}`, { cause, remedy: nameOne });
    const remedy = remedies.unreadable;
    throw fail("E_NOT_FOUND", `${path} cannot be read (${errorCode(cause)})`, { cause, remedy });
  }
  const root = isFolder ? real : dirname(real);
  const tree = folderTree(root, limits);
  if (isFolder) return { tree, root, origin: root, entry: folderEntry(tree, path) };
  const entry = basename(real);
  requireReadable(tree.look(entry), path);
  return { tree, root, origin: root, entry };
}

/** A program given as text, from standard input or the command line. It has no folder, so it can import only `sbx:`. */
export function textProgram(
  text: Uint8Array,
  name: string,
  limits: SourceLimits = sourceLimits,
): FoundProgram {
  if (text.length > limits.file) throw fail("E_IMPORT", `${name} is too large to be a program`);
  const file: Look = { is: "file", path: name, bytes: text, sha256: hash("sha256", text, "hex") };
  return { tree: { look: (path) => (path === name ? file : missing) }, entry: name, origin: "text:" };
}

/** A program with its files in memory, such as a verified package. `origin` names it for the cache. */
export function memoryProgram(
  files: ReadonlyMap<string, Uint8Array>,
  entry: string,
  origin: string,
): FoundProgram {
  const looks = new Map<string, Look>();
  for (const [path, bytes] of files) {
    looks.set(path, { is: "file", path, bytes, sha256: hash("sha256", bytes, "hex") });
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      looks.set(folder, { is: "folder", path: folder });
    }
  }
  looks.set("", { is: "folder", path: "" });
  return { tree: { look: (path) => looks.get(path) ?? missing }, entry, origin };
}

/** A file's path on disk, for messages to the person only. */
export const shownPath = (found: FoundProgram, path: string): string =>
  found.root === undefined ? path : join(found.root, path);
