/** What a path led to, held so that nothing can be exchanged between the check and the use; and the target that carries it through
 *  the gate. Two ways of holding: by descriptors (`handles.ts`) and, where the system has none that can be reopened, by names whose
 *  identity is verified (`names.ts`). */
import type { PathTarget } from "../../core/capability.ts";
import type { FileSystem, Stats } from "./system.ts";

export type FileType = PathTarget["type"];

export interface PinOptions {
  /** The last name itself is meant, not what it links to. */
  readonly entry: boolean;
  /** Hold the folder too, for making, replacing and removing the entry. */
  readonly folder: boolean;
}

export interface Pin {
  readonly canonical: string;
  readonly type: FileType;
  /** Facts of the thing when it was pinned; null when it is missing. */
  readonly stats: Stats | null;
  readonly fileSystem: FileSystem;
  /** A path that leads to the pinned thing and nothing else; null when it is missing. */
  readonly object: string | null;
  /** A path that leads to the folder of the entry; null when it was not asked for, or for a root. */
  readonly folder: string | null;
  /** From the folder down: the entry's name, or every name that is missing. */
  readonly names: readonly string[];
  /** Why the way ended before the last name (an errno); null when it did not. */
  readonly blocked: string | null;
  /** Is everything still where it was found? */
  intact(): boolean;
  /** The same of the folder alone. */
  folderIntact(): boolean;
  /** Is the open file the pinned one? Always true where it was opened through a descriptor. */
  isOpenAs(fd: number): boolean;
  /** One more user; the last `drop` gives the descriptors back. */
  hold(): void;
  drop(): void;
}

export interface Pinner {
  /** Follows every link by the rules of the system. What is missing or barred is part of the answer, not an error.
   *  @throws only what has nothing to do with the path (too many open files) */
  pin(lexical: string, options: PinOptions): Promise<Pin>;
  /** Opens a folder inside a held one, never through a link; `path` leads to it until `close`. */
  enter(folder: string, name: string | Buffer): Promise<{ path: string; close(): void }>;
}

/** A use count. `close` runs once, when nobody is left. */
export class Shared {
  #users = 1;
  readonly #close: () => void;

  constructor(close: () => void) {
    this.#close = close;
  }

  hold(): void {
    this.#users += 1;
  }

  drop(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#close();
  }
}

/** Keeps a pin alive while `work` runs, even when the gate lets go of the target meanwhile. */
export async function whileHeld<T>(pin: Pin, work: () => Promise<T>): Promise<T> {
  pin.hold();
  try {
    return await work();
  } finally {
    pin.drop();
  }
}

/** The target as the gate sees it: plain facts, with the pin out of sight. */
export class PinnedPath implements PathTarget {
  readonly kind: "read" | "write";
  readonly words: string;
  readonly lexical: string;
  readonly canonical: string;
  readonly entry: boolean;
  readonly tree: boolean;
  readonly arrives: boolean;
  readonly type: FileType;
  #pin: Pin | null;

  constructor(facts: Omit<PathTarget, "canonical" | "type">, pin: Pin) {
    this.kind = facts.kind;
    this.words = facts.words;
    this.lexical = facts.lexical;
    this.canonical = pin.canonical;
    this.entry = facts.entry;
    this.tree = facts.tree;
    this.arrives = facts.arrives ?? false;
    this.type = pin.type;
    this.#pin = pin;
  }

  get pin(): Pin | null {
    return this.#pin;
  }

  /** Takes another pin of the same canonical path. */
  repin(pin: Pin): void {
    this.#pin?.drop();
    this.#pin = pin;
  }

  release(): void {
    this.#pin?.drop();
    this.#pin = null;
  }
}
