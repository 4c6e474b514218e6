/** The policies of a run (CONTRACT 9): the machine's, $SBX_POLICY's, --policy's, and what merging them means: denies and labels are
 *  united, ceilings, limits and clearances intersected with every policy that states them. A policy that cannot be read stops the run. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fail, isSbxError } from "../../runtime/core/errors.ts";
import type { ClearRule } from "../../runtime/gate/flow.ts";
import type { RunLimits } from "../../runtime/gate/limits.ts";
import type { PolicyRules } from "../../runtime/gate/policyFile.ts";
import { type GrantBases, grantContext } from "./grants.ts";

export interface PolicySet {
  readonly files: readonly string[];
  readonly rules: readonly PolicyRules[];
}

const machinePolicy = (): string => {
  switch (process.platform) {
    case "win32":
      return `${process.env.ProgramData ?? "C:/ProgramData"}/sbx/policy.json`;
    case "darwin":
      return "/Library/Application Support/sbx/policy.json";
    default:
      return "/etc/sbx/policy.json";
  }
};

export async function loadPolicies(named: string | undefined, bases: GrantBases): Promise<PolicySet> {
  const files: string[] = [];
  const rules: PolicyRules[] = [];
  for (const { path, must } of [
    { path: machinePolicy(), must: false },
    { path: process.env.SBX_POLICY || undefined, must: true },
    { path: named, must: true },
  ]) {
    const text = path === undefined ? undefined : read(path, must);
    if (path === undefined || text === undefined) continue;
    const { parsePolicy } = await import("../../runtime/gate/policyFile.ts");
    files.push(resolve(path));
    rules.push(parsePolicy(text, path, grantContext({ ...bases, folder: dirname(resolve(path)) })));
  }
  return { files, rules };
}

function read(path: string, must: boolean): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!must && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
    throw isSbxError(error)
      ? error
      : fail("E_POLICY", `the policy ${path} cannot be read (${code}), so nothing is run`, {
          remedy: "name a readable policy file",
        });
  }
}

/** The smallest of every limit that any policy states; what was asked for counts only below it. */
export function cappedLimits(asked: RunLimits, policies: PolicySet): RunLimits {
  const limits: Record<string, number> = { ...asked };
  for (const { limits: stated } of policies.rules)
    for (const [name, most] of Object.entries(stated)) {
      const now = limits[name] ?? 0;
      limits[name] = name === "timeout" && now === 0 ? most : Math.min(now, most);
    }
  return limits as unknown as RunLimits;
}

/** A clearance counts when every policy that states clearances states it. */
export function mergedClearances(policies: PolicySet): ClearRule[] {
  const stating = policies.rules.flatMap(({ clear }) => (clear ? [clear] : []));
  const [first, ...rest] = stating;
  const key = ({ sink, labels }: ClearRule): string => JSON.stringify([sink, [...labels].sort()]);
  return (first ?? []).filter((rule) => rest.every((other) => other.some((one) => key(one) === key(rule))));
}
