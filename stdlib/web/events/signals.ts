/** What targets need of abort signals, which are targets themselves: filled in by `abort.ts`. */
import type { AbortSignal } from "./abort.ts";

export const signals: {
  is(value: unknown): value is AbortSignal;
  onAbort(signal: AbortSignal, run: () => void): void;
} = { is: (value): value is AbortSignal => value === signals, onAbort() {} };
