/** Names in the audit of a run that carries labels. Whoever has read something private can write it into the name of a file that does not
 *  exist or of a host that nobody granted; so such a run's audit keeps only names that are true without it: of things that exist, and of
 *  what a grant names exactly (FLOW 4: every string of the plugin's that is kept elsewhere is a sink). */

import { printAddress } from "../core/address.ts";
import { printTarget, type Target } from "../core/capability.ts";
import type { Policy } from "./policy.ts";

export const withheld = "(withheld: the run carries labels)";

/** @param done it was allowed: what was written stands where it was cleared to stand */
export function discreetly(target: Target, done: boolean, policy: Policy): string {
  switch (target.kind) {
    case "read":
      return target.type === "missing" ? withheld : printTarget(target);
    case "write":
      return target.type === "missing" && !done ? withheld : printTarget(target);
    case "net":
      return isNamed(target, policy) ? printTarget({ ...target, path: "/" }) : withheld;
    case "data":
      return isNamed(target, policy) ? target.dataset : withheld;
    case "env":
    case "host":
      return isNamed(target, policy) ? printTarget(target) : withheld;
    default:
      return target satisfies never;
  }
}

/** Does an allow name exactly this, with no star in it? */
function isNamed(target: Target, { rules }: Policy): boolean {
  return rules.some(({ grant: { effect, scope } }) => {
    if (effect !== "allow" || scope === null || scope.kind !== target.kind) return false;
    switch (scope.kind) {
      case "net": {
        const { host } = scope.net;
        const name =
          host.type === "name" ? host.name : host.type === "address" ? printAddress(host.address) : undefined;
        return target.kind === "net" && target.host === name;
      }
      case "data":
        return target.kind === "data" && target.dataset === scope.dataset;
      case "env":
      case "host":
        return "name" in target && target.name === scope.name;
      default:
        return false;
    }
  });
}
