/** The first script of an instance, as text: the guest's side of the border. It hands `host` to the prelude through
 *  `require("sbx:host").host`, keeps what the prelude registers, starts the program, and turns anything thrown into plain data.
 *
 *  It is evaluated before any other guest code and captures all that it uses. Nothing in it protects the host.
 *
 *  Evaluates to (native) → the functions that `realm.ts` names in `GLUE`. */

export const GLUE = [
  "boot",
  "start",
  "run",
  "deliver",
  "wake",
  "event",
  "idle",
  "uncaught",
  "refused",
  "exportNames",
  "trace",
  "stringify",
] as const;

export const GLUE_FILE = "sbx:chunk/glue";

export const glue = `(function (native) {
"use strict";
const { apply, ownKeys } = Reflect;
const bind = (method) => (self, ...args) => apply(method, self, args);
const then = bind(Promise.prototype.then);
const slice = bind(String.prototype.slice);
const wellFormed = bind(String.prototype.toWellFormed);
const bufferSlice = bind(ArrayBuffer.prototype.slice);
const bufferLength = bind(Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get);
const parse = JSON.parse, stringify = JSON.stringify, text = String, isArray = Array.isArray;
const GuestTypeError = TypeError, GuestError = Error, define = Object.defineProperty;
const nativeQueue = globalThis.queueMicrotask;

const modules = { __proto__: null };
let guest, main = "pending", tracer;
let failed = false;

function chunk(name) {
  name = text(name);
  const known = modules[name];
  if (known !== undefined) return known.exports;
  const evaluate = native.chunk(name);
  if (evaluate === undefined) throw new GuestTypeError("no such part of the standard library: " + name);
  const module = modules[name] = { __proto__: null, exports: {} };
  try {
    evaluate(module.exports, require, module);
  } catch (error) {
    delete modules[name];
    throw error;
  }
  return module.exports;
}
function require(id) {
  if (id === "sbx:host") return { __proto__: null, host };
  if (slice(id, 0, 10) === "sbx:chunk/") return chunk(slice(id, 10));
  throw new GuestTypeError("no such part of the standard library: " + id);
}

const STEP = 1048576;
function send(id, head, body, wantsText) {
  if (body === undefined) return wantsText ? native.callForText(id, head) : native.call(id, head);
  const length = bufferLength(body);
  if (length <= STEP) return native.call(id, head, body);
  native.bodyStart(length);
  for (let at = 0; at < length; at += STEP) native.bodyPart(at, bufferSlice(body, at, at + STEP));
  native.call(id, head);
}

const host = {
  __proto__: null,
  call: send,
  out(stream, line) {
    const whole = wellFormed(line);
    native.out(stream, whole, whole.length);
  },
  pure(name, arg, bytes) {
    const whole = wellFormed(arg);
    const answer = bytes === undefined ? native.pure(name, whole, whole.length) : native.pure(name, whole, whole.length, bytes);
    if (isArray(answer)) {
      if (answer.length === 1) return parse(answer[0]);
      throw new GuestTypeError(answer[0]);
    }
    return answer;
  },
  chunk,
  now: native.now,
  wall: native.wall,
  promise(promise) {
    const state = native.promiseState(promise);
    if (state === 0) return { state: "pending" };
    return { state: state === 1 ? "fulfilled" : "rejected", value: native.promiseResult(promise) };
  },
  positions: native.positions,
  tracing(to) {
    tracer = to;
    return native.trace;
  },
  register(to) {
    guest = to;
  },
};

/** Tells the run's first failure, as JSON. */
function fail(error, kind) {
  if (failed) return;
  let told;
  try {
    told = guest.describe(error);
  } catch {
    told = plain(error);
  }
  failed = true;
  native.failed(encode(told, kind));
}
function plain(error) {
  try {
    if (typeof error !== "object" || error === null) return { __proto__: null, name: "Error", message: text(error), stack: "" };
    const { name, message, stack } = error;
    return { __proto__: null, name: text(name), message: text(message), stack: text(stack), mapped: true };
  } catch {
    return { __proto__: null, name: "Error", message: "an error that cannot be shown", stack: "" };
  }
}
function encode(told, kind) {
  try {
    const { name, message, stack, mapped, code, cause, resource, remedy } = told;
    return stringify({ __proto__: null, error: { __proto__: null, name, message, stack, mapped, code, cause, resource, remedy, kind } });
  } catch {
    return '{"error":{"name":"Error","message":"an error that cannot be shown","stack":"","kind":"uncaught"}}';
  }
}
function uncaught(error, kind, promise) {
  let handled = false;
  try {
    handled = guest !== undefined && kind !== "syntax" && kind !== "import" && guest.uncaught(error, kind, promise);
  } catch (worse) {
    error = worse;
  }
  if (handled !== true) fail(error, kind);
}

function queueMicrotask(callback) {
  if (typeof callback !== "function") throw new GuestTypeError("queueMicrotask: not a function");
  nativeQueue(() => {
    try {
      apply(callback, undefined, []);
    } catch (error) {
      uncaught(error, "uncaught");
    }
  });
}
define(globalThis, "queueMicrotask", { value: queueMicrotask, writable: true, configurable: true, enumerable: true });
define(globalThis, "sbx:load", { value: chunk, configurable: true });

return {
  __proto__: null,
  boot() {
    define(JSON, "stringify", { value: native.stringify, writable: true, configurable: true });
    chunk("boot");
  },
  start: (head) => guest.start(head),
  run(name) {
    then(import(name), () => { main = "done"; }, (error) => { main = "done"; fail(error, "uncaught"); });
  },
  deliver: (id, ok, head, body) => guest.deliver(id, ok === 1, head, isArray(body) ? parse(body[0]) : body),
  wake: () => (guest.wake() === true ? 1 : 0),
  event: (head) => guest.event(head),
  idle() {
    const { wake, refs } = guest.idle(main === "pending");
    if (wake === null && refs === 0) return main === "done" ? 1 : 0;
    return '{"main":"' + main + '","wake":' + (wake === null ? "null" : +wake) + ',"refs":' + +refs + "}";
  },
  uncaught,
  refused(message) {
    const error = new GuestTypeError(message);
    define(error, "code", { value: "E_IMPORT", writable: true, configurable: true, enumerable: true });
    return error;
  },
  stringify,
  trace: (error, sites) => tracer(error, sites),
  exportNames: (name) => stringify(ownKeys(chunk(name)).filter((key) => typeof key === "string")),
};
})`;
