/** Memory for answers under way: what was read and not yet handed to the guest. Who needs more than there is waits its turn, so that a
 *  plugin cannot make the broker hold many large answers at once. */

/** Smaller answers are not worth counting, in bytes: `inflight` bounds them. */
const SMALL = 64 * 1024;

export class Room {
  readonly #most: number;
  #used = 0;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  /** Bytes at once. A single larger answer has it for itself. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves when there is room, with the function that gives it back (once; more calls do nothing). */
  async take(bytes: number): Promise<() => void> {
    if (bytes <= SMALL) return () => undefined;
    if (this.#waiting.length > 0 || !this.#fits(bytes))
      await new Promise<void>((enter) => this.#waiting.push({ bytes, enter }));
    else this.#used += bytes;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= bytes;
      this.#admit();
    };
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#most;
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.bytes;
      next.enter();
    }
  }
}
