/** What a question says in plain words, and when two are one. Unescaped: whoever draws them escapes. Pure. */
import { type Kind, printTarget, type Target } from "../core/capability.ts";
import { type Grant, printGrant } from "../core/grant.ts";
import type { Policy } from "./policy.ts";

/** Questions with the same key are one question. */
export const keyOf = (target: Target, scopes: readonly Grant[]): string =>
  `${target.kind} ${scopes[0] ? printGrant(scopes[0]) : printTarget(target)}`;

const verbs: Record<Kind, string> = {
  read: "read",
  write: "write, change and remove",
  net: "connect to",
  data: "use the data set",
  env: "read the environment variable",
  host: "call the function",
};

/** A folder's grant covers all that is in it, which the question has to say. */
export function plainWords(target: Target): string {
  const name = printTarget(target);
  if (target.kind === "data" && target.dataset !== "kv")
    return `${dataVerbs[target.access]} the data set ${name}`;
  const whole = (target.kind === "read" || target.kind === "write") && target.type === "folder";
  return `${verbs[target.kind]} ${whole ? "everything in " : ""}${name}`;
}

const dataVerbs = {
  read: "read",
  describe: "read every field without a label of",
  count: "count the rows of",
  write: "read and change",
} as const;

export const labelOf = (grant: Grant): string => printGrant(grant);

/** Reading and sending are harmless apart and not together: says what both would make possible. */
export function combinationOf(target: Target, policy: Policy): string | undefined {
  const others = (kinds: readonly Kind[]): string[] =>
    policy.rules
      .filter(({ grant, revoked }) => grant.effect === "allow" && !revoked && kinds.includes(grant.kind))
      .map(({ grant }) => printGrant(grant));
  const reading = target.kind === "read" || target.kind === "data" || target.kind === "env";
  const partners =
    target.kind === "net" || target.kind === "host"
      ? others(["read", "data", "env"])
      : reading
        ? others(["net", "host"])
        : [];
  if (partners.length === 0) return undefined;
  const shown =
    partners.slice(0, 3).join(", ") + (partners.length > 3 ? ` and ${partners.length - 3} more` : "");
  return target.kind === "net" || target.kind === "host"
    ? `together with ${shown} this could send what it reads there to ${printTarget(target)}`
    : `together with ${shown} this could send it there`;
}
