/** A folder with all that is in it, walked from held folder to held folder, so that no link is ever followed. Names are bytes: what is
 *  not Unicode is walked too. Not more than some folders are held open at a time, however deep the tree is. */
import { errno } from "./failure.ts";
import type { Pinner } from "./pin.ts";
import * as system from "./system.ts";

/** Levels whose folders stay open while what is below them is walked. */
const HELD = 64;

/** What a walk meets, by its path from the root, `""` for the root. Names that are not Unicode hold U+FFFD. */
export interface Met {
  readonly relative: string;
  readonly type: "file" | "folder" | "link";
}

export interface Walk {
  readonly pinner: Pinner;
  /** Before anything is done with it; throws to end the walk. */
  readonly meet: (met: Met) => void;
  /** Something that is no folder; `path` leads to it. */
  readonly leaf: (path: Buffer) => Promise<void>;
  /** A folder whose content was walked. */
  readonly done: (path: Buffer) => Promise<void>;
}

/** The folder `name` in a held folder. What vanishes meanwhile is passed over. */
export async function walkTree(walk: Walk, folder: string, name: string): Promise<void> {
  await walkFolder(walk, { path: folder, rest: () => {}, wake: async () => {} }, Buffer.from(name), "", 0);
}

const join = (folder: string, name: Buffer): Buffer => Buffer.concat([Buffer.from(`${folder}/`), name]);
const below = (relative: string, name: Buffer): string =>
  relative === "" ? `${name}` : `${relative}/${name}`;

/** An open folder that can be let go while something below it is held. */
interface Level {
  readonly path: string;
  rest(): void;
  /** @throws ESTALE when the way back leads elsewhere */
  wake(child: string): Promise<void>;
}

class OpenLevel implements Level {
  #held: { readonly path: string; close(): void } | null;
  #path: string;
  #identity: system.Stats | null = null;
  readonly #pinner: Pinner;

  constructor(pinner: Pinner, held: { readonly path: string; close(): void }) {
    this.#pinner = pinner;
    this.#held = held;
    this.#path = held.path;
  }

  get path(): string {
    return this.#path;
  }

  rest(): void {
    if (this.#held === null || !this.#path.startsWith("/proc/self/fd/")) return;
    this.#identity = system.statSync(this.#path);
    this.close();
  }

  async wake(child: string): Promise<void> {
    const before = this.#identity;
    if (this.#held !== null || before === null) return;
    this.#held = await this.#pinner.enter(child, "..");
    this.#path = this.#held.path;
    const { dev, ino } = system.statSync(this.#path);
    if (dev !== before.dev || ino !== before.ino) throw errno("ESTALE");
  }

  close(): void {
    this.#held?.close();
    this.#held = null;
  }
}

async function walkFolder(
  walk: Walk,
  parent: Level,
  name: Buffer,
  relative: string,
  depth: number,
): Promise<void> {
  walk.meet({ relative, type: "folder" });
  const level = new OpenLevel(walk.pinner, await walk.pinner.enter(parent.path, name));
  try {
    if (depth > HELD) parent.rest();
    for (const next of await walkEntries(walk, level.path, relative))
      await walkFolder(walk, level, next, below(relative, next), depth + 1);
    await parent.wake(level.path);
  } finally {
    level.close();
  }
  await walk.done(join(parent.path, name));
}

/** Gives the folders among them. */
async function walkEntries(walk: Walk, path: string, relative: string): Promise<Buffer[]> {
  const folders: Buffer[] = [];
  for await (const found of await system.opendirBytes(path, { bufferSize: 256 })) {
    if (!found.isDirectory()) {
      walk.meet({ relative: below(relative, found.name), type: found.isSymbolicLink() ? "link" : "file" });
      if (!(await leaf(walk, join(path, found.name)))) continue;
    }
    folders.push(found.name);
  }
  return folders;
}

/** true: it is a folder by now. */
async function leaf(walk: Walk, path: Buffer): Promise<boolean> {
  try {
    await walk.leaf(path);
    return false;
  } catch (error) {
    const code = system.errnoOf(error);
    if (code === "EISDIR") return true;
    if (code === "ENOENT") return false;
    throw error;
  }
}
