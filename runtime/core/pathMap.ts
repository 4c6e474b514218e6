/** Values by path, found from a path that lies at, below or above them. A look-up costs the depth of what is asked, not the number of
 *  paths that are kept. Pure: compares whole names as text; whoever needs other rules (case, percent signs) folds before. */

export class PathMap<T> {
  readonly #at = new Map<string, T[]>();
  /** What is asked about deeper than this is looked up from here, so that a path of 32 KB costs no more than a short one. */
  #longest = 0;
  /** Of the paths that are kept: most of what lies above a path need not even be cut out. */
  readonly #lengths = new Set<number>();
  #sorted: readonly string[] | undefined;

  get size(): number {
    return this.#at.size;
  }

  /** `path`: normalised, with `/`; a root may end in it. */
  add(path: string, value: T): void {
    const key = path.endsWith("/") ? path.slice(0, -1) : path;
    const there = this.#at.get(key);
    if (there) there.push(value);
    else {
      this.#at.set(key, [value]);
      this.#sorted = undefined;
      this.#lengths.add(key.length);
      if (key.length > this.#longest) this.#longest = key.length;
    }
  }

  /** What was kept for the path itself or something that it lies below, nearest first, until the visitor says true. */
  above(path: string, visit: (value: T) => boolean): boolean {
    if (this.#at.size === 0) return false;
    let end = path.length <= this.#longest ? path.length : path.lastIndexOf("/", this.#longest);
    while (end >= 0) {
      if (this.#lengths.has(end) && this.#at.get(path.slice(0, end))?.some(visit)) return true;
      if (end === 0) return false;
      end = path.lastIndexOf("/", end - 1);
    }
    return false;
  }

  /** What was kept for something below the path, until the visitor says true. The first question after a change sorts. */
  below(path: string, visit: (value: T) => boolean): boolean {
    if (this.#at.size === 0) return false;
    this.#sorted ??= [...this.#at.keys()].sort();
    const keys = this.#sorted;
    const prefix = path.endsWith("/") ? path : `${path}/`;
    let at = firstFrom(keys, prefix);
    for (let key = keys[at]; key?.startsWith(prefix); key = keys[at]) {
      if (this.#at.get(key)?.some(visit)) return true;
      at += 1;
    }
    return false;
  }
}

/** Index of the first key that is not less. */
function firstFrom(keys: readonly string[], prefix: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}
