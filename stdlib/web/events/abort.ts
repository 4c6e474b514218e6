/** AbortController and AbortSignal, after the DOM standard. */
import { primordials, setWeakTimeout } from "sbx:chunk/boot";
import { finishClass, showAs } from "../webidl.ts";
import { Event } from "./event.ts";
import { signals } from "./signals.ts";
import { EventTarget, setHandler } from "./target.ts";

const { isInteger, push, Set, setAdd, setForEach, TypeError } = primordials;

/** Only this chunk makes signals. */
const token = {};

export let isAbortSignal: (value: unknown) => value is AbortSignal;
/** Runs `algorithm` when the signal is aborted, before its listeners; nothing when it already is. */
export let addAlgorithm: (signal: AbortSignal, algorithm: () => void) => () => void;
/** `AbortSignal.any` for other chunks. */
export let anyOf: (signals: readonly AbortSignal[]) => AbortSignal;
let abort: (signal: AbortSignal, reason: unknown) => void;

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown;
  #algorithms: (() => void)[] = [];
  readonly #handlers: { [type: string]: unknown } = {};
  /** Signals that were made of this one by `any`. */
  readonly #dependents = new Set<AbortSignal>();
  /** What this signal depends on: never itself a dependent one. */
  readonly #sources = new Set<AbortSignal>();
  #dependent = false;

  constructor(made?: unknown) {
    if (made !== token) throw new TypeError("Illegal constructor");
    super();
  }

  static {
    isAbortSignal = (value): value is AbortSignal =>
      typeof value === "object" && value !== null && #aborted in value;
    addAlgorithm = (signal, algorithm) => {
      if (signal.#aborted) return () => {};
      push(signal.#algorithms, algorithm);
      return () => {
        const kept: (() => void)[] = [];
        for (let i = 0; i < signal.#algorithms.length; i++) {
          const one = signal.#algorithms[i] as () => void;
          if (one !== algorithm) push(kept, one);
        }
        signal.#algorithms = kept;
      };
    };
    anyOf = (list) => AbortSignal.#anyOf(list);
    abort = (signal, reason) => {
      if (signal.#aborted) return;
      const why =
        reason === undefined ? new DOMException("This operation was aborted", "AbortError") : reason;
      signal.#aborted = true;
      signal.#reason = why;
      const following: AbortSignal[] = [];
      setForEach(signal.#dependents, (dependent) => {
        if (dependent.#aborted) return;
        dependent.#aborted = true;
        dependent.#reason = why;
        push(following, dependent);
      });
      signal.#run();
      for (let i = 0; i < following.length; i++) (following[i] as AbortSignal).#run();
    };
  }

  #run(): void {
    const algorithms = this.#algorithms;
    this.#algorithms = [];
    for (let i = 0; i < algorithms.length; i++) (algorithms[i] as () => void)();
    this.dispatchEvent(new Event("abort"));
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  get onabort(): unknown {
    return this.#handlers.abort ?? null;
  }

  set onabort(handler: unknown) {
    setHandler(this, "abort", this.#handlers, handler);
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(token);
    abort(signal, reason);
    return signal;
  }

  /** Aborted after so many milliseconds; does not keep the run alive. */
  static timeout(milliseconds: number): AbortSignal {
    const ms = +milliseconds;
    if (!(ms >= 0 && ms <= Number.MAX_SAFE_INTEGER))
      throw new TypeError("The delay must be a number from 0 up");
    const signal = new AbortSignal(token);
    const fire = (): void =>
      abort(signal, new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    setWeakTimeout(fire, isInteger(ms) ? ms : ms - (ms % 1));
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const list: AbortSignal[] = [];
    for (const one of signals) {
      if (!isAbortSignal(one)) throw new TypeError("Every signal must be an AbortSignal");
      push(list, one);
    }
    return anyOf(list);
  }

  static #anyOf(list: readonly AbortSignal[]): AbortSignal {
    const made = new AbortSignal(token);
    made.#dependent = true;
    for (let i = 0; i < list.length; i++) {
      const one = list[i] as AbortSignal;
      if (one.#aborted) {
        made.#aborted = true;
        made.#reason = one.#reason;
        return made;
      }
    }
    const follow = (source: AbortSignal): void => {
      setAdd(made.#sources, source);
      setAdd(source.#dependents, made);
    };
    for (let i = 0; i < list.length; i++) {
      const one = list[i] as AbortSignal;
      if (one.#dependent) setForEach(one.#sources, follow);
      else follow(one);
    }
    return made;
  }
}
signals.is = isAbortSignal;
signals.onAbort = (signal, run) => void addAlgorithm(signal, run);
finishClass(AbortSignal, "AbortSignal");
showAs(AbortSignal, ({ aborted }) => ({ aborted }));

export class AbortController {
  readonly #signal = new AbortSignal(token);

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason?: unknown): void {
    abort(this.#signal, reason);
  }
}
finishClass(AbortController, "AbortController");
showAs(AbortController, ({ signal }) => ({ signal }));
