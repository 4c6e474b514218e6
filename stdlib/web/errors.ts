/** The error classes a plugin can catch, and the way from the broker's plain description to one of them.
 *  Own properties of such an error: `code`, `kind`, `resource`, `remedy`, as far as the broker said them. */
import { primordials } from "./primordials.ts";
import { captureStackTrace, placeAt } from "./stack/stacks.ts";

const { defineProperty, weakSet, weakGet, WeakMap } = primordials;

type ErrorClass = new (message?: string, options?: ErrorOptions) => Error;

function classNamed(name: string, base: ErrorClass): ErrorClass {
  const made = class extends base {};
  defineProperty(made, "name", { value: name, configurable: true });
  defineProperty(made.prototype, "name", { value: name, configurable: true, writable: true });
  return made;
}

/** By the `name` that the broker sends (runtime/core/errors.ts). */
export const errorClasses = {
  PermissionDenied: classNamed("PermissionDenied", Error),
  FlowDenied: classNamed("FlowDenied", Error),
  LimitExceeded: classNamed("LimitExceeded", RangeError),
  NotFound: classNamed("NotFound", Error),
  AlreadyExists: classNamed("AlreadyExists", Error),
  InvalidArgument: classNamed("InvalidArgument", TypeError),
  ImportError: classNamed("ImportError", TypeError),
  Unavailable: classNamed("Unavailable", Error),
  InternalError: classNamed("InternalError", Error),
} as const;

const known: { readonly [name: string]: ErrorClass } = Object.assign(Object.create(null), errorClasses, {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
});
const DOMExceptionClass = DOMException as unknown as new (message: string, name: string) => Error;
const OWN = ["code", "kind", "resource", "remedy"] as const;
const callOf = new WeakMap<object, number>();

/** What the broker says of a failed call. */
export interface BrokerError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly kind?: string;
  readonly resource?: string;
  readonly remedy?: string;
}

/** The guest's error for a failed call; `site` is the raw stack of the place that made the call. */
export function errorFrom(said: BrokerError, call: number, site: string | undefined): Error {
  const name = said.name ?? "Error";
  const message = said.message ?? "";
  const known_ = known[name];
  let error: Error;
  if (known_) error = new known_(message);
  else if (name === "AbortError" || name === "TimeoutError") error = new DOMExceptionClass(message, name);
  else {
    error = new Error(message);
    own(error, "name", name);
  }
  if (site !== undefined) placeAt(error, site);
  for (let i = 0; i < OWN.length; i++) {
    const key = OWN[i] as (typeof OWN)[number];
    const value = said[key];
    if (value !== undefined && !(key === "code" && !known_))
      defineProperty(error, key, { value, writable: true, configurable: true, enumerable: true });
  }
  weakSet(callOf, error, call);
  return error;
}

/** Number of the failed call that this error reports, if the bridge made it. */
export function callBehind(error: object): number | undefined {
  return weakGet(callOf, error);
}

/** An error of the standard library's own making, with a code. */
export function errorWithCode(name: keyof typeof errorClasses, code: string, message: string): Error {
  const error = new errorClasses[name](message);
  own(error, "code", code);
  captureStackTrace(error, errorWithCode);
  return error;
}

function own(error: Error, key: string, value: unknown): void {
  defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
}
