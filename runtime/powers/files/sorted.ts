/** Entries in name order, however many, without one long sort: they are sorted in runs as they come, and the runs are merged as they are
 *  asked for, so that no step takes longer than a few milliseconds. */
import type { FolderEntry } from "../../core/powers.ts";

/** Entries that are sorted at once. */
const RUN = 8192;

const byName = (a: FolderEntry, b: FolderEntry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

export class SortedEntries {
  /** Sorted, but for the last one while entries still come. */
  readonly #runs: FolderEntry[][] = [[]];
  #at: number[] = [];
  /** All that were added. */
  size = 0;

  add(entry: FolderEntry): void {
    const last = this.#runs.at(-1) as FolderEntry[];
    last.push(entry);
    this.size += 1;
    if (last.length < RUN) return;
    last.sort(byName);
    this.#runs.push([]);
  }

  /** No more will come. */
  finish(): this {
    this.#runs.at(-1)?.sort(byName);
    this.#at = this.#runs.map(() => 0);
    return this;
  }

  /** The next ones, at most `max`; none at the end. */
  take(max: number): FolderEntry[] {
    const [only] = this.#runs;
    const [from] = this.#at;
    if (this.#runs.length === 1 && only !== undefined && from !== undefined) {
      const page = only.slice(from, from + max);
      this.#at = [from + page.length];
      return page;
    }
    const page: FolderEntry[] = [];
    for (let next = this.#least(); next !== undefined && page.length < max; next = this.#least()) {
      page.push(next.entry);
      this.#at[next.run] = (this.#at[next.run] ?? 0) + 1;
    }
    return page;
  }

  clear(): void {
    this.#runs.length = 0;
    this.size = 0;
  }

  #least(): { run: number; entry: FolderEntry } | undefined {
    let least: { run: number; entry: FolderEntry } | undefined;
    for (let run = 0; run < this.#runs.length; run += 1) {
      const entry = this.#runs[run]?.[this.#at[run] ?? 0];
      if (entry !== undefined && (least === undefined || entry.name < least.entry.name))
        least = { run, entry };
    }
    return least;
  }
}
