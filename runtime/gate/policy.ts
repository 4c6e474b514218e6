/** Turns a question into an answer: granted, denied, not there, or open. Denies beat grants; silence is an open question. The order of
 *  the rules never matters. Knows nothing of prompts, operations or disks: targets arrive resolved. */
import {
  type DataTarget,
  fieldsApart,
  type Kind,
  type PathTarget,
  type Target,
  withFields,
} from "../core/capability.ts";
import { closes, isNullDevice, opens, type Places } from "../core/cover.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Grant } from "../core/grant.ts";
import { isLocalTarget, lacksNaming } from "../core/host.ts";
import { autorunPlaceOf, holdsPlace, placeOf } from "../core/places.ts";
import { ScopeMap } from "../core/scopeMap.ts";
import { type Protected, ProtectedPlaces } from "./protectedPlaces.ts";
import { remedyFor } from "./remedy.ts";
import type { Counts, Usage } from "./usage.ts";

/** A grant in force, with what was used of it. */
export interface Rule {
  readonly id: number;
  readonly grant: Grant;
  /** Where it came from, as a person would find it: a flag, a policy's line, an answer. */
  readonly from: string;
  /** ms since the epoch. */
  readonly madeAt: number;
  /** For one time only: once used, it is as if it had never been. */
  readonly passing: boolean;
  /** By this run. */
  uses: number;
  calls: number;
  bytes: number;
  revoked: boolean;
  /** Where other runs use it too; their uses count as its own. */
  usage?: Usage;
}

export type Decision =
  /** `more`: the fields of a query that `rule` does not cover are covered by these. */
  | {
      readonly kind: "granted";
      readonly rule: Rule | null;
      readonly more?: readonly Rule[];
      readonly text: string;
    }
  | { readonly kind: "denied"; readonly text: string; readonly code: ErrorCode; readonly remedy: string }
  | { readonly kind: "ignored"; readonly text: string }
  /** Nobody said anything. `code` and `remedy` are what a denial would carry; `why` what an expired or used-up grant adds; `part` what of
   *  the target is open, when the rest of it is granted. */
  | {
      readonly kind: "open";
      readonly code: ErrorCode;
      readonly remedy: string;
      readonly why?: string;
      readonly part?: Target;
    };

export type Share = "nothing" | "something" | "everything";

export const denialCode: Record<Kind, ErrorCode> = {
  read: "E_READ",
  write: "E_WRITE",
  net: "E_NET",
  data: "E_DATA",
  env: "E_ENV",
  host: "E_HOST",
};

interface Ceiling {
  readonly grants: readonly Grant[];
  readonly found: ScopeMap<{ readonly grant: Grant }>;
}

export class Policy {
  readonly rules: Rule[] = [];
  readonly places: Places;
  readonly #opening: ScopeMap<Rule>;
  readonly #closing: ScopeMap<Rule>;
  readonly #ceilings: Ceiling[] = [];
  readonly #protected = new ProtectedPlaces();
  #next = 1;

  constructor(places: Places, protectedPaths: readonly Protected[]) {
    this.places = places;
    this.#opening = new ScopeMap("opening", places.foldCase);
    this.#closing = new ScopeMap("closing", places.foldCase);
    this.protect(protectedPaths);
  }

