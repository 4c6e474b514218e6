/** The first guest code of a run: connects the bridge, installs console, timers and the lazy globals, and says to the
 *  child how to reach the guest. What it exports is the ground on which every other chunk stands. */
import { host } from "sbx:host";
import {
  call,
  callBytes,
  connectBridge,
  deliver,
  exchange,
  latestCall,
  pendingCalls,
  refuseFlood,
  request,
} from "../bridge.ts";
import { isArrayBuffer, isBytes, isSharedArrayBuffer, toBuffer, toBytes } from "../bytes.ts";
import { type InspectOptions, type Inspector, makeConsole } from "../console.ts";
import { describe } from "../describe.ts";
import { addDisposalSymbols } from "../disposal.ts";
import { errorClasses, errorWithCode } from "../errors.ts";
import { installLazyGlobals } from "../lazy.ts";
import { primordials } from "../primordials.ts";
import { proxyTarget, watchProxies } from "../proxies.ts";
import { emitEvent, heldThings, hold, onEvent, program, setProgram } from "../run.ts";
import { captureStackTrace, installStacks, placeLike, rawStackHere, shownFrames } from "../stack/stacks.ts";
import {
  clearTimeout,
  connectTimers,
  elapsed,
  nextWake,
  runDue,
  setInterval,
  setTimeout,
  setWeakTimeout,
} from "../timers.ts";
import { dispatchUncaughtWith, reportError, uncaught } from "../uncaught.ts";

const { defineProperty, parse } = primordials;

installStacks(host);
addDisposalSymbols();
connectBridge(host);
connectTimers(() => host.now());
watchProxies();
installLazyGlobals(host);

const userAgent = (): string => `sbx/${program().sbxVersion ?? ""}`;
const navigator = Object.defineProperties(
  {},
  {
    userAgent: { get: userAgent, enumerable: true, configurable: true },
    [Symbol.toStringTag]: { value: "Navigator", configurable: true },
  },
);
/** The engine's own object counts from an origin of its own, which nobody can set. */
const clock = {};
const { now } = performance;
const clearInterval = (id?: unknown): void => clearTimeout(id);
const globals: { [name: string]: unknown } = {
  console: makeConsole(host),
  setTimeout,
  setInterval,
  clearTimeout,
  clearInterval,
  reportError,
  navigator,
  performance: clock,
  self: globalThis,
};
defineProperty(clock, "now", { value: now, writable: true, configurable: true, enumerable: true });
for (const name of Object.keys(globals)) {
  defineProperty(globalThis, name, {
    value: globals[name],
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

host.register({
  start(head) {
    const timeOrigin = host.wall() - now();
    defineProperty(clock, "timeOrigin", { value: timeOrigin, configurable: true, enumerable: true });
    setProgram(parse(head) as ReturnType<typeof program>);
    if (program().seed != null) {
      (host.chunk("deterministic") as { install(seed: string): void }).install(String(program().seed));
    }
  },
  deliver,
  wake: runDue,
  event: emitEvent,
  idle: (isPending) => ({
    wake: nextWake(pendingCalls() > 0, isPending || heldThings() > 0),
    refs: heldThings(),
  }),
  describe: (error) => describe(host, error),
  uncaught,
});

const inspector = (): Inspector => host.chunk("inspect") as unknown as Inspector;

export {
  call,
  callBytes,
  captureStackTrace,
  clearTimeout,
  connectTimers,
  dispatchUncaughtWith,
  elapsed,
  errorClasses,
  errorWithCode,
  exchange,
  hold,
  host,
  type InspectOptions,
  type Inspector,
  inspector,
  isArrayBuffer,
  isBytes,
  isSharedArrayBuffer,
  latestCall,
  onEvent,
  placeLike,
  primordials,
  program,
  proxyTarget,
  rawStackHere,
  refuseFlood,
  reportError,
  request,
  setWeakTimeout,
  shownFrames,
  toBuffer,
  toBytes,
};
