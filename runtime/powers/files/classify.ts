/** What kind of thing a file is, from its facts and its place, without opening it. Pure. */
import type { FileType } from "./pin.ts";
import type { FileSystem, Stats } from "./system.ts";

/** Doors into running processes and to the terminal: closed whatever was granted (CONTRACT 3). */
const forbiddenPlace =
  /^\/(?:proc\/(?:self|thread-self|\d+)|dev\/(?:fd|stdin|stdout|stderr|tty\w*|pty\w*|console|ptmx|pts))(?:\/|$)/;
const kernelPlace = /^\/(?:proc|sys)(?:\/|$)/;

/** Device numbers as Linux packs them (makedev(3)). */
const major = (rdev: number): number => ((rdev >>> 8) & 0xfff) | (Math.floor(rdev / 2 ** 32) & 0xfffff000);
const NULL_DEVICE = 0x103;

/** Virtual consoles, /dev/tty and ptmx, pseudo terminals, serial and USB terminals. */
const isTerminal = (rdev: number): boolean => {
  const number = major(rdev);
  return number === 4 || number === 5 || (number >= 136 && number <= 143) || number === 166 || number === 188;
};

/** By place alone, so that the answer is the same whether the thing exists or not. */
export function placeType(lexical: string, canonical: string): FileType | undefined {
  if (forbiddenPlace.test(lexical) || forbiddenPlace.test(canonical)) return "forbidden";
  return kernelPlace.test(lexical) || kernelPlace.test(canonical) ? "kernel" : undefined;
}

export function typeOf(lexical: string, canonical: string, stats: Stats | null, on: FileSystem): FileType {
  const place = placeType(lexical, canonical);
  if (place) return place;
  if (!stats) return "missing";
  // A second /proc, mounted elsewhere, is as much a door into processes as the first.
  if (on === "processes") return "forbidden";
  if (on === "kernel") return "kernel";
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  if (stats.isSymbolicLink()) return "link";
  if (stats.isFIFO()) return "fifo";
  if (stats.isSocket()) return "socket";
  if (!stats.isCharacterDevice()) return "device";
  if (canonical === "/dev/null" && stats.rdev === NULL_DEVICE) return "file";
  return isTerminal(stats.rdev) ? "forbidden" : "device";
}
