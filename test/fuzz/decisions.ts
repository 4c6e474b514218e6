/** Rule sets of all kinds with ceilings and protected places, against requests: the policy, which finds rules through its maps, must
 *  decide as the list of CONTRACT 3 does that is read from top to bottom; and the order of the rules must not matter. */
import { kinds, type Target } from "../../runtime/core/capability.ts";
import { type Grant, printGrant } from "../../runtime/core/grant.ts";
import { autorunPlaces, secretPlaces } from "../../runtime/core/places.ts";
import { Policy } from "../../runtime/gate/policy.ts";
import { Random } from "../support/random.ts";
import { grantOf, type ModelWorld, modelDecision, paths, targetOf } from "../support/rulesModel.ts";
import type { Fuzzer } from "./fuzzer.ts";

const home = "/home/ana";
const [secret, autorun] = [secretPlaces(home), autorunPlaces(home)];
const effects = ["allow", "allow", "deny", "ignore"] as const;

function worldOf(random: Random): ModelWorld {
  const grants = (count: number, effect?: Grant["effect"]): Grant[] =>
    Array.from({ length: count }, () =>
      grantOf(random, effect ?? random.pick(effects), random.pick(kinds)),
    ).flat();
  return {
    rules: grants(random.below(12)),
    ceilings: random.chance(0.3)
      ? Array.from({ length: 1 + random.below(2) }, () => grants(1 + random.below(8), "allow"))
      : [],
    protect: random.chance(0.2) ? [random.pick(paths)] : [],
    places: { secret, autorun, foldCase: random.chance(0.3) },
  };
}

function policyOf(world: ModelWorld, rules: readonly Grant[]): Policy {
  const policy = new Policy(
    world.places,
    world.protect.map((path) => ({ path, what: "a policy" })),
  );
  for (const grant of rules) policy.add(grant, "", 0);
  for (const ceiling of world.ceilings) policy.limitTo(ceiling);
  return policy;
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const out = [...list];
  for (let at = out.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [out[at], out[other]] = [out[other] as T, out[at] as T];
  }
  return out;
}

/** What a plugin can tell apart. */
function judged(policy: Policy, target: Target, names: readonly string[], age: number): string {
  const decision = policy.judge(target, names, age);
  return "code" in decision ? `${decision.kind} ${decision.code}` : decision.kind;
}

const REQUESTS = 4;

export const fuzzer: Fuzzer = {
  name: "decisions",
  why: "the policy decides as the list of the contract does, whatever the order of the rules",
  share: 20_000,
  async batch(seed, count) {
    for (let at = 0; at < count; at += 1) {
      const random = new Random(seed + at * 7919);
      const world = worldOf(random);
      const policy = policyOf(world, world.rules);
      const mixed = policyOf(world, shuffled(random, world.rules));
      for (let asked = 0; asked < REQUESTS; asked += 1) {
        const target = targetOf(random, random.pick(kinds));
        const names = [random.pick(["stat", "readFile", "mkdir", "rename", "fetch", "get"])];
        const age = random.pick([0, 999, 1000]);
        const is = judged(policy, target, names, age);
        const must = modelDecision(world, target, names, age);
        const other = judged(mixed, target, names, age);
        if (is.split(" ")[0] === must && is === other) continue;
        const rules = world.rules.map((grant) => `${grant.effect} ${printGrant(grant)}`);
        const says = `decided ${is}, in another order ${other}, by the list ${must}`;
        throw new Error(
          `seed ${seed}, case ${at}: ${says}\n${JSON.stringify({ ...world, rules, places: world.places.foldCase, target, names, age })}`,
        );
      }
    }
  },
};
