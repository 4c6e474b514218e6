/** What a policy file says here and now to just any script, rule by rule, each with its place. */
import { printGrant } from "../../runtime/core/grant.ts";
import { printSize, printTime } from "../../runtime/core/units.ts";
import { type InForce, inForce } from "../../runtime/gate/inForce.ts";
import { limitForms, type Written } from "../../runtime/gate/policyText.ts";
import { type FiledPolicy, surroundings } from "./policies.ts";

const ANYONE = { id: null, publisher: null, content: [] };

/** One policy of `sbx policy show --json`. */
export interface ShownPolicy {
  readonly path: string;
  readonly rules: readonly ShownRule[];
  /** Plugins that have rules of their own. */
  readonly plugins: readonly { readonly id: string; readonly at: string }[];
  readonly trust: { readonly signature: boolean; readonly review: boolean };
}

export interface ShownRule {
  readonly rule: "deny" | "ignore" | "ceiling" | "allow" | "label" | "clear" | "limit";
  readonly text: string;
  readonly at: string;
}

export const shownPolicy = ({ path, policy: file }: FiledPolicy): ShownPolicy => ({
  path,
  rules: rulesOf(path, inForce(file, ANYONE, surroundings)),
  plugins: file.plugins.map(({ id, at }) => ({ id, at })),
  trust: { signature: file.trust.signature !== null, review: file.trust.review !== null },
});

function limitText(name: string, most: number): string {
  switch (Object.hasOwn(limitForms, name) ? limitForms[name as keyof typeof limitForms] : "count") {
    case "size":
      return `${name}: ${printSize(most)}`;
    case "time":
      return `${name}: ${printTime(most)}`;
    default:
      return `${name}: ${most}`;
  }
}

function rulesOf(path: string, rules: InForce): ShownRule[] {
  const grants = (rule: ShownRule["rule"], written: readonly Written[]): ShownRule[] =>
    written.map(({ grant, at }) => ({ rule, text: printGrant(grant), at }));
  const labels = rules.labels.map(({ source, label }) => ({
    rule: "label" as const,
    text: `${printGrant(source)}: ${label}`,
    at: path,
  }));
  const clear = (rules.clear ?? []).map(({ sink, labels: names }) => ({
    rule: "clear" as const,
    text: `${typeof sink === "string" ? sink : printGrant(sink)}: ${names.join(", ")}`,
    at: path,
  }));
  const limits = rules.limits.flatMap((stated) =>
    Object.entries(stated).map(([name, most]) => ({
      rule: "limit" as const,
      text: limitText(name, most),
      at: path,
    })),
  );
  return [
    ...grants("deny", rules.deny),
    ...grants("ignore", rules.ignore),
    ...rules.ceilings.flatMap((ceiling) => grants("ceiling", ceiling)),
    ...grants("allow", rules.allow),
    ...labels,
    ...clear,
    ...limits,
  ];
}
