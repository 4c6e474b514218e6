/** EventTarget, after the DOM standard, without a tree: listeners in order of arrival, each called with its target.
 *  What a listener throws is reported as uncaught and stops nobody else. */
import { primordials, reportError } from "sbx:chunk/boot";
import { domString, finishClass, needArguments } from "../webidl.ts";
import type { AbortSignal } from "./abort.ts";
import { type Event, isEvent, stateOf } from "./event.ts";
import { signals } from "./signals.ts";

const {
  apply,
  arrayIncludes,
  arrayIndexOf,
  arraySlice,
  Map,
  mapGet,
  mapSet,
  push,
  splice,
  TypeError,
  WeakMap,
  weakGet,
  weakSet,
} = primordials;

type Callback = ((event: Event) => unknown) | { handleEvent?(event: Event): unknown };

interface Listener {
  readonly callback: Callback;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
}

interface ListenerOptions {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly passive?: boolean;
  readonly signal?: AbortSignal;
}

type Listeners = Map<string, Listener[]>;
const listenersOf = new WeakMap<object, Listeners>();

/** The global object is a target too, so state is kept beside the object. */
function listeners(target: unknown): Listeners {
  if (typeof target !== "object" || target === null) throw new TypeError("Illegal invocation");
  const known = weakGet(listenersOf, target);
  if (known !== undefined) return known;
  if (target !== globalThis) throw new TypeError("Illegal invocation");
  const made: Listeners = new Map();
  weakSet(listenersOf, target, made);
  return made;
}

const receiver = (self: unknown): object => (self ?? globalThis) as object;
const captureOf = (options: unknown): boolean =>
  typeof options === "boolean" ? options : !!(options as ListenerOptions | null | undefined)?.capture;

export function addEventListener(
  this: unknown,
  type: unknown,
  callback: Callback | null,
  options?: boolean | ListenerOptions | null,
): void {
  needArguments(arguments.length, 2, "addEventListener");
  const target = receiver(this);
  const all = listeners(target);
  if (
    callback !== null &&
    callback !== undefined &&
    typeof callback !== "object" &&
    typeof callback !== "function"
  ) {
    throw new TypeError("The listener must be a function or an object");
  }
  const more = typeof options === "object" && options !== null ? options : {};
  const { signal } = more;
  if (signal !== undefined && !signals.is(signal)) throw new TypeError("The signal must be an AbortSignal");
  if (callback === null || callback === undefined || signal?.aborted) return;
  const name = domString(type);
  const capture = captureOf(options);
  const list = mapGet(all, name) ?? [];
  if (list.length === 0) mapSet(all, name, list);
  for (let i = 0; i < list.length; i++) {
    const one = list[i] as Listener;
    if (one.callback === callback && one.capture === capture) return;
  }
  push(list, { callback, capture, once: !!more.once, passive: !!more.passive });
  if (signal !== undefined) signals.onAbort(signal, () => remove(all, name, callback, capture));
}

export function removeEventListener(
  this: unknown,
  type: unknown,
  callback: Callback | null,
  options?: unknown,
): void {
  needArguments(arguments.length, 2, "removeEventListener");
  if (callback === null || callback === undefined) return;
  remove(listeners(receiver(this)), domString(type), callback, captureOf(options));
}

function remove(all: Listeners, name: string, callback: Callback, capture: boolean): void {
  const list = mapGet(all, name);
  if (list === undefined) return;
  for (let i = 0; i < list.length; i++) {
    const one = list[i] as Listener;
    if (one.callback === callback && one.capture === capture) {
      splice(list, i, 1);
      return;
    }
  }
}

export function dispatchEvent(this: unknown, event: Event): boolean {
  needArguments(arguments.length, 1, "dispatchEvent");
  const target = receiver(this);
  const all = listeners(target);
  if (!isEvent(event)) throw new TypeError("The event must be an Event");
  if (stateOf(event).dispatching) {
    throw new DOMException("The event is already being dispatched", "InvalidStateError");
  }
  dispatch(target, all, event);
  return !event.defaultPrevented;
}

function dispatch(target: object, all: Listeners, event: Event): void {
  const state = stateOf(event);
  state.target = target;
  state.current = target;
  state.dispatching = true;
  const list = mapGet(all, event.type) ?? [];
  const present = arraySlice(list);
  for (let i = 0; i < present.length && !state.stopped; i++) {
    const listener = present[i] as Listener;
    if (!arrayIncludes(list, listener)) continue;
    if (listener.once) splice(list, arrayIndexOf(list, listener), 1);
    state.passive = listener.passive;
    callListener(listener.callback, target, event);
    state.passive = false;
  }
  state.dispatching = false;
  state.current = null;
  state.stopped = false;
}

function callListener(callback: Callback, target: object, event: Event): void {
  try {
    if (typeof callback === "function") {
      apply(callback, target, [event]);
      return;
    }
    const { handleEvent } = callback;
    if (typeof handleEvent !== "function") throw new TypeError("handleEvent is not a function");
    apply(handleEvent, callback, [event]);
  } catch (error) {
    reportError(error);
  }
}

export class EventTarget {
  constructor() {
    weakSet(listenersOf, this, new Map());
  }

  addEventListener(
    type: unknown,
    callback: Callback | null,
    options?: boolean | ListenerOptions | null,
  ): void {
    needArguments(arguments.length, 2, "addEventListener");
    apply(addEventListener, this, [type, callback, options]);
  }

  removeEventListener(type: unknown, callback: Callback | null, options?: unknown): void {
    needArguments(arguments.length, 2, "removeEventListener");
    apply(removeEventListener, this, [type, callback, options]);
  }

  dispatchEvent(event: Event): boolean {
    needArguments(arguments.length, 1, "dispatchEvent");
    return apply(dispatchEvent, this, [event]) as boolean;
  }
}
finishClass(EventTarget, "EventTarget");

/** Sets what `target.on<type>` is: called in its place among the listeners. */
export function setHandler(
  target: object,
  type: string,
  handlers: { [type: string]: unknown },
  handler: unknown,
): void {
  const known = handlers[type];
  handlers[type] =
    typeof handler === "function" || (typeof handler === "object" && handler !== null) ? handler : null;
  if (known !== undefined) return;
  apply(addEventListener, target, [
    type,
    (event: Event) => {
      const now = handlers[type];
      if (typeof now === "function") apply(now as () => unknown, target, [event]);
    },
  ]);
}
