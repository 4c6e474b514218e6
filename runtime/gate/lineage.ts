/** What a run has read that raised a label, and what it then sent or was kept from sending: for a person who wants to understand it.
 *  Decides nothing. Bounded: beyond its size only counts grow. */
import { type Kind, printTarget, type Target } from "../core/capability.ts";

/** Where a label came from. */
export interface Raised {
  readonly label: string;
  readonly by: Target;
}

/** One sink that labels met. */
export interface Passage {
  readonly kind: Kind;
  readonly to: Target;
  readonly labels: readonly string[];
  /** It was cleared for all of them. */
  readonly open: boolean;
}

/** Sinks that are told apart. */
const MOST = 200;

export class Lineage {
  readonly raised: Raised[] = [];
  readonly #passages = new Map<string, Passage>();
  /** Passages that are not told apart any more. */
  untold = 0;

  get passages(): readonly Passage[] {
    return [...this.#passages.values()];
  }

  note(to: Target, labels: readonly string[], open: boolean): void {
    const key = JSON.stringify([to.kind, printTarget(to), labels, open]);
    if (this.#passages.has(key)) return;
    if (this.#passages.size < MOST) this.#passages.set(key, { kind: to.kind, to, labels, open });
    else this.untold += 1;
  }
}
