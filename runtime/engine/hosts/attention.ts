/** Keeps the event loop from falling asleep while an answer is likely to be followed by the next call at once. */
import { Patience } from "../patience.ts";

export class Attention {
  readonly #patience = new Patience();
  /** When the wait began; undefined when nothing is awaited. */
  #since: number | undefined;
  #looking = false;
  readonly #look = (): void => {
    this.#looking = this.#since !== undefined && performance.now() - this.#since < this.#patience.ms;
    if (this.#looking) setImmediate(this.#look);
  };

  /** Something was sent that may be answered at once. */
  expect(): void {
    this.#since = performance.now();
    if (this.#looking || this.#patience.ms === 0) return;
    this.#looking = true;
    setImmediate(this.#look);
  }

  /** Something came. */
  came(): void {
    if (this.#since !== undefined) this.#patience.waited(performance.now() - this.#since);
    this.#since = undefined;
  }

  /** Nothing will come. */
  over(): void {
    this.#since = undefined;
  }
}
