/** CONTRACT 3 for paths, written down once more and as plainly as possible, to be held against the policy and the powers: what a set of
 *  rules says of one path, and which changes of a tree they bear. */
import { posix } from "node:path";
import { type Entry, follow, type Snapshot } from "./linkTree.ts";

export interface TreeRule {
  readonly effect: "allow" | "deny" | "ignore";
  readonly kind: "read" | "write";
  readonly lexical: string;
  readonly resolved: string;
}

/** As it is when a run begins; a way that leads nowhere is taken as it is written. */
export const treeRule = (effect: TreeRule["effect"], kind: TreeRule["kind"], path: string): TreeRule => ({
  effect,
  kind,
  lexical: path,
  resolved: resolvedAtStart(path),
});

function resolvedAtStart(path: string): string {
  const found = follow(path, false, false);
  if (found !== null) return found;
  return path === "/" ? path : posix.join(resolvedAtStart(posix.dirname(path)), posix.basename(path));
}

const within = (path: string, scope: string): boolean =>
  path === scope || path.startsWith(scope.endsWith("/") ? scope : `${scope}/`);

const forms = ({ lexical, resolved }: TreeRule): string[] => [lexical, resolved];
const touches = (rule: TreeRule, path: string): boolean => forms(rule).some((form) => within(path, form));

/** What a grant has to name, if any. */
function mustBeNamed(path: string, kind: TreeRule["kind"]): string | undefined {
  const name = posix.basename(path);
  if (name === ".env" || /^\.[0-9a-f]{24}\.sbx-tmp$/.test(name)) return path;
  const inside = kind === "write" ? /\/\.git(?:$|\/hooks(?=\/|$))/.exec(path) : null;
  return inside ? path.slice(0, inside.index + inside[0].length) : undefined;
}

export interface Asked {
  readonly kind: TreeRule["kind"];
  readonly lexical: string;
  readonly canonical: string;
  readonly type: Entry["type"] | "missing";
  /** The name itself is meant, to be moved or removed. */
  readonly taken?: boolean;
}

export type Says = "granted" | "denied" | "hidden" | "silent";

export function says(rules: readonly TreeRule[], asked: Asked): Says {
  const { kind, lexical, canonical, type } = asked;
  const speaking = rules.filter(
    (rule) => rule.kind === kind && (touches(rule, lexical) || touches(rule, canonical)),
  );
  if (speaking.some(({ effect }) => effect === "deny")) return "denied";
  if (speaking.some(({ effect }) => effect === "ignore")) return "hidden";
  const named = mustBeNamed(canonical, kind);
  const allowed = rules.some((rule) => {
    if (rule.effect !== "allow" || rule.kind !== kind) return false;
    if (type === "fifo") return rule.resolved === canonical;
    if (!touches(rule, lexical) || !within(canonical, rule.resolved)) return false;
    if (asked.taken && kind === "write" && type === "folder" && canonical === rule.resolved) return false;
    return named === undefined || within(rule.resolved, named);
  });
  return allowed ? "granted" : "silent";
}

/** Every path whose entry differs. */
export function changed(before: Snapshot, after: Snapshot): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => {
    const [a, b] = [before.get(path), after.get(path)];
    return a?.type !== b?.type || a?.holds !== b?.holds;
  });
}

/** May this path have changed? */
export function mayChange(
  rules: readonly TreeRule[],
  path: string,
  before: Entry | undefined,
  after: Entry | undefined,
): boolean {
  const type = before?.type ?? "missing";
  const taken = after === undefined || after.type !== before?.type;
  if (
    says(rules, {
      kind: "write",
      lexical: path,
      canonical: path,
      type: type === "fifo" ? "file" : type,
      taken,
    }) === "granted"
  )
    return true;
  // A folder made on the way to where a grant begins.
  const ways = rules.filter(({ effect, kind }) => effect === "allow" && kind === "write");
  return before === undefined && after?.type === "folder" && ways.some((rule) => within(rule.resolved, path));
}

/** May these bytes have been read? Somewhere they have a name that is granted and no rule speaks against. */
export const mayRead = (rules: readonly TreeRule[], content: string, there: Snapshot): boolean =>
  [...there].some(
    ([path, { type, holds }]) =>
      type === "file" &&
      holds === content &&
      says(rules, { kind: "read", lexical: path, canonical: path, type }) === "granted",
  );
