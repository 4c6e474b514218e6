/** `error.stack` in the plugin's own lines. The engine hands over the call sites of every error that it makes; they are kept as they
 *  are, and nothing is looked up or written before somebody reads. Reading gives what V8 gives: name and message, then the frames.
 *
 *  `Error.captureStackTrace` and `Error.prepareStackTrace` are V8's (v8.dev/docs/stack-trace-api), with positions in the plugin's
 *  sources. Refuses to know source maps: `host.positions` does. */
import type { Host } from "../host.ts";
import { primordials, uncurry } from "../primordials.ts";
import { facades } from "./callSites.ts";
import { type Frame, frameText, isOwn, readFrames, type Site, siteReader } from "./frames.ts";

const {
  apply,
  defineProperty,
  getDescriptor,
  DOMException,
  getPrototypeOf,
  hasInstance,
  hasOwn,
  isArray,
  isError,
  parse,
  push,
  reverse,
  String,
} = primordials;
const { stringify, TypeError, WeakMap, weakGet, weakSet } = primordials;

/** What is kept of an error: call sites, the engine's own text, or what was made of either. */
type Trace = readonly Site[] | string;
interface Shown {
  readonly from: Trace;
  /** A text, or what the plugin's own `Error.prepareStackTrace` made. */
  readonly stack: unknown;
}

const native = Error as unknown as {
  captureStackTrace(into: object, above?: unknown): void;
  prepareStackTrace: unknown;
};
const { captureStackTrace: nativeCapture } = native;
const { set: setHook } = getDescriptor(Error, "prepareStackTrace") as {
  set(this: unknown, to: unknown): void;
};
const setNativeHook = uncurry(setHook);

const kept = new WeakMap<object, Trace | Shown>();
/** Filled by the engine, when set, in place of an error. */
let holder: { stack?: unknown } | undefined;
/** What the engine calls for every error that it makes. */
let hook: unknown;
let readSites: (sites: readonly Site[]) => Frame[];
let host: Host;
/** The plugin's own `Error.prepareStackTrace`. */
let prepare: unknown;

const accessor = {
  __proto__: null,
  get(this: unknown): unknown {
    return stackOf(this);
  },
  set(this: unknown, value: unknown): void {
    if (typeof this !== "object" || this === null) return;
    if (!defineProperty(this, "stack", { value, writable: true, configurable: true, enumerable: false }))
      throw new TypeError("cannot set the stack of an object that is frozen");
  },
  configurable: true,
  enumerable: false,
};

/** Before any plugin code runs. */
export function installStacks(to: Host): void {
  host = to;
  native.prepareStackTrace = (_: unknown, sites: unknown) => sites;
  const probe: { stack?: readonly Site[] } = {};
  nativeCapture(probe);
  readSites = siteReader(probe.stack?.[0] as Site);
  hook = to.tracing?.(trace) ?? trace;
  setNativeHook(Error, hook);
  const open = { configurable: true, enumerable: false };
  defineProperty(Error, "captureStackTrace", { value: captureStackTrace, writable: true, ...open });
  defineProperty(Error, "prepareStackTrace", {
    get: () => prepare,
    set(value: unknown) {
      prepare = value;
    },
    ...open,
  });
}

/** Called by the engine for each error; costs no more than the engine's own text would. */
function trace(error: unknown, sites: readonly Site[]): unknown {
  if (error === holder) return sites;
  // The engine asks again for errors that are thrown on, and for whatever else is thrown.
  if (isMadeWithStack(error) && !hasOwn(error, "stack")) {
    weakSet(kept, error, sites);
    defineProperty(error, "stack", accessor);
  }
  return null;
}

const isMadeWithStack = (value: unknown): value is object =>
  isError(value) || hasInstance(DOMException, value);

function sitesAbove(above: unknown): readonly Site[] {
  const into = { __proto__: null } as { stack?: unknown };
  holder = into;
  try {
    nativeCapture(into, above);
  } finally {
    holder = undefined;
  }
  return isArray(into.stack) ? (into.stack as readonly Site[]) : [];
}

/** V8's: gives `target` a stack, without `above` and what it called. */
export function captureStackTrace(target: object, above?: unknown): void {
  if ((typeof target !== "object" && typeof target !== "function") || target === null)
    throw new TypeError("captureStackTrace needs an object");
  const sites = sitesAbove(typeof above === "function" ? above : captureStackTrace);
  if (!defineProperty(target, "stack", accessor))
    throw new TypeError("cannot define the property stack: the object is not extensible");
  weakSet(kept, target, sites);
}

