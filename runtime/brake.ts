/** Keeps the guest waiting while anybody has a reason to: its output is not read, or too much of what it sent waits here. */
import type { Engine } from "./engine/engine.ts";

export class Brake {
  readonly #engine: Pick<Engine, "pause" | "resume">;
  #reasons = 0;

  constructor(engine: Pick<Engine, "pause" | "resume">) {
    this.#engine = engine;
  }

  /** The guest is kept waiting. */
  get on(): boolean {
    return this.#reasons > 0;
  }

  pause(): void {
    this.#reasons += 1;
    if (this.#reasons === 1) this.#engine.pause();
  }

  resume(): void {
    this.#reasons -= 1;
    if (this.#reasons === 0) this.#engine.resume();
  }
}
