/** A plugin's console output on its way out: in order, at the reader's pace, held while a question is open on the terminal, and counted
 *  when it may not leave. */
import type { Engine } from "./engine/engine.ts";
import type { Consent } from "./gate/consent.ts";

/** Where output goes. A promise means: full, wait. */
export interface Output {
  write(stream: 1 | 2, bytes: Uint8Array): void | Promise<void>;
}

/** Bytes that may wait here before the guest is kept waiting itself. */
const MAX_WAITING = 256 * 1024;

export class OutputQueue {
  /** Bytes that were not printed because their labels may not leave. */
  dropped = 0;
  readonly #output: Output;
  readonly #engine: Pick<Engine, "pause" | "resume">;
  readonly #waiting: { readonly stream: 1 | 2; readonly bytes: Uint8Array }[] = [];
  #size = 0;
  #held = 0;
  #flushing = false;
  #paused = false;
  #writing: Promise<void> | undefined;

  constructor(output: Output, engine: Pick<Engine, "pause" | "resume">) {
    this.#output = output;
    this.#engine = engine;
  }

  write(stream: 1 | 2, bytes: Uint8Array): void {
    if (this.#held === 0 && this.#writing === undefined) {
      const full = this.#output.write(stream, bytes);
      if (full) this.#wait(full);
      return;
    }
    this.#waiting.push({ stream, bytes });
    this.#size += bytes.length;
    if (this.#size > MAX_WAITING && !this.#paused) {
      this.#paused = true;
      this.#engine.pause();
    }
  }

  /** The guest is kept waiting for the reader. */
  get waiting(): boolean {
    return this.#paused;
  }

  drop(bytes: number): void {
    this.dropped += bytes;
  }

  /** The same consent, with output held while it asks. */
  heldDuring(consent: Consent): Consent {
    return {
      ask: async (question, signal) => {
        this.#held += 1;
        try {
          await this.#writing;
          return await consent.ask(question, signal);
        } finally {
          this.#held -= 1;
          this.#drain();
        }
      },
    };
  }

  /** Everything that waits, written, whether a question is open or not. A reader who does not read is given `patience` ms, if said. */
  async flush(patience?: number): Promise<void> {
    this.#flushing = true;
    this.#drain();
    const late =
      patience === undefined ? undefined : new Promise<"late">((done) => setTimeout(done, patience, "late"));
    while (this.#writing !== undefined) {
      const end = await (late === undefined ? this.#writing : Promise.race([this.#writing, late]));
      if (end === "late") return;
    }
  }

  get #open(): boolean {
    return this.#held === 0 || this.#flushing;
  }

  /** Starts to write what waits, unless that is under way already or a question is open. */
  #drain(): void {
    if (this.#writing === undefined && this.#open && this.#waiting.length > 0)
      this.#wait(this.#writeWaiting());
  }

  /** Until `work` is done, output waits. */
  #wait(work: Promise<void>): void {
    this.#writing = work.finally(() => {
      this.#writing = undefined;
      this.#drain();
    });
  }

  async #writeWaiting(): Promise<void> {
    while (this.#open) {
      const next = this.#waiting.shift();
      if (!next) break;
      this.#size -= next.bytes.length;
      await this.#output.write(next.stream, next.bytes);
    }
    if (this.#paused && this.#size <= MAX_WAITING / 2) {
      this.#paused = false;
      this.#engine.resume();
    }
  }
}
