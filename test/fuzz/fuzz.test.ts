/** Each fuzzer's share within `npm test`, from one seed, so that it passes or fails for everybody alike; and the turns that they take. */
import { describe, expect, test } from "vitest";
import { allFuzzers, runRounds } from "../support/fuzzing.ts";
import { Random } from "../support/random.ts";
import type { Fuzzer } from "./fuzzer.ts";

const CASES = 50_000;
const SEED = 1;

describe("generated cases", async () => {
  for (const fuzzer of await allFuzzers()) {
    const count = Math.min(fuzzer.share ?? CASES, CASES);
    test(`${fuzzer.name}: ${fuzzer.why}`, { timeout: 300_000 }, () => fuzzer.batch(SEED, count));
  }
});

/** Fails in its third batch. */
const failing: Fuzzer = {
  name: "failing",
  why: "nothing",
  batch: async (seed) => {
    if (seed >= 14) throw new Error(`seed ${seed}, case 3: left is not right`);
  },
};

const counting = (ran: number[]): Fuzzer => ({
  name: "counting",
  why: "nothing",
  batch: async (seed) => void ran.push(seed),
});

test("fuzzers run in turns from one seed on, and one that found something rests", async () => {
  const ran: number[] = [];
  const said: string[] = [];
  let left = 9;
  const tallies = await runRounds([failing, counting(ran)], {
    seed: 10,
    more: () => left-- > 0,
    slice: 1000,
    now: () => 0,
    say: (line) => said.push(line),
  });
  expect(ran).toEqual([11, 13, 15, 16, 17, 18]);
  expect(tallies.map(({ name, batches, found }) => ({ name, batches, found }))).toEqual([
    { name: "failing", batches: 3, found: "seed 14, case 3: left is not right" },
    { name: "counting", batches: 6, found: undefined },
  ]);
  expect(said).toEqual([
    "failing: seed 14, case 3: left is not right\n  again: npm run fuzz -- --only failing --seed 14 --count 16000",
  ]);
});

test("a batch grows or shrinks until it takes its slice of time", async () => {
  const counts: number[] = [];
  let time = 0;
  const slow: Fuzzer = {
    name: "slow",
    why: "nothing",
    share: 500,
    batch: async (_, count) => {
      counts.push(count);
      time += count * 100;
    },
  };
  let left = 4;
  await runRounds([slow], { seed: 0, more: () => left-- > 0, slice: 2000, now: () => time, say: () => {} });
  expect(counts).toEqual([10, 20, 20, 20]);
});

test("the same seed gives the same choices, another one others", () => {
  const draw = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 50 }, () => random.below(1000));
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});
