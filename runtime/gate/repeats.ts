/** Refusals that repeat, counted instead of written one by one: a plugin that asks in a loop must not fill the disk with its audit. The
 *  first ones are written each, then one record stands for as many as there were before it, so that a million take some twenty. What is
 *  not told yet is told at the run's end; a kill in between leaves at least half of the count in the file. */

/** So many of a kind are written each. */
const EACH = 16;
/** Kinds that are told apart by what they were about; further ones are counted together, whatever they were about. */
const MOST = 1000;

/** Refusals of one kind. */
export interface Repeat<T> {
  /** All so far. */
  total: number;
  /** Of these, how many a record stands for already. */
  told: number;
  /** The last one. */
  last: T;
  /** Id of the last record. */
  record: string;
  /** Others than the last one's resource are counted here. */
  readonly mixed: boolean;
}

export class Repeats<T> {
  readonly #kinds = new Map<string, Repeat<T>>();

  /** @param exact names this very refusal, `rough` all of its sort */
  note(exact: string, rough: string, value: T): Repeat<T> {
    const known = this.#kinds.get(exact);
    const mixed = known === undefined && this.#kinds.size >= MOST;
    const key = mixed ? `${rough}\0` : exact;
    const kind = known ?? this.#kinds.get(key) ?? { total: 0, told: 0, last: value, record: "", mixed };
    kind.total += 1;
    kind.last = value;
    this.#kinds.set(key, kind);
    return kind;
  }

  /** Is it time for a record? */
  static due({ total, told }: Repeat<unknown>): boolean {
    return total <= EACH || total >= 2 * told;
  }

  /** Those of which something is not told yet. */
  untold(): Repeat<T>[] {
    return [...this.#kinds.values()].filter(({ total, told }) => total > told);
  }
}
