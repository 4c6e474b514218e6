/** Errors that nobody caught: reportError, and the plugin's own `error` and `unhandledrejection` handlers, which get the
 *  first word. */
import { primordials } from "./primordials.ts";

const { apply, String } = primordials;
const queue = queueMicrotask;

type Handlers = {
  onerror?: unknown;
  onunhandledrejection?: unknown;
};

/** Dispatches to listeners that were added with addEventListener; set by the events chunk when it is loaded. */
let dispatch: ((error: unknown, kind: "uncaught" | "rejection", promise?: object) => boolean) | undefined;

export function dispatchUncaughtWith(to: typeof dispatch): void {
  dispatch = to;
}

/** True when a handler of the plugin's took it: `onerror` that returns true, or a listener that calls preventDefault. */
export function uncaught(error: unknown, kind: "uncaught" | "rejection", promise?: object): boolean {
  const { onerror, onunhandledrejection } = globalThis as Handlers;
  let handled = dispatch?.(error, kind, promise) ?? false;
  if (kind === "uncaught" && typeof onerror === "function") {
    const message =
      typeof error === "object" && error !== null
        ? String((error as { message?: unknown }).message)
        : String(error);
    if (apply(onerror as () => unknown, globalThis, [message, "", 0, 0, error]) === true) handled = true;
  }
  if (kind === "rejection" && typeof onunhandledrejection === "function") {
    const event = {
      type: "unhandledrejection",
      reason: error,
      promise,
      preventDefault() {
        handled = true;
      },
    };
    apply(onunhandledrejection as () => unknown, globalThis, [event]);
  }
  return handled;
}

/** Treats a value as if it had been thrown and not caught. */
export function reportError(error: unknown): void {
  queue(() => {
    throw error;
  });
}
