/** What happened in a watched tree, waiting to be told, at most so much of it. Pairs what went with what came: the same thing under
 *  another name was moved. Pure; paths are from the root of what is watched. */
import type { FileEvent } from "../../core/powers.ts";
import type { FileType } from "./pin.ts";
import type { Known } from "./watchedFolder.ts";

/** While so many wait, no more are looked at; names gather meanwhile, each once. */
const ENOUGH = 1024;
const MOST = 8192;

export interface Place {
  /** Empty for the root itself. */
  readonly relative: string;
  readonly type: FileType;
}

export interface Happening {
  readonly kind: FileEvent["kind"];
  readonly places: readonly Place[];
  /** A move over something. */
  readonly replaced: boolean;
}

export interface Change extends Place {
  readonly known: Known;
  /** Something else of its kind stood there before. */
  readonly replaced: boolean;
}

export const same = (a: Known, b: Known): boolean => a.identity !== null && a.identity === b.identity;

export class Happenings {
  #waiting: Happening[] = [];

  get any(): boolean {
    return this.#waiting.length > 0;
  }

  get enough(): boolean {
    return this.#waiting.length >= ENOUGH;
  }

  take(most: number): Happening[] {
    return this.#waiting.splice(0, most);
  }

  clear(): void {
    this.#waiting = [];
  }

  push(kind: FileEvent["kind"], places: readonly Place[], replaced = false): void {
    if (this.#waiting.length >= MOST) this.overflow();
    else this.#waiting.push({ kind, places, replaced });
  }

  /** Something was missed, so that what waits is as good as nothing. */
  overflow(): void {
    this.clear();
    this.push("overflow", [{ relative: "", type: "missing" }]);
  }

  /** What one look found. Gives those that came from a place that is watched. */
  found(gone: readonly Change[], come: readonly Change[]): ReadonlySet<Change> {
    const origins = new Map(
      gone.filter(({ known }) => known.identity !== null).map((from) => [from.known.identity, from]),
    );
    const moved = new Set<Change>();
    for (const change of come) {
      const from = origins.get(change.known.identity);
      if (!from || moved.has(from) || from.relative === change.relative) continue;
      this.push("rename", [from, change], change.replaced);
      moved.add(from).add(change);
    }
    for (const change of gone) if (!moved.has(change)) this.push("remove", [change]);
    for (const change of come)
      if (!moved.has(change)) this.push(change.replaced ? "modify" : "create", [change]);
    return moved;
  }
}
