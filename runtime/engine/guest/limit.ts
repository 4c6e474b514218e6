/** How deep the guest may recurse: the engine's own check, moved for a while where one limit does not fit all. */
import type { WasmInstance } from "./wasm.ts";

/** Bytes beyond the guest's limit, for what must run where it was struck. */
const RESERVE = 32 * 1024;
/** Bytes for JSON.stringify, which looks through all levels above at each level: 16 of them a level, so that a megabyte would take it to
 *  65 536 levels and tens of seconds instead of to an error. */
const BOUNDED = 256 * 1024;

export class Stack {
  readonly #wasm: WasmInstance;
  readonly #runtime: number;
  readonly #top: number;
  #limit = 0;

  /** Before anything runs, so that the stack is empty. */
  constructor(wasm: WasmInstance, runtime: number) {
    this.#wasm = wasm;
    this.#runtime = runtime;
    this.#top = wasm.stackPointer();
  }

  /** Bytes from the bottom of the stack. */
  set(bytes: number): void {
    this.#limit = bytes;
    this.#wasm.exports._QTS_RuntimeSetMaxStackSize(this.#runtime, bytes);
  }

  /** Runs something short of our own at a place where the guest may have used up its stack. */
  beyond<T>(run: () => T): T {
    return this.#within(this.#limit + RESERVE, run);
  }

  /** Runs `run` with a part of the stack. */
  bounded<T>(run: () => T): T {
    const used = this.#top - this.#wasm.stackPointer();
    return this.#within(Math.min(this.#limit, used + BOUNDED), run);
  }

  #within<T>(bytes: number, run: () => T): T {
    const before = this.#limit;
    this.set(bytes);
    try {
      return run();
    } finally {
      this.set(before);
    }
  }
}
