/** Event and its kin, after the DOM standard, for targets without a tree. */
import { elapsed, primordials } from "sbx:chunk/boot";
import { domString, finishClass, needArguments, showAs } from "../webidl.ts";

const { defineProperty } = primordials;

interface EventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
}

/** What a dispatch does with an event; not to be reached by plugins. */
export interface EventState {
  target: object | null;
  current: object | null;
  dispatching: boolean;
  stopped: boolean;
  passive: boolean;
}

export let stateOf: (event: Event) => EventState;
export let isEvent: (value: unknown) => value is Event;

export class Event {
  #type: string;
  #bubbles: boolean;
  #cancelable: boolean;
  readonly #composed: boolean;
  readonly #time = elapsed();
  #prevented = false;
  #propagationStopped = false;
  readonly #state: EventState = {
    target: null,
    current: null,
    dispatching: false,
    stopped: false,
    passive: false,
  };

  constructor(type: unknown, init?: EventInit | null) {
    needArguments(arguments.length, 1, "Event");
    this.#type = domString(type);
    this.#bubbles = !!init?.bubbles;
    this.#cancelable = !!init?.cancelable;
    this.#composed = !!init?.composed;
  }

  static {
    stateOf = (event) => event.#state;
    isEvent = (value): value is Event => typeof value === "object" && value !== null && #state in value;
  }

  get type(): string {
    return this.#type;
  }
  get target(): object | null {
    return this.#state.target;
  }
  get srcElement(): object | null {
    return this.#state.target;
  }
  get currentTarget(): object | null {
    return this.#state.current;
  }
  composedPath(): object[] {
    return this.#state.current === null ? [] : [this.#state.current];
  }
  get eventPhase(): number {
    return this.#state.dispatching ? 2 : 0;
  }
  stopPropagation(): void {
    this.#propagationStopped = true;
  }
  get cancelBubble(): boolean {
    return this.#propagationStopped;
  }
  set cancelBubble(value: boolean) {
    if (value) this.#propagationStopped = true;
  }
  stopImmediatePropagation(): void {
    this.#propagationStopped = true;
    this.#state.stopped = true;
  }
  get bubbles(): boolean {
    return this.#bubbles;
  }
  get cancelable(): boolean {
    return this.#cancelable;
  }
  get returnValue(): boolean {
    return !this.#prevented;
  }
  set returnValue(value: boolean) {
    if (!value) this.preventDefault();
  }
  preventDefault(): void {
    if (this.#cancelable && !this.#state.passive) this.#prevented = true;
  }
  get defaultPrevented(): boolean {
    return this.#prevented;
  }
  get composed(): boolean {
    return this.#composed;
  }
  get isTrusted(): boolean {
    return false;
  }
  get timeStamp(): number {
    return this.#time;
  }
  initEvent(type: unknown, bubbles = false, cancelable = false): void {
    if (this.#state.dispatching) return;
    this.#type = domString(type);
    this.#bubbles = !!bubbles;
    this.#cancelable = !!cancelable;
    this.#prevented = false;
    this.#propagationStopped = false;
    this.#state.stopped = false;
  }
}

finishClass(Event, "Event");
const phases = { NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };
for (const name of primordials.keys(phases) as (keyof typeof phases)[]) {
  defineProperty(Event, name, { value: phases[name], enumerable: true });
  defineProperty(Event.prototype, name, { value: phases[name], enumerable: true });
}
showAs(Event, ({ type, defaultPrevented, cancelable, timeStamp }) => ({
  type,
  defaultPrevented,
  cancelable,
  timeStamp,
}));

export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(type: unknown, init?: (EventInit & { readonly detail?: unknown }) | null) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
}
finishClass(CustomEvent, "CustomEvent");

interface ErrorEventInit extends EventInit {
  readonly message?: unknown;
  readonly filename?: unknown;
  readonly lineno?: number;
  readonly colno?: number;
  readonly error?: unknown;
}

export class ErrorEvent extends Event {
  readonly #init: ErrorEventInit;

  constructor(type: unknown, init?: ErrorEventInit | null) {
    super(type, init);
    this.#init = { ...init };
  }

  get message(): string {
    return domString(this.#init.message ?? "");
  }
  get filename(): string {
    return domString(this.#init.filename ?? "");
  }
  get lineno(): number {
    return (this.#init.lineno ?? 0) >>> 0;
  }
  get colno(): number {
    return (this.#init.colno ?? 0) >>> 0;
  }
  get error(): unknown {
    return this.#init.error;
  }
}
finishClass(ErrorEvent, "ErrorEvent");

export class PromiseRejectionEvent extends Event {
  readonly #promise: unknown;
  readonly #reason: unknown;

  constructor(type: unknown, init: EventInit & { readonly promise: unknown; readonly reason?: unknown }) {
    super(type, init);
    this.#promise = init.promise;
    this.#reason = init.reason;
  }

  get promise(): unknown {
    return this.#promise;
  }
  get reason(): unknown {
    return this.#reason;
  }
}
finishClass(PromiseRejectionEvent, "PromiseRejectionEvent");