  add(grant: Grant, from: string, now: number, passing = false): Rule {
    const rule: Rule = {
      id: this.#next,
      grant,
      from,
      madeAt: now,
      passing,
      uses: 0,
      calls: 0,
      bytes: 0,
      revoked: false,
    };
    this.#next += 1;
    this.rules.push(rule);
    (grant.effect === "allow" ? this.#opening : this.#closing).add(rule);
    return rule;
  }

  /** Narrows: a target must fit under every ceiling that was set. */
  limitTo(ceiling: readonly Grant[]): void {
    const found = new ScopeMap<{ readonly grant: Grant }>("opening", this.places.foldCase);
    for (const grant of ceiling) found.add({ grant });
    this.#ceilings.push({ grants: ceiling, found });
  }

  protect(paths: readonly Protected[]): void {
    for (const place of paths) this.#protected.add(place);
  }

  /** `held`: the rules under which the thing is in use already; that they are used up by now does not end it. */
  judge(target: Target, names: readonly string[], now: number, held: readonly Rule[] = []): Decision {
    const closed = this.#closed(target, names);
    if (closed) return closed;
    if (isAlwaysOpen(target)) return { kind: "granted", rule: null, text: "always" };
    if (target.kind === "data" && target.unknown)
      return {
        kind: "denied",
        text: "no catalog knows it",
        code: "E_DATA",
        remedy: "no catalog of this run knows it",
      };
    const parts = target.kind === "data" ? fieldsApart(target) : [target];
    const fits = (ceiling: Ceiling, part: Target): boolean =>
      ceiling.found.visit(part, ({ grant }) => opens(grant, part, names, this.places));
    if (!this.#ceilings.every((ceiling) => parts.every((part) => fits(ceiling, part))))
      return {
        kind: "denied",
        text: "ceiling",
        code: denialCode[target.kind],
        remedy: "outside what the policy or the manifest allows at all",
      };
    const whole = this.#opened(target, names, now, held);
    return whole.kind === "open" && target.kind === "data" && parts.length > 1
      ? joined(
          target,
          parts.map((part) => this.#opened(part, names, now, held)),
        )
      : whole;
  }

  /** How much of a kind do the ceilings leave out? */
  narrows(kind: Kind): Share {
    const narrowed = this.#ceilings.map((ceiling): Share => {
      const grants = ceiling.grants.filter((grant) => grant.kind === kind);
      const bare = grants.some(({ scope, options }) => scope === null && options.ops === undefined);
      return grants.length === 0 ? "everything" : bare ? "nothing" : "something";
    });
    return (
      narrowed.find((share) => share === "everything") ??
      narrowed.find((share) => share === "something") ??
      "nothing"
    );
  }

  /** Is there a bare `--ignore-KIND`, which answers what would be denied with "not there"? */
  ignoresSilence(kind: Kind): boolean {
    return this.#closing.bare(kind, ({ grant, revoked }) => !revoked && grant.effect === "ignore");
  }

  /** Is there a rule that says of something of this kind that it is not there? */
  hidesSome(kind: Kind): boolean {
    return this.rules.some(
      ({ grant, revoked }) =>
        !revoked && grant.effect === "ignore" && grant.kind === kind && grant.scope !== null,
    );
  }

  #closed(target: Target, names: readonly string[]): Decision | undefined {
    const code = denialCode[target.kind];
    if (isPath(target)) {
      const what = this.#protected.touched(target);
      if (what !== undefined)
        return { kind: "denied", text: `protected: ${what}`, code, remedy: `no grant opens ${what}` };
    }
    let ignore: Rule | undefined;
    let deny: Rule | undefined;
    this.#closing.visit(target, (rule) => {
      const { effect, scope } = rule.grant;
      if (rule.revoked || (effect === "ignore" && (scope === null || ignore))) return false;
      if (!closes(rule.grant, target, names, this.places)) return false;
      if (effect === "ignore") ignore = rule;
      else deny = rule;
      return deny !== undefined;
    });
    if (deny) return { kind: "denied", text: deny.from, code, remedy: `remove the deny: ${deny.from}` };
    const carried = this.#carries(target);
    if (carried) return { kind: "denied", code, ...carried };
    return ignore ? { kind: "ignored", text: ignore.from } : undefined;
  }

  /** A move or a recursive removal must not carry along what is denied for the other kind or for some operations, ignored, secret or
   *  run by the system. */
  #carries(target: Target): { text: string; remedy: string } | undefined {
    if (!isPath(target) || !(target.tree || target.arrives)) return undefined;
    let rule: Rule | undefined;
    if (target.tree)
      this.#closing.carried(target, (one) => {
        if (!one.revoked) rule = one;
        return rule !== undefined;
      });
    if (rule) return { text: rule.from, remedy: `it is or contains something under ${rule.from}` };
    // Whatever stands there, or nothing: the answer must not tell.
    if (holdsPlace(target.canonical, this.places.secret) || holdsPlace(target.canonical, this.places.autorun))
      return {
        text: "protected: well-known secrets inside",
        remedy: "it contains well-known secrets or files that the system runs",
      };
    return undefined;
  }

  #opened(target: Target, names: readonly string[], now: number, held: readonly Rule[]): Decision {
    let best: Rule | undefined;
    let kept: Rule | undefined;
    let spent: Rule | undefined;
    this.#opening.visit(target, (rule) => {
      if (!opens(rule.grant, target, names, this.places)) return false;
      const state = stateOf(rule, now);
      if (state === "valid") {
        if (!best || freedom(rule) > freedom(best)) best = rule;
        return isFree(rule);
      }
      if (state === "used" && held.includes(rule)) kept = rule;
      else if (!rule.passing && (!spent || weight[state] > weight[stateOf(spent, now)])) spent = rule;
      return false;
    });
    best ??= kept;
    if (best) return { kind: "granted", rule: best, text: best.from };
    return this.#silence(target, now, spent);
  }

  #silence(target: Target, now: number, spent: Rule | undefined): Decision {
    if (spent) {
      const state = stateOf(spent, now);
      const code: ErrorCode =
        state === "expired" ? "E_EXPIRED" : state === "revoked" ? "E_REVOKED" : spentCode(spent);
      const said = state === "expired" ? "has expired" : state === "revoked" ? "was revoked" : "is used up";
      return openQuestion(target, code, `${spent.from} ${said}`);
    }
    const local =
      target.kind === "net" &&
      isLocalTarget(target) &&
      this.#opening.visit(target, ({ grant: { scope } }) =>
        lacksNaming(scope?.kind === "net" ? scope.net : null, target),
      );
    const place = isPath(target)
      ? (placeOf(target.canonical, this.places.secret) ??
        (target.kind === "write" ? autorunPlaceOf(target.canonical, this.places.autorun) : undefined))
      : undefined;
    const why = place && `it is ${place.what}, which must be named`;
    return openQuestion(target, local ? "E_NET_LOCAL" : denialCode[target.kind], why);
  }
}

