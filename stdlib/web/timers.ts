/** setTimeout and setInterval over a heap of the guest's own. The child asks `idle` how long it may sleep and calls
 *  `wake` when it is time; one timer runs a call, so that jobs run between timers. Delays follow the HTML standard:
 *  anything that is no number of at least 0 is 0, above 2^31-1 is 1 (as in Node). */
import { errorWithCode } from "./errors.ts";
import { primordials } from "./primordials.ts";

const { apply, Map, mapDelete, mapGet, mapHas, mapSet, mapSize, max, pop, push, TypeError, trunc, Number } =
  primordials;

/** More timers than this at once are a defect of the plugin: the next one is refused. */
const MAX_PENDING = 100_000;
const MAX_DELAY = 2 ** 31 - 1;

interface Timer {
  readonly id: number;
  due: number;
  /** Order among timers that are due at the same time. */
  order: number;
  /** Milliseconds, or -1 for a timeout. */
  readonly every: number;
  readonly callback: (...args: unknown[]) => unknown;
  readonly args: unknown[];
  live: boolean;
  /** Whether the run waits for it. */
  readonly holds: boolean;
}

const heap: Timer[] = [];
const live = new Map<number, Timer>();
/** Live timers that the run waits for. */
let holding = 0;
let nextId = 1;
let nextOrder = 0;
let batchEnd = -1;
let now: () => number = () => 0;
/** In virtual time a sleep takes no time: the clock jumps. */
let jump: ((to: number) => void) | undefined;

export function connectTimers(clock: () => number, virtual?: (to: number) => void): void {
  now = clock;
  jump = virtual;
}

/** Milliseconds since the run began, in the time that the timers go by. */
export function elapsed(): number {
  return now();
}

export function setTimeout(callback: unknown, delay?: unknown, ...args: unknown[]): number {
  return schedule(callback, delay, args, false, true);
}

export function setInterval(callback: unknown, delay?: unknown, ...args: unknown[]): number {
  return schedule(callback, delay, args, true, true);
}

/** A timeout that does not keep the run alive. */
export function setWeakTimeout(callback: () => void, delay: number): number {
  return schedule(callback, delay, [], false, false);
}

export function clearTimeout(id?: unknown): void {
  const key = typeof id === "number" ? id : typeof id === "string" ? Number(id) : 0;
  const timer = mapGet(live, key);
  if (timer === undefined) return;
  forget(timer);
  if (heap.length > 64 && heap.length > 2 * mapSize(live)) compact();
}

function forget(timer: Timer): void {
  timer.live = false;
  mapDelete(live, timer.id);
  if (timer.holds) holding--;
}

/** Milliseconds until the next timer, or null. Weak timers count only while something else keeps the run alive. In
 *  virtual time: 0, but nothing is due while calls are out. */
export function nextWake(callsOut: boolean, held: boolean): number | null {
  if (holding === 0 && !callsOut && !held) return null;
  dropDead();
  const first = heap[0];
  if (first === undefined) return null;
  if (jump) return callsOut ? null : 0;
  const wait = first.due - now();
  return max(0, wait);
}

/** Runs one due timer; true when more of the same batch are due. The callback's exception goes to the caller. */
export function runDue(): boolean {
  dropDead();
  let first = heap[0];
  if (first === undefined) return false;
  if (jump && first.due > now()) jump(first.due);
  const time = now();
  if (first.due > time) return false;
  if (batchEnd < 0) batchEnd = nextOrder;
  take();
  if (first.every < 0) forget(first);
  else {
    first.due = time + max(1, first.every);
    first.order = nextOrder++;
    put(first);
  }
  const { callback, args } = first;
  try {
    apply(callback, globalThis, args);
  } finally {
    dropDead();
    first = heap[0];
    if (first === undefined || first.due > time || first.order >= batchEnd) batchEnd = -1;
  }
  return batchEnd >= 0;
}

function schedule(
  callback: unknown,
  delay: unknown,
  args: unknown[],
  repeat: boolean,
  holds: boolean,
): number {
  if (typeof callback !== "function") throw new TypeError("the callback of a timer must be a function");
  let ms = +(delay as number);
  ms = ms >= 0 ? (ms > MAX_DELAY ? 1 : trunc(ms)) : 0;
  if (mapSize(live) >= MAX_PENDING) {
    throw errorWithCode("LimitExceeded", "E_LIMIT_HANDLES", `more than ${MAX_PENDING} timers at once`);
  }
  const id = nextId++;
  const every = repeat ? ms : -1;
  const timer: Timer = {
    id,
    due: now() + ms,
    order: nextOrder++,
    every,
    callback: callback as Timer["callback"],
    args,
    live: true,
    holds,
  };
  mapSet(live, id, timer);
  if (holds) holding++;
  put(timer);
  return id;
}

const before = (a: Timer, b: Timer): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);

function put(timer: Timer): void {
  let at = heap.length;
  push(heap, timer);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Timer;
    if (!before(timer, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = timer;
}

/** Removes the first. */
function take(): void {
  const last = pop(heap) as Timer;
  if (heap.length > 0) sink(0, last);
}

function sink(from: number, timer: Timer): void {
  let at = from;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && before(heap[below + 1] as Timer, heap[below] as Timer)) below++;
    const child = heap[below] as Timer;
    if (!before(child, timer)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = timer;
}

function dropDead(): void {
  while (heap.length > 0 && !(heap[0] as Timer).live) take();
}

/** Rebuilds the heap without cleared timers, so that a plugin that sets and clears does not grow it. */
function compact(): void {
  let kept = 0;
  for (let i = 0; i < heap.length; i++) {
    const timer = heap[i] as Timer;
    if (mapHas(live, timer.id)) heap[kept++] = timer;
  }
  heap.length = kept;
  for (let i = (kept >> 1) - 1; i >= 0; i--) sink(i, heap[i] as Timer);
}
