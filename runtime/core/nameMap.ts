/** Values by name or `PREFIX_*`, found from a name. A look-up costs the number of different prefix lengths, not of prefixes. Pure. */

export class NameMap<T> {
  readonly #exact = new Map<string, T[]>();
  readonly #prefixes = new Map<string, T[]>();
  /** Lengths of the prefixes, shortest first. */
  #lengths: number[] = [];
  readonly #all: T[] = [];

  add(pattern: string, value: T): void {
    this.#all.push(value);
    if (!pattern.endsWith("*")) {
      put(this.#exact, pattern, value);
      return;
    }
    const prefix = pattern.slice(0, -1);
    put(this.#prefixes, prefix, value);
    if (!this.#lengths.includes(prefix.length))
      this.#lengths = [...this.#lengths, prefix.length].sort((a, b) => a - b);
  }

  /** Whatever fits the name, until the visitor says true. */
  visit(name: string, visit: (value: T) => boolean): boolean {
    if (this.#exact.get(name)?.some(visit)) return true;
    for (const length of this.#lengths) {
      if (length > name.length) return false;
      if (this.#prefixes.get(name.slice(0, length))?.some(visit)) return true;
    }
    return false;
  }

  every(visit: (value: T) => boolean): boolean {
    return this.#all.some(visit);
  }
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const there = map.get(key);
  if (there) there.push(value);
  else map.set(key, [value]);
}
