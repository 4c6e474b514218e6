/** What the open connections of one run may hold in the broker's memory, all together. Knows nothing of what it is that they hold. */

/** Bytes that have come and that nobody has fetched yet. */
export class Held {
  readonly #most: number;
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** false: there is no more room, and whoever asked must let go of what it has. The bytes count either way, until they are given back. */
  take(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= this.#most;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** A number of places; who finds none waits for one. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** `onStop` is told how to stop waiting. Gives the function that gives the place back (once; more calls do nothing). */
  take(onStop: (stop: () => void) => void): Promise<() => void> {
    return new Promise((resolve) => {
      let state: "waiting" | "held" | "over" = "waiting";
      const end = () => {
        if (state === "held") this.#next();
        state = "over";
      };
      const enter = () => {
        if (state === "over") return this.#next();
        state = "held";
        resolve(end);
      };
      onStop(end);
      if (this.#free === 0) this.#waiting.push(enter);
      else {
        this.#free -= 1;
        enter();
      }
    });
  }

  #next(): void {
    const enter = this.#waiting.shift();
    if (enter) enter();
    else this.#free += 1;
  }
}
