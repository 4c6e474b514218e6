/** Finds the fuzzers and runs them in turns. Knows nothing of what they generate. */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Fuzzer } from "../fuzz/fuzzer.ts";

const folder = resolve(import.meta.dirname, "../fuzz");
/** What lies there and is none. */
const others = new Set(["fuzzer.ts", "run.ts"]);

/** Every fuzzer, by name. @throws Error for a file there that is none */
export async function allFuzzers(): Promise<Fuzzer[]> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && !others.has(name))
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const loaded = (await import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href)) as {
        readonly fuzzer?: Fuzzer;
      };
      if (loaded.fuzzer?.name === name.slice(0, -".ts".length)) return loaded.fuzzer;
      throw new Error(
        `test/fuzz/${name} does not export a fuzzer of its name; what fuzzers share lies in test/support`,
      );
    }),
  );
}

export interface Rounds {
  /** Of the first batch; each further batch takes the next one. */
  readonly seed: number;
  /** Cases of each fuzzer's first batch, when it is to be seen again. */
  readonly count?: number;
  /** Is there time for one more batch? */
  more(): boolean;
  /** ms that a batch should take. */
  readonly slice: number;
  now(): number;
  say(line: string): void;
}

export interface Tally {
  readonly name: string;
  cases: number;
  batches: number;
  /** What it found; it rests from then on. */
  found?: string;
}

/** Runs them in turns, a time slice each, until there is no more time or each has found something. */
export async function runRounds(fuzzers: readonly Fuzzer[], rounds: Rounds): Promise<Tally[]> {
  const tallies = fuzzers.map(({ name }): Tally => ({ name, cases: 0, batches: 0 }));
  const counts = fuzzers.map(
    ({ share }) => rounds.count ?? Math.max(1, Math.ceil(Math.min(share ?? 50_000, 50_000) / 50)),
  );
  let seed = rounds.seed;
  let ran = true;
  while (ran) {
    ran = false;
    for (const [at, fuzzer] of fuzzers.entries()) {
      const tally = tallies[at];
      const count = counts[at];
      if (tally === undefined || count === undefined || tally.found !== undefined || !rounds.more()) continue;
      ran = true;
      const began = rounds.now();
      const found = await findOf(fuzzer, seed, count);
      tally.batches += 1;
      if (found === undefined) tally.cases += count;
      else {
        tally.found = found;
        rounds.say(
          `${fuzzer.name}: ${found}\n  again: npm run fuzz -- --only ${fuzzer.name} --seed ${seed} --count ${count}`,
        );
      }
      const took = Math.max(1, rounds.now() - began);
      counts[at] = Math.max(1, Math.min(count * 4, Math.round((count * rounds.slice) / took)));
      seed = (seed + 1) >>> 0;
    }
  }
  return tallies;
}

async function findOf(fuzzer: Fuzzer, seed: number, count: number): Promise<string | undefined> {
  try {
    await fuzzer.batch(seed, count);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
