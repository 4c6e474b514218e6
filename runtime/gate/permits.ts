/** What a running operation meets on its way and nobody is asked about: is it covered by what was granted? */
import type { Target } from "../core/capability.ts";
import { isSbxError } from "../core/errors.ts";
import { fresh } from "../core/labels.ts";
import type { LiveLease } from "./lease.ts";
import type { GateWorld } from "./world.ts";

/** Charges the rule that covers it, one use an operation and every byte. What it does not bear is not covered. */
export function permits(
  { flow, policy, clock, budget }: GateWorld,
  target: Target,
  lease: LiveLease,
  bytes: number,
): boolean {
  if (fresh(flow.labels, flow.labelsOf(target)).length > 0) return false;
  const now = clock.now();
  const decision = policy.judge(target, lease.names, now, [...lease.rules, ...lease.used]);
  if (decision.kind !== "granted") return false;
  const { rule } = decision;
  try {
    if (rule !== null && !lease.rules.includes(rule) && !lease.used.has(rule)) budget.take(rule, now, true);
    if (rule !== null) lease.used.add(rule);
    budget.spend(rule, target.kind, bytes);
    return true;
  } catch (error) {
    if (isSbxError(error)) return false;
    throw error;
  }
}
