/** What of a policy file applies to one plugin in one place, and what several policies mean together (CONTRACT 9): denies, ignores and
 *  labels are united; ceilings, limits and clearances are intersected with every policy that states them, so that no lower policy opens
 *  what a higher one closes. */
import { fail } from "../core/errors.ts";
import type { ClearRule, LabelRule } from "./flow.ts";
import type { RunLimits } from "./limits.ts";
import type { Conditional, MonitorRules, PluginRules, PolicyFile } from "./policyFile.ts";
import type { PolicyRules, Written } from "./policyText.ts";

/** Where a plugin runs, as the system or the host application says; null: there is no such thing here. */
export interface Surroundings {
  readonly user: string | null;
  readonly host: string | null;
  readonly session: string | null;
}

/** Who a plugin is, as far as it was verified. A script has no id, an unsigned one no publisher. */
export interface Identity {
  readonly id: string | null;
  readonly publisher: string | null;
  /** Its content's hash in every spelling that a policy may use. */
  readonly content: readonly string[];
}

export interface InForce {
  readonly allow: readonly Written[];
  readonly deny: readonly Written[];
  readonly ignore: readonly Written[];
  /** A target must fit under each. */
  readonly ceilings: readonly (readonly Written[])[];
  readonly labels: readonly LabelRule[];
  /** null: the file does not speak of clearances, for anybody. */
  readonly clear: readonly ClearRule[] | null;
  readonly limits: readonly Partial<RunLimits>[];
  readonly monitor: MonitorRules;
}

/** The rules of a file that apply. What restricts a plugin by its id does so whoever published it and whatever it holds; what opens
 *  something needs all that the file states about it. */
export function inForce(file: PolicyFile, who: Identity, where: Surroundings): InForce {
  const conditional = file.when.filter((one) => holds(one, where)).map(({ rules }) => rules);
  const named = file.plugins.filter(
    (one) => one.id === who.id || (one.content !== null && who.content.includes(one.content)),
  );
  const entitled = named.filter((one) => entitles(one, who)).map(({ rules }) => rules);
  const opening = [file, ...conditional, ...entitled];
  const closing = [file, ...conditional, ...named.map(({ rules }) => rules)];
  return {
    allow: opening.flatMap(({ allow }) => allow),
    deny: closing.flatMap(({ deny }) => deny),
    ignore: closing.flatMap(({ ignore }) => ignore),
    ceilings: closing.flatMap(({ ceiling }) => (ceiling === null ? [] : [ceiling])),
    labels: closing.flatMap(({ labels }) => labels),
    clear: statesClearances(file) ? opening.flatMap(({ clear }) => clear ?? []) : null,
    limits: closing.map(({ limits }) => limits),
    monitor: file.monitor,
  };
}

/** Stated for one is stated for all: whom it does not name it gives none. */
const statesClearances = (file: PolicyFile): boolean =>
  [file, ...file.when.map(({ rules }) => rules), ...file.plugins.map(({ rules }) => rules)].some(
    ({ clear }: PolicyRules) => clear !== null,
  );

const holds = (one: Conditional, where: Surroundings): boolean =>
  (["user", "host", "session"] as const).every((key) => {
    const names = one[key];
    const name = where[key];
    return names === null || (name !== null && names.includes(name));
  });

/** The id, the publisher and the content, each as far as it is stated. Content alone is enough: nothing else has this hash. */
const entitles = (one: PluginRules, who: Identity): boolean =>
  (one.publisher === null || one.publisher === who.publisher) &&
  (one.content === null || who.content.includes(one.content)) &&
  (one.content !== null || one.id === who.id);

/** @throws E_SIGNATURE where a policy wants what this plugin cannot show */
export function checkTrust({ trust }: PolicyFile, who: Identity, name: string): void {
  const wanted = trust.review ?? trust.signature;
  if (wanted === null) return;
  const known = who.publisher !== null && (trust.keys.length === 0 || trust.keys.includes(who.publisher));
  // One signature is all that a plugin can show, and no review.
  if (known && trust.threshold === 1 && trust.review === null) return;
  const [is, must] = trust.review === null ? ["signed as it asks", "signed"] : ["reviewed", "reviewed"];
  throw fail(
    "E_SIGNATURE",
    `${name} is not ${who.publisher === null ? "signed" : is}, and ${wanted} lets only ${must} plugins run`,
    { remedy: `install a signed version, or ask whoever keeps ${wanted.replace(/:\d+:\d+$/, "")}` },
  );
}
