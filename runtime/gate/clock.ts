/** Time and cancellation, as the gate sees them: given from outside, so that tests can turn the clock. */
import type { AbortSignalLike } from "../core/powers.ts";

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Calls back once, unless the returned function is called before. */
  after(ms: number, then: () => void): () => void;
  newAbort(): { readonly signal: AbortSignalLike; abort(reason: unknown): void };
}