/** What every field of a query was answered with, as one answer. */
function joined(target: DataTarget, answers: readonly Decision[]): Decision {
  const open = answers.filter((answer) => answer.kind === "open");
  const [first] = open;
  if (first) {
    const part = withFields(
      target,
      (target.fields ?? []).filter((_, at) => answers[at]?.kind === "open"),
    );
    return openQuestion(part, first.code, first.why, part);
  }
  const rules = answers.flatMap((answer) => (answer.kind === "granted" && answer.rule ? [answer.rule] : []));
  const [rule = null, ...more] = new Set(rules);
  return { kind: "granted", rule, more, text: [...new Set(rules)].map(({ from }) => from).join(", ") };
}

/** Takes and gives nothing, or nothing but what is granted anyway. */
const isAlwaysOpen = (target: Target): boolean =>
  (isPath(target) && isNullDevice(target)) || (target.kind === "data" && target.dataset === "*");

const isPath = (target: Target): target is PathTarget => target.kind === "read" || target.kind === "write";

/** The remedy is put into words only for who reads it: most questions are answered without. */
const openQuestion = (target: Target, code: ErrorCode, why: string | undefined, part?: Target): Decision => ({
  kind: "open",
  code,
  get remedy() {
    return remedyFor(target, "person");
  },
  ...(why === undefined ? {} : { why }),
  ...(part === undefined ? {} : { part }),
});

/** How little a rule is limited; among several the freest pays, whatever their order. */
const freedom = ({ grant: { options }, id }: Rule): number =>
  (options.uses === undefined ? 4 : 0) +
  (options.maxBytes === undefined ? 2 : 0) +
  (options.maxCalls === undefined ? 2 : 0) +
  (options.for === undefined ? 1 : 0) -
  id / 1e9;

/** Nothing can be freer. */
const isFree = ({ grant: { options } }: Rule): boolean =>
  options.uses === undefined &&
  options.maxBytes === undefined &&
  options.maxCalls === undefined &&
  options.for === undefined;

export type RuleState = "valid" | "expired" | "used" | "revoked";

/** Which of several rules that do not hold any more is named in the refusal, whatever their order. */
const weight: Record<RuleState, number> = { valid: 0, revoked: 1, used: 2, expired: 3 };

const used = (rule: Rule): Counts => rule.usage?.counts ?? rule;

export function stateOf(rule: Rule, now: number): RuleState {
  const { options } = rule.grant;
  const { uses, calls, bytes } = used(rule);
  if (rule.revoked) return "revoked";
  if (options.for !== undefined && now >= rule.madeAt + options.for) return "expired";
  if (options.uses !== undefined && uses >= options.uses) return "used";
  if (options.maxCalls !== undefined && calls >= options.maxCalls) return "used";
  if (options.maxBytes !== undefined && bytes >= options.maxBytes) return "used";
  return "valid";
}

const spentCode = (rule: Rule): ErrorCode =>
  rule.grant.options.maxBytes !== undefined && used(rule).bytes >= rule.grant.options.maxBytes
    ? "E_LIMIT_BYTES"
    : "E_LIMIT_CALLS";

/** The remedy in a plugin's words. That its path leads by links into what is denied would tell it about places that it may not know. */
export function toldRemedy(policy: Policy, target: Target, names: readonly string[], remedy: string): string {
  const flag = remedyFor(target, "plugin");
  if (remedy.startsWith("--") || (target.kind === "data" && target.unknown)) return flag;
  if (!isPath(target) || target.lexical === target.canonical) return remedy;
  const type = target.type === "forbidden" ? "missing" : target.type;
  const asWritten = policy.judge({ ...target, canonical: target.lexical, type }, names, 0);
  return asWritten.kind === "denied" && asWritten.remedy === remedy ? remedy : flag;
}
