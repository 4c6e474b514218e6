/** `npm run fuzz -- --minutes 5 [--only NAME] [--seed N [--count N]]`: all fuzzers in turns, from a new seed each time. Ends with 1 when one found
 *  something; the line says how to see it again. */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { allFuzzers, runRounds } from "../support/fuzzing.ts";

const usage = "npm run fuzz -- --minutes 5 [--only NAME]… [--seed N [--count N]]";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    only: { type: "string", multiple: true, default: [] },
    seed: { type: "string" },
    count: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);
const count = values.count === undefined ? undefined : Number(values.count);
if (!(minutes > 0) || !Number.isInteger(seed) || seed < 0 || (count !== undefined && !(count > 0)))
  stop(`a number was expected: ${usage}`);

const all = await allFuzzers();
const known = all.map(({ name }) => name).join(", ");
for (const name of values.only)
  if (!all.some((fuzzer) => fuzzer.name === name)) stop(`there is no fuzzer ${name}; there are ${known}`);
const chosen = values.only.length === 0 ? all : all.filter(({ name }) => values.only.includes(name));

const until = performance.now() + minutes * 60_000;
console.log(`${chosen.length} fuzzers, ${minutes} min, seed ${seed}`);
const tallies = await runRounds(chosen, {
  seed,
  ...(count === undefined ? {} : { count }),
  more: () => performance.now() < until,
  slice: 2000,
  now: () => performance.now(),
  say: (line) => console.log(line),
});
for (const { name, cases, batches, found } of tallies)
  console.log(
    `${name.padEnd(20)} ${String(cases).padStart(12)} cases in ${batches} batches: ${found ? "FOUND" : "clean"}`,
  );
process.exit(tallies.some(({ found }) => found !== undefined) ? 1 : 0);

function stop(why: string): never {
  console.error(why);
  process.exit(2);
}
