/** A secret of this installation in a folder of its own, and reading files that nobody else could have written. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const keyBytes = 32;

/** Owned by this person, and writable by nobody else. Windows has no such bits: profile folders are private there. */
export function isPrivate(stat: { uid: number; mode: number }, forbidden: number): boolean {
  const uid = process.getuid?.();
  return uid === undefined || (stat.uid === uid && (stat.mode & forbidden) === 0);
}

const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A regular file of this person that nobody else can write (or, with `secret`, read). Undefined otherwise. */
export function readOwn(path: string, secret: boolean): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, readFlags);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(fd);
    return stat.isFile() && isPrivate(stat, secret ? 0o077 : 0o022) ? readFileSync(fd) : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

export const draftName = (folder: string): string => join(folder, `draft-${randomBytes(8).toString("hex")}`);

export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or not ours: either way there is nothing to keep.
  }
}

/** Another process may be first, which then wins; what stands there and is not a key is replaced. */
function claim(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch {
    if (readOwn(path, true)?.length !== keyBytes) renameSync(draft, path);
  }
}

/** The key of this installation; made on first use, by exactly one of several processes. */
export function installationKey(folder: string): Buffer {
  const path = join(folder, "key");
  const known = readOwn(path, true);
  if (known?.length === keyBytes) return known;
  const draft = draftName(folder);
  try {
    writeFileSync(draft, randomBytes(keyBytes), { flag: "wx", mode: 0o600 });
    claim(draft, path);
  } finally {
    remove(draft);
  }
  const made = readOwn(path, true);
  if (made?.length !== keyBytes) throw new Error("its key cannot be kept private");
  return made;
}
