/** What the guest knows of its own run: the plain data that came with the program, events from outside, and the things
 *  that keep the run alive although nothing is pending. */
import { primordials } from "./primordials.ts";

const { apply, arraySlice, Map, mapGet, mapSet, parse, push, splice, arrayIndexOf } = primordials;

/** The head of PROGRAM: data for the prelude; unknown keys are the standard library's modules' own. */
export interface ProgramHead {
  readonly name?: string;
  readonly seed?: string | null;
  readonly sbxVersion?: string;
  readonly [key: string]: unknown;
}

let head: ProgramHead = {};
let held = 0;
const listeners = new Map<string, ((payload: unknown) => void)[]>();

export function program(): ProgramHead {
  return head;
}

export function setProgram(to: ProgramHead): void {
  head = to;
}

/** Keeps the run alive until the returned function is called, once or more often. */
export function hold(): () => void {
  held++;
  let holding = true;
  return () => {
    if (holding) held--;
    holding = false;
  };
}

export function heldThings(): number {
  return held;
}

/** Calls `listener` with the payload of each event of that name; the returned function ends it. Does not keep the run
 *  alive by itself. */
export function onEvent(name: string, listener: (payload: unknown) => void): () => void {
  const all = mapGet(listeners, name) ?? [];
  if (all.length === 0) mapSet(listeners, name, all);
  push(all, listener);
  return () => {
    const at = arrayIndexOf(all, listener);
    if (at >= 0) splice(all, at, 1);
  };
}

export function emitEvent(json: string): void {
  const { event, payload } = parse(json) as { event: string; payload?: unknown };
  const all = arraySlice(mapGet(listeners, event) ?? []);
  for (let i = 0; i < all.length; i++) apply(all[i] as (payload: unknown) => void, undefined, [payload]);
}
