/** From "run this" to one module for the engine, through a cache that is right or silent: an entry is used only if every question
 *  that was asked of the tree when it was made (files, missing candidates, package.json's) gets the same answer now.
 *
 *  Refuses to know: disks, processes, keys. They are handed in. */
import type { FoundProgram, Look, SourceTree } from "../../core/sources.ts";
import type { Bundled, Bundler } from "./bundle.ts";
import { bundleOptions, bundlerVersion } from "./options.ts";

/** A program ready for the engine. */
export interface LoadedProgram {
  /** Path of the first module below the root; the module's name in stacks. */
  readonly name: string;
  /** One ES module that imports nothing but `sbx:` modules. */
  readonly source: string;
  /** Source map (version 3, JSON text) from `source` to the plugin's own files. */
  readonly map: string;
  /** Every own file inside, in order of path, with its SHA-256 in hex. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  /** "sha256-" and hex over paths and contents of all own files: the identity of the program, wherever it lies. */
  readonly contentHash: string;
  /** The folder on disk whose files it may import, if it has one. */
  readonly root?: string;
  readonly fromCache: boolean;
}

export interface LoaderWorld {
  readonly cache: { get(key: string): Uint8Array | undefined; put(key: string, value: Uint8Array): void };
  /** Starts a bundler; called on a miss only, once a load. */
  readonly bundler: () => Bundler | Promise<Bundler>;
  /** SHA-256 in hex of a text. */
  readonly digest: (text: string) => string;
  /** The `sbx:` modules that exist, with their prefix. */
  readonly known: ReadonlySet<string>;
  /** The version of sbx: another version's entries are not used. */
  readonly versions: string;
}

/** Raise when the meaning of an entry changes. */
const format = 1;

interface Entry extends Bundled {
  readonly looks: readonly (readonly [path: string, answer: string])[];
}

/** What a look told, without the bytes: equal tokens, equal outcome of resolving. */
function tokenOf(look: Look): string {
  switch (look.is) {
    case "file":
      return `file ${look.sha256} ${look.path}`;
    case "folder":
      return `folder ${look.path}`;
    case "missing":
      return "missing";
    case "refused":
      return `refused ${look.why}`;
    default:
      throw look satisfies never;
  }
}

function recording(tree: SourceTree, looks: Map<string, string>): SourceTree {
  return {
    look(path) {
      const look = tree.look(path);
      looks.set(path, tokenOf(look));
      return look;
    },
  };
}

const stillTrue = (entry: Entry, tree: SourceTree): boolean =>
  entry.looks.every(([path, token]) => tokenOf(tree.look(path)) === token);

/** A cache hands out only what was put, so the shape needs no second check. */
const decode = (bytes: Uint8Array): Entry => JSON.parse(new TextDecoder().decode(bytes)) as Entry;
const encode = (entry: Entry): Uint8Array => new TextEncoder().encode(JSON.stringify(entry));

/** Files in order of path, each as `path NUL sha256 LF`. */
const contentText = (files: Bundled["files"]): string =>
  files.map(({ path, sha256 }) => `${path}\0${sha256}\n`).join("");

async function bundleFresh(found: FoundProgram, world: LoaderWorld): Promise<Entry> {
  const [{ bundle }, bundler] = await Promise.all([import("./bundle.ts"), world.bundler()]);
  const looks = new Map<string, string>();
  try {
    const tree = recording(found.tree, looks);
    const bundled = await bundle({ tree, entry: found.entry, known: world.known }, bundler);
    return { ...bundled, looks: [...looks] };
  } finally {
    bundler.stop();
  }
}

/** @throws SbxError E_IMPORT (with file, line, column, source line), E_LIMIT_TIME, E_LIMIT_MEMORY, E_UNAVAILABLE */
export async function loadProgram(found: FoundProgram, world: LoaderWorld): Promise<LoadedProgram> {
  const known = [...world.known].sort();
  const making = [format, world.versions, bundlerVersion, bundleOptions, known];
  const key = JSON.stringify(["program", ...making, found.origin, found.entry]);
  const kept = world.cache.get(key);
  const cached = kept === undefined ? undefined : decode(kept);
  const isFresh = cached !== undefined && stillTrue(cached, found.tree);
  const entry = isFresh ? cached : await bundleFresh(found, world);
  if (!isFresh) world.cache.put(key, encode(entry));
  return {
    name: found.entry,
    source: entry.source,
    map: entry.map,
    files: entry.files,
    contentHash: `sha256-${world.digest(contentText(entry.files))}`,
    ...(found.root === undefined ? {} : { root: found.root }),
    fromCache: isFresh,
  };
}