/** The stack here, without `above` and what it called, as the engine's own text: made at once, for the broker. */
export function rawStackHere(above: unknown): string | undefined {
  const into = { __proto__: null } as { stack?: unknown };
  setNativeHook(Error, undefined);
  try {
    nativeCapture(into, above);
  } catch {
    return undefined;
  } finally {
    setNativeHook(Error, hook);
  }
  return typeof into.stack === "string" && into.stack !== "" ? into.stack : undefined;
}

/** Frames here, in the plugin's lines, without `above` and what it called. */
export function framesHere(above: unknown): string {
  return frameText(mapped(readSites(sitesAbove(above)), undefined));
}

/** Gives `error` the stack of another place, which `rawStackHere` told. */
export function placeAt(error: object, raw: string): void {
  weakSet(kept, error, raw);
  defineProperty(error, "stack", accessor);
}

/** Gives `error` the stack of `other`. */
export function placeLike(error: object, other: object): void {
  const known = traceOf(other);
  if (known === undefined) {
    const { stack } = other as { stack?: unknown };
    if (typeof stack === "string")
      defineProperty(error, "stack", { value: stack, writable: true, configurable: true, enumerable: false });
    return;
  }
  weakSet(kept, error, known);
  defineProperty(error, "stack", accessor);
}

/** Frames as the engine tells them, or undefined when the plugin gave this error a stack of its own, or it has none. */
export function rawFrames(error: object): string | undefined {
  const known = traceOf(error);
  return known === undefined ? undefined : typeof known === "string" ? known : frameText(readSites(known));
}

/** Frames in the plugin's lines, without a first line; undefined as above. */
export function shownFrames(error: object): string | undefined {
  const known = traceOf(error);
  return known === undefined ? undefined : frameText(framesOf(error, known));
}

function traceOf(error: object): Trace | undefined {
  const own = getDescriptor(error, "stack") as { get?: unknown } | undefined;
  if (own?.get !== accessor.get) return undefined;
  const known = weakGet(kept, error);
  return isShown(known) ? known.from : known;
}

const isShown = (known: Trace | Shown | undefined): known is Shown =>
  typeof known === "object" && !isArray(known);

function stackOf(receiver: unknown): unknown {
  let error = receiver;
  let known: Trace | Shown | undefined;
  while (typeof error === "object" && error !== null) {
    known = weakGet(kept, error);
    if (known !== undefined) break;
    error = getPrototypeOf(error);
  }
  if (known === undefined || isShown(known)) return known?.stack;
  const frames = framesOf(error as object, known);
  const text = frameText(frames);
  const head = headOf(error as object);
  const stack =
    typeof prepare === "function"
      ? apply(prepare as () => unknown, Error, [error, facades(frames)])
      : text === ""
        ? head
        : `${head}\n${text}`;
  weakSet(kept, error as object, { __proto__: null, from: known, stack } as Shown);
  return stack;
}

function framesOf(error: object, known: Trace): Frame[] {
  return mapped(typeof known === "string" ? readFrames(known) : readSites(known), classOf(error));
}

/** Own frames left out, the others where they are in the sources. `made`: what the innermost frame constructs. */
function mapped(frames: readonly Frame[], made: string | undefined): Frame[] {
  const asked: unknown[] = [];
  for (let i = 0; i < frames.length; i++) {
    const { file, line, column } = frames[i] as Frame;
    push(asked, [file, line, column, i === 0 ? (made ?? "") : (frames[i - 1] as Frame).name]);
  }
  const answer = host.positions === undefined ? [] : (parse(host.positions(stringify(asked))) as unknown[]);
  const shown: Frame[] = [];
  // From the outermost on, because what the engine does for the standard library belongs to that.
  let isOwnCaller = false;
  for (let i = frames.length - 1; i >= 0; i--) {
    const frame = frames[i] as Frame;
    const place = answer[i];
    if (frame.line > 0) isOwnCaller = isOwn(frame);
    if (isOwnCaller || place === 0 || isTwice(frame, shown[shown.length - 1])) continue;
    if (!isArray(place)) push(shown, frame);
    else push(shown, { name: frame.name, file: place[0], line: place[1], column: place[2] });
  }
  return reverse(shown);
}

/** The engine's own function behind a function of the host's that stands for it. */
const isTwice = (frame: Frame, caller: Frame | undefined): boolean =>
  frame.line === 0 && caller?.line === 0 && frame.name === caller.name;

/** "TypeError: message", whatever the plugin made of either. */
function headOf(error: object): string {
  try {
    const { name, message } = error as { name?: unknown; message?: unknown };
    const first = name === undefined ? "Error" : String(name);
    const rest = message === undefined ? "" : String(message);
    return rest === "" ? first : first === "" ? rest : `${first}: ${rest}`;
  } catch {
    return "Error";
  }
}

function classOf(error: object): string | undefined {
  try {
    const { name } = (getPrototypeOf(error) as object).constructor;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
