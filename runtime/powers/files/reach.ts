/** The way to a path on Linux, from open folder to open folder, links followed by hand where the system cannot do it in one step.
 *  Everything is opened with O_PATH: nothing is read, nothing blocks. Says how far the way led; judges nothing. */
import { posix } from "../../core/path.ts";
import type { Stats } from "./system.ts";
import * as system from "./system.ts";

const { closeSync, errnoOf, fstatSync, O_DIRECTORY, O_NOFOLLOW, O_PATH, open, openSync } = system;

/** As path_resolution(7): more links than this are a circle. */
const MAX_LINKS = 40;

export const by = (fd: number): string => `/proc/self/fd/${fd}`;
const inside = (fd: number, name: string): string => `/proc/self/fd/${fd}/${name}`;

/** Failures that say nothing about the path. */
const elsewhere = new Set(["EMFILE", "ENFILE", "ENOMEM"]);
function codeOf(error: unknown): string {
  const code = errnoOf(error);
  if (code === undefined || elsewhere.has(code)) throw error;
  return code;
}

/** Folders on local disks, where opening a name in place costs less than handing it to another thread. What is remembered decides
 *  only who waits, never where a path leads. */
const calm = new Set<string>();
const MAX_CALM = 4096;

/** `folder`, a path without links, was found on a local disk. */
export function rememberCalm(folder: string): void {
  if (calm.size >= MAX_CALM) calm.clear();
  calm.add(folder);
}

/** How far a way led. All descriptors belong to the holder. */
export interface Way {
  /** The last folder that was reached, with the names that remain below it; null when the thing was reached in one step. */
  readonly folder: number | null;
  readonly names: readonly string[];
  /** The thing at the end, or null. */
  readonly object: number | null;
  /** Facts of the thing, where they were needed on the way. */
  readonly stats?: Stats;
  readonly blocked: string | null;
}

/** `again`: it vanished before it could be looked at, so no other work of this process may come between. */
export interface Manner {
  readonly entry: boolean;
  readonly folder: boolean;
  readonly again: boolean;
}

export async function reach(lexical: string, { entry, folder, again }: Manner): Promise<Way> {
  if (!entry && !folder) {
    const object = await openStraight(lexical, again);
    if (typeof object !== "string") return { folder: null, names: [], blocked: null, ...object };
  }
  return wayTo(lexical, entry);
}

/** The thing at the end of all links, or the errno. */
async function openStraight(
  lexical: string,
  again: boolean,
): Promise<(Pick<Way, "stats"> & { object: number }) | string> {
  try {
    if (again) return { object: openSync(lexical, O_PATH) };
    if (calm.has(posix.parent(lexical))) {
      const object = openSync(lexical, O_PATH | O_NOFOLLOW);
      const stats = fstatSync(object);
      if (!stats.isSymbolicLink()) return { object, stats };
      closeSync(object);
    }
    return { object: await open(lexical, O_PATH) };
  } catch (error) {
    return codeOf(error);
  }
}

/** It was exchanged since it was looked at, so that it has to be looked at again. */
function exchanged(error: unknown): null {
  const code = codeOf(error);
  if (code === "EINVAL" || code === "ENOENT") return null;
  throw error;
}

function nameIn(folder: number, name: string): number | string {
  try {
    return openSync(inside(folder, name), O_PATH | O_NOFOLLOW);
  } catch (error) {
    return codeOf(error);
  }
}

/** Goes on from a folder (which it takes over) along `queue`, following links by hand. `here`: waits in place. */
async function follow(start: number, queue: string[], entry: boolean, here = false): Promise<Way> {
  let folder = start;
  const end = (names: string[], object: number | null, blocked: string | null): Way => ({
    folder,
    names,
    object,
    blocked,
  });
  const move = (to: number): void => {
    closeSync(folder);
    folder = to;
  };
  try {
    for (let links = 0; ; ) {
      const name = queue.shift();
      if (name === undefined) return end([], await open(by(folder), O_PATH), null);
      if (name === "..") {
        move(await open(inside(folder, ".."), O_PATH | O_DIRECTORY));
        continue;
      }
      const next = here
        ? nameIn(folder, name)
        : await open(inside(folder, name), O_PATH | O_NOFOLLOW).catch(codeOf);
      if (typeof next === "string") return end([name, ...queue], null, next === "ENOENT" ? null : next);
      const stats = fstatSync(next);
      if (!stats.isSymbolicLink()) {
        if (queue.length === 0) return end([name], next, null);
        if (stats.isDirectory()) {
          move(next);
          continue;
        }
        closeSync(next);
        return end([name, ...queue], null, "ENOTDIR");
      }
      if (entry && queue.length === 0) return end([name], next, null);
      closeSync(next);
      links += 1;
      if (links > MAX_LINKS) return end([name, ...queue], null, "ELOOP");
      const text = await system.readlink(inside(folder, name)).catch(exchanged);
      if (text === null) queue.unshift(name);
      else {
        queue.unshift(...text.split("/").filter((part) => part !== "" && part !== "."));
        if (text.startsWith("/")) move(await open("/", O_PATH | O_DIRECTORY));
      }
    }
  } catch (error) {
    closeSync(folder);
    throw error;
  }
}

/** The whole way to a path: its folder in one step where that exists, else name by name. */
async function wayTo(lexical: string, entry: boolean): Promise<Way> {
  const parent = posix.parent(lexical);
  const last = posix.names(lexical).slice(-1);
  if (calm.has(parent)) {
    const folder = calmFolder(parent);
    if (folder !== null) return follow(folder, last, entry, true);
  }
  const folder = await open(parent, O_PATH | O_DIRECTORY).catch(codeOf);
  if (typeof folder === "number") return follow(folder, last, entry);
  return follow(await open("/", O_PATH | O_DIRECTORY), posix.names(lexical), entry);
}

function calmFolder(path: string): number | null {
  try {
    return openSync(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  } catch {
    return null;
  }
}
