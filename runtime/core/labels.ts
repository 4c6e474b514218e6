/** Sets of labels: names that say where information came from (FLOW 1, 2). A set only grows. */
import { fail } from "./errors.ts";

export type Labels = ReadonlySet<string>;

export const noLabels: Labels = new Set();

/** @throws E_USAGE for a name outside `[a-z][a-z0-9_-]*` */
export function checkLabel(name: string): string {
  if (/^[a-z][a-z0-9_-]{0,63}$/.test(name)) return name;
  throw fail("E_USAGE", `"${name}" cannot be a label: lower-case letters, digits, "-" and "_"`);
}

/** The labels of `run` that `clearance` does not cover, sorted. Empty means the sink is open. */
export const uncleared = (run: Labels, clearance: Labels): string[] =>
  [...run].filter((label) => !clearance.has(label)).sort();

/** Those of `more` that `run` does not carry yet, sorted. */
export const fresh = (run: Labels, more: Iterable<string>): string[] =>
  [...new Set(more)].filter((label) => !run.has(label)).sort();

export const printLabels = (labels: Iterable<string>): string => [...labels].sort().join(", ");
