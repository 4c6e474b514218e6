/** Makes a folder of sbx's own with all folders above it, closed to others. One that stands there stays as it is.
 *  Not `mkdirSync` with `recursive`, which never returns where a system makes no folders at all (/proc). */
import { lstatSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** @throws the system's error when it cannot be made */
export function makeFolder(folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
