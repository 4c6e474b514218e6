/** Closes the descriptors that the broker's ancestors leaked into this process.
 *
 *  The close-on-exec flag alone does not tell them apart: libuv sets it at its start on inherited ones too. So a
 *  descriptor stays only when it is of a kind that Node makes for itself, and everything else goes. */

import { readdirSync, readlinkSync } from "node:fs";
import type { Kernel } from "./kernel.ts";

/** The channel; below it the standard streams. */
const CHANNEL = 3;
const FD_CLOEXEC = 1;
const F_GETFD = 1;
const NULL_DEVICE = "/dev/null";
/** What an event loop is made of. */
const OWN_KINDS = ["anon_inode:[eventfd]", "anon_inode:[eventpoll]", "anon_inode:[io_uring]", NULL_DEVICE];

/** True when only the channel leads out of the process: the standard streams are the null device, the rest is its
 *  own. */
export function closeInherited(kernel: Kernel): boolean {
  const targets = new Map<number, string>();
  const seen = new Map<string, number>();
  for (const entry of readdirSync("/proc/self/fd")) {
    const target = targetOf(entry);
    if (target === undefined) continue;
    targets.set(Number(entry), target);
    seen.set(target, (seen.get(target) ?? 0) + 1);
  }
  for (const [descriptor, target] of targets) {
    if (descriptor === CHANNEL) continue;
    if (descriptor < CHANNEL && target !== NULL_DEVICE) return false;
    if (descriptor < CHANNEL) continue;
    const isMarked = (kernel.call("fcntl", descriptor, F_GETFD) & FD_CLOEXEC) !== 0;
    // A pipe of its own has both ends here.
    const isOwn = OWN_KINDS.includes(target) || (target.startsWith("pipe:") && seen.get(target) === 2);
    if (isMarked && isOwn) continue;
    if (kernel.call("close", descriptor) !== 0) return false;
  }
  return true;
}

/** Undefined for the descriptor that listed the others. */
function targetOf(entry: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${entry}`);
  } catch {
    return undefined;
  }
}
