/** What a plugin loops over: the pages of a listing as single entries, the batches of a watcher as single events. Each gives its handle
 *  back when the loop is left. */
import { call, primordials } from "sbx:chunk/boot";
import type { DirEntry, Path, WatchEvent, Watcher } from "../modules/fs.ts";
import { pathOf } from "./convert.ts";

const { defineProperty } = primordials;

/** The engine may not know the symbol yet; then `await using` looks for this one. */
export const asyncDispose: symbol = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** A promise of something to loop over that can be looped over itself. */
export function loopable<S extends AsyncIterable<unknown>>(started: Promise<S>): Promise<S> & S {
  const loop = async function* (): AsyncGenerator<unknown, void, undefined> {
    yield* await started;
  };
  defineProperty(started, Symbol.asyncIterator, { value: loop });
  return started as Promise<S> & S;
}

interface Page {
  readonly entries: readonly DirEntry[];
  readonly handle: number | null;
}

export async function startListing(path: Path): Promise<AsyncIterable<DirEntry>> {
  const text = pathOf(path);
  let first: Page | undefined = (await call("fs.readDir", { path: text })) as Page;
  return {
    // The first loop uses what was fetched already; another one lists anew.
    async *[Symbol.asyncIterator](): AsyncGenerator<DirEntry, void, undefined> {
      let page = first ?? ((await call("fs.readDir", { path: text })) as Page);
      first = undefined;
      let handle = page.handle;
      try {
        for (;;) {
          for (let i = 0; i < page.entries.length; i++) yield page.entries[i] as DirEntry;
          if (handle === null) return;
          page = (await call("fs.readDirNext", { handle })) as Page;
          handle = page.handle;
        }
      } finally {
        if (handle !== null) await call("fs.fileClose", { handle });
      }
    },
  };
}

export async function startWatching(path: Path, recursive = true): Promise<Watcher> {
  const handle = (await call("fs.watch", { path: pathOf(path), recursive })) as number;
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await call("fs.fileClose", { handle });
  };
  return {
    close,
    async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent, void, undefined> {
      try {
        while (!closed) {
          const events = (await call("fs.watchNext", { handle })) as readonly WatchEvent[];
          for (let i = 0; i < events.length; i++) yield events[i] as WatchEvent;
          if (events.length === 0) return;
        }
      } finally {
        await close();
      }
    },
    [asyncDispose]: close,
  } as unknown as Watcher;
}
