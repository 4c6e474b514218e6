/** Takes every authority from this process, for good. Returns the names of the walls that hold; throws when one that
 *  the system should have could not be built, and then nothing of a guest may run.
 *
 *  Linux on x86-64 and arm64. Other systems have none of these walls: the list is empty. */

import { sealLinux } from "./linux.ts";

export interface SealOptions {
  /** The broker's process, as seen when this process began. */
  readonly parent: number;
  /** Private memory that may be added from here on, in bytes. */
  readonly memory: number;
}

/** Does, before the seal, what could not be done behind it. */
export function prepare(): void {
  // The time zone is read from a file at its first use.
  new Date().getTimezoneOffset();
}

export function seal(options: SealOptions): readonly string[] {
  return process.platform === "linux" ? sealLinux(options) : [];
}
