/** The test that decides (FLOW): the same program with two secrets of different lengths, and everything that an uncleared observer sees is the
 *  same. With labels off, programs that are built to tell it do: else the first would prove nothing. */
import { deepStrictEqual } from "node:assert/strict";
import { type Program, someProgram, type View, viewOf } from "../support/flowPrograms.ts";
import { Random } from "../support/random.ts";
import type { Fuzzer } from "./fuzzer.ts";

/** Of those that try, this many must succeed without labels. */
const LEAK = 0.9;
/** Every so many programs are run without labels, too. */
const CONTROL = 4;
/** A run waits more than it works. */
const AT_ONCE = 100;

const same = (a: View, b: View): boolean => JSON.stringify(a) === JSON.stringify(b);

export const fuzzer: Fuzzer = {
  name: "flow",
  why: "what a program has read does not show outside, whatever it does; without labels it does",
  share: 2000,
  async batch(seed, count) {
    const random = new Random(seed);
    let [tried, told] = [0, 0];
    for (let from = 0; from < count; from += AT_ONCE) {
      const cases = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) =>
        someCase(random, from + at),
      );
      const leaks = await Promise.all(cases.map((one) => holds(seed, one)));
      for (const leak of leaks) {
        if (leak === undefined) continue;
        tried += 1;
        if (leak) told += 1;
      }
    }
    if (count >= 100)
      console.log(`flow: ${count} programs, none tells; without labels ${told} of ${tried} do`);
    if (tried >= 50 && told < LEAK * tried)
      throw new Error(`seed ${seed}, case 0: without labels only ${told} of ${tried} tell`);
  },
};

interface Case {
  readonly number: number;
  readonly program: Program;
  /** Of different lengths, one even and one odd. */
  readonly secrets: readonly [string, string];
}

function someCase(random: Random, number: number): Case {
  const program = someProgram(random);
  const first = `${random.next()}`;
  const second = `${random.next()}${random.next()}`
    .slice(0, first.length + 1 + 2 * random.below(4))
    .padEnd(11, "k");
  return { number, program, secrets: [first, second] };
}

/** Does it tell without labels? undefined: not tried. @throws when it tells with labels */
async function holds(seed: number, { number, program, secrets }: Case): Promise<boolean | undefined> {
  const views = (held: boolean): Promise<[View, View]> =>
    Promise.all([viewOf(program, secrets[0], held), viewOf(program, secrets[1], held)]);
  const [first, second] = await views(true);
  try {
    deepStrictEqual(first, second);
  } catch (error) {
    const steps = program.steps.map(({ name }) => name).join("; ");
    throw new Error(`seed ${seed}, case ${number} (${steps}): ${(error as Error).message}`, { cause: error });
  }
  if (number % CONTROL > 0) return undefined;
  const [open, other] = await views(false);
  return !same(open, other);
}
