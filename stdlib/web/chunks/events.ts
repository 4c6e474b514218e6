/** Events, targets and abort signals; the global object becomes a target for `error` and `unhandledrejection`. */
import { dispatchUncaughtWith, primordials } from "sbx:chunk/boot";
import { ErrorEvent, PromiseRejectionEvent } from "../events/event.ts";
import { dispatchEvent } from "../events/target.ts";

const { apply, String } = primordials;

dispatchUncaughtWith((error, kind, promise) => {
  const message =
    typeof error === "object" && error !== null
      ? String((error as { message?: unknown }).message)
      : String(error);
  const event =
    kind === "uncaught"
      ? new ErrorEvent("error", { cancelable: true, message, error })
      : new PromiseRejectionEvent("unhandledrejection", { cancelable: true, promise, reason: error });
  return !(apply(dispatchEvent, globalThis, [event]) as boolean);
});

export { AbortController, AbortSignal, addAlgorithm, anyOf, isAbortSignal } from "../events/abort.ts";
export { CustomEvent, ErrorEvent, Event, PromiseRejectionEvent } from "../events/event.ts";
export {
  addEventListener,
  dispatchEvent,
  EventTarget,
  removeEventListener,
  setHandler,
} from "../events/target.ts";
