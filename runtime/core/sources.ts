/** How a program's own files reach the loader: as answers to "what stands at this path below your root?".
 *  Whoever implements it judges links and bounds sizes; whoever asks can reach nothing that it does not answer. */

/** Why something that exists is not handed out. */
export type LookRefusal =
  /** A link, or a part of the path, leads out of the root. */
  | "outside"
  /** A device, FIFO or socket. */
  | "special"
  /** Larger than one source file may be. */
  | "too-large"
  /** All files together are more, or larger, than a program may be. */
  | "too-many"
  /** The system does not let this person read it. */
  | "unreadable";

export type Look =
  /** `path` is the real one below the root, with links followed; `sha256` in hex. */
  | { readonly is: "file"; readonly path: string; readonly bytes: Uint8Array; readonly sha256: string }
  | { readonly is: "folder"; readonly path: string }
  | { readonly is: "missing" }
  | { readonly is: "refused"; readonly why: LookRefusal };

export interface SourceTree {
  /** `path` is relative to the root, with `/`, "" for the root itself. Never throws. The same question gets the same answer
   *  for the lifetime of a tree. */
  look(path: string): Look;
}

/** Limits of a program's own sources, in bytes and files. */
export interface SourceLimits {
  readonly file: number;
  readonly total: number;
  readonly files: number;
}

export const sourceLimits: SourceLimits = { file: 16 * 2 ** 20, total: 64 * 2 ** 20, files: 5000 };

/** A program that was found: a tree, and where in it execution begins. */
export interface FoundProgram {
  readonly tree: SourceTree;
  /** Path of the first module below the root. */
  readonly entry: string;
  /** Identifies the place the tree stands for, for caches; never shown to a plugin. */
  readonly origin: string;
  /** Absolute path of the root on disk, when there is one. */
  readonly root?: string;
}
