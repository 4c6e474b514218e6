/** The calls of one run: how many run at once, in which order their answers go back. Everything beyond `inflight` waits its turn; what
 *  belongs to something already open never waits, so that nothing can wait for itself. */
import { fail } from "./core/errors.ts";

/** Calls that may wait. More is a flood, and each call over it fails at once. */
const MAX_WAITING = 20_000;

export interface Answer {
  readonly id: number;
  send(): void;
}

export class Calls {
  readonly #most: number;
  readonly #ordered: boolean;
  readonly #waiting: (() => Promise<Answer>)[] = [];
  readonly #done: Answer[] = [];
  #running = 0;
  #free = 0;
  #closed = false;
  #over: () => void = () => undefined;

  /** `ordered`: answers leave in the order of the calls, once nothing is under way (a deterministic run). */
  constructor(most: number, ordered: boolean) {
    this.#most = most;
    this.#ordered = ordered;
  }

  /** Calls that have no answer yet. */
  get pending(): number {
    return this.#running + this.#free + this.#waiting.length + this.#done.length;
  }

  /** @throws E_LIMIT_CALLS when too many wait already */
  add(work: () => Promise<Answer>, mayWait: boolean): void {
    if (this.#closed) return;
    if (!mayWait) {
      this.#free += 1;
      void this.#run(work, () => {
        this.#free -= 1;
      });
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) throw fail("E_LIMIT_CALLS", `${MAX_WAITING} calls wait already`);
    this.#waiting.push(work);
    this.#fill();
  }

  /** The guest is idle: in an ordered run, now answers may leave. */
  settle(): void {
    if (!this.#ordered || this.#running + this.#free + this.#waiting.length > 0) return;
    for (const answer of this.#done.splice(0).sort((a, b) => a.id - b.id)) answer.send();
  }

  /** Nothing begins any more; resolves when what runs is over, or after `patience` ms. */
  async close(patience: number): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    if (this.#running + this.#free === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.#over = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #fill(): void {
    while (this.#running < this.#most) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running += 1;
      void this.#run(next, () => {
        this.#running -= 1;
      });
    }
  }

  async #run(work: () => Promise<Answer>, over: () => void): Promise<void> {
    const answer = await work();
    over();
    if (this.#running + this.#free === 0) this.#over();
    if (this.#ordered) this.#done.push(answer);
    else answer.send();
    this.#fill();
    this.settle();
  }
}

/** A call on something that is open already must never wait behind calls that wait for it. */
export const usesHandle = (args: unknown): boolean =>
  typeof args === "object" && args !== null && "handle" in args;
