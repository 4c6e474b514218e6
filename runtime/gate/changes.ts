/** Tells a plugin that listens that what it may do has changed: by an answer, a revocation, a grant that expired or was used up, a label
 *  that closed a sink. Several changes at once are one word, and the word says nothing of what changed: the plugin asks again. Keeps
 *  nothing alive. */
import type { Clock } from "./clock.ts";
import type { Rule } from "./policy.ts";

export class Changes {
  readonly #rules: () => Iterable<Rule>;
  readonly #clock: Clock;
  readonly #tell: () => void;
  #listening = false;
  #told = true;
  #expiry: (() => void) | undefined;

  constructor(rules: () => Iterable<Rule>, clock: Clock, tell: () => void) {
    this.#rules = rules;
    this.#clock = clock;
    this.#tell = tell;
  }

  listen(on: boolean): void {
    this.#listening = on;
    if (on) this.#awaitExpiry();
    else this.stop();
  }

  /** Something changed, or may have. */
  note(): void {
    if (!this.#listening) return;
    this.#awaitExpiry();
    if (!this.#told) return;
    this.#told = false;
    void Promise.resolve().then(() => {
      this.#told = true;
      if (this.#listening) this.#tell();
    });
  }

  stop(): void {
    this.#listening = false;
    this.#expiry?.();
    this.#expiry = undefined;
  }

  /** The next grant to expire is a change that nobody else notes. */
  #awaitExpiry(): void {
    this.#expiry?.();
    this.#expiry = undefined;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const { grant, madeAt, revoked } of this.#rules()) {
      const lasts = grant.options.for;
      if (lasts === undefined || revoked || madeAt + lasts <= now) continue;
      next = Math.min(next, madeAt + lasts);
    }
    if (next !== Number.POSITIVE_INFINITY) this.#expiry = this.#clock.after(next - now, () => this.note());
  }
}
