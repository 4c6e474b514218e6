/** Waiting with an end: a promise raced against the abort of a lease and against a clock that runs only while the network is waited
 *  for, not while a person is asked. */
import { fail, isSbxError, type SbxError } from "../../core/errors.ts";
import type { AbortSignalLike } from "../../core/powers.ts";

/** What a request that was ended from outside fails with. */
export const abortReason = (signal: AbortSignalLike): SbxError =>
  isSbxError(signal.reason) ? signal.reason : fail("E_UNAVAILABLE", "the request was aborted");

/** Calls `stop` once when any of the signals aborts, at once if one has. Gives the function that ends the watch. */
export function onAbort(signals: readonly AbortSignalLike[], stop: (reason: SbxError) => void): () => void {
  const listeners = signals.map((signal) => [signal, () => end(signal)] as const);
  const unwatch = () => {
    for (const [signal, listener] of listeners) signal.removeEventListener("abort", listener);
  };
  const end = (signal: AbortSignalLike) => {
    unwatch();
    stop(abortReason(signal));
  };
  const done = signals.find((signal) => signal.aborted);
  if (done) stop(abortReason(done));
  else for (const [signal, listener] of listeners) signal.addEventListener("abort", listener, { once: true });
  return unwatch;
}

/** One request's patience, in milliseconds of waiting for the network. */
export class Deadline {
  #left: number;
  readonly #signals: readonly AbortSignalLike[];
  readonly #what: string;

  constructor(patience: number, signals: readonly AbortSignalLike[], what: string) {
    this.#left = patience;
    this.#signals = signals;
    this.#what = what;
  }

  /** `start` gets a function that registers what to do when the wait ends early, and one that begins the patience anew.
   *  @throws E_LIMIT_TIME; the reason of the abort; what `start` throws */
  wait<T>(
    start: (onStop: (stop: (reason: SbxError) => void) => void, refresh: () => void) => Promise<T>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const stops: ((reason: SbxError) => void)[] = [];
      let began = performance.now();
      let over = false;
      const settle = (act: () => void) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        unwatch();
        act();
      };
      const stop = (reason: SbxError) =>
        settle(() => {
          reject(reason);
          for (const each of stops) each(reason);
        });
      const late = () => stop(fail("E_LIMIT_TIME", `${this.#what} took longer than the request timeout`));
      const patience = this.#left;
      let timer = setTimeout(late, patience);
      const refresh = () => {
        if (over) return;
        clearTimeout(timer);
        began = performance.now();
        timer = setTimeout(late, patience);
      };
      let unwatch = () => {};
      unwatch = onAbort(this.#signals, stop);
      if (over) return;
      // A throw before the first await must stop the clock too.
      (async () => start((each) => stops.push(each), refresh))().then(
        (value) =>
          settle(() => {
            this.#left = Math.max(1, this.#left - (performance.now() - began));
            resolve(value);
          }),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  }
}
