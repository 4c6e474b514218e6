/** What the system answered, in the plugin's own words. Messages name a path as the plugin wrote it and never as it was resolved,
 *  and never the system's own text. */
import { type ErrorCode, fail, isSbxError, type SbxError } from "../../core/errors.ts";
import { errnoOf } from "./system.ts";

const meaning: Record<string, readonly [ErrorCode, string]> = {
  ENOENT: ["E_NOT_FOUND", "there is no such file or folder"],
  EEXIST: ["E_EXISTS", "it exists already"],
  EISDIR: ["E_INVALID", "it is a folder"],
  ENOTDIR: ["E_INVALID", "it is not a folder, or a part of its path is not"],
  ENOTEMPTY: ["E_INVALID", "the folder is not empty"],
  EINVAL: ["E_INVALID", "that cannot be done with it"],
  ELOOP: ["E_INVALID", "its symbolic links lead in a circle"],
  ENAMETOOLONG: ["E_INVALID", "the name is too long"],
  EILSEQ: ["E_INVALID", "a name on its way is not Unicode"],
  ENXIO: ["E_INVALID", "nobody is at its other side"],
  EAGAIN: ["E_UNAVAILABLE", "it has nothing to give yet"],
  ENOSPC: ["E_UNAVAILABLE", "the disk is full"],
  EDQUOT: ["E_UNAVAILABLE", "the disk quota is used up"],
  EFBIG: ["E_UNAVAILABLE", "the file would be too large for this disk"],
  EIO: ["E_UNAVAILABLE", "the disk failed"],
  EMFILE: ["E_UNAVAILABLE", "too many files are open"],
  ENFILE: ["E_UNAVAILABLE", "too many files are open on this machine"],
  ENOMEM: ["E_UNAVAILABLE", "the machine is out of memory"],
  EROFS: ["E_UNAVAILABLE", "the disk can only be read"],
  EACCES: ["E_UNAVAILABLE", "the system does not permit it to this user"],
  EPERM: ["E_UNAVAILABLE", "the system does not permit it to this user"],
  EBUSY: ["E_UNAVAILABLE", "the system is using it"],
  ETXTBSY: ["E_UNAVAILABLE", "it is a program that is running"],
  EXDEV: ["E_UNAVAILABLE", "it cannot be moved to another disk; copy it and remove it"],
  EMLINK: ["E_UNAVAILABLE", "the folder holds too many folders"],
  ESTALE: ["E_UNAVAILABLE", "it is another file each time it is opened"],
};

/** Everything that can stand behind "cannot …". */
export type Doing =
  | "read"
  | "write"
  | "open"
  | "list"
  | "watch"
  | "remove"
  | "rename"
  | "copy to"
  | "make the folder"
  | "look at"
  | "close";

/** The error for a failed call; errors of sbx pass as they are. */
export function failure(error: unknown, doing: Doing, words: string): SbxError {
  if (isSbxError(error)) return error;
  const code = errnoOf(error) ?? "";
  const known = meaning[code];
  if (known) return refusal(known[0], doing, words, known[1], error);
  return refusal("E_UNAVAILABLE", doing, words, `the system refused${code ? ` (${code})` : ""}`, error);
}

export const refusal = (
  code: ErrorCode,
  doing: Doing,
  words: string,
  why: string,
  cause?: unknown,
): SbxError =>
  fail(code, `cannot ${doing} "${words}": ${why}`, {
    resource: words,
    ...(cause === undefined ? {} : { cause }),
  });

/** The error that a system call with this errno would have thrown. */
export const errno = (code: string): Error => Object.assign(new Error(code), { code });
