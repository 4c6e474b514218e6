/** Turns a question into an answer: granted, denied, not there, or open. Denies beat grants; silence is an open question. The order of
 *  the rules never matters. Knows nothing of prompts, operations or disks: targets arrive resolved. */
import { parseAddress } from "../core/address.ts";
import type { Kind, NetTarget, PathTarget, Target } from "../core/capability.ts";
import { closes, isNullDevice, opens, type Places, within } from "../core/cover.ts";
import type { ErrorCode } from "../core/errors.ts";
import { type Effect, type Grant, printFlag } from "../core/grant.ts";
import { lacksNaming, type ScopeHost } from "../core/host.ts";
import { autorunPlaceOf, holdsPlace, placeOf } from "../core/places.ts";
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
  | { readonly kind: "granted"; readonly rule: Rule | null; readonly text: string }
  | { readonly kind: "denied"; readonly text: string; readonly code: ErrorCode; readonly remedy: string }
  | { readonly kind: "ignored"; readonly text: string }
  /** Nobody said anything. `code` and `remedy` are what a denial would carry; `why` what an expired or used-up grant adds. */
  | { readonly kind: "open"; readonly code: ErrorCode; readonly remedy: string; readonly why?: string };

/** What nobody may touch through any grant: sbx's own files, policies, the plugin's own package. Absolute canonical paths. */
export interface Protected {
  readonly path: string;
  readonly what: string;
}

export type Share = "nothing" | "something" | "everything";

export const denialCode: Record<Kind, ErrorCode> = {
  read: "E_READ",
  write: "E_WRITE",
  net: "E_NET",
  data: "E_DATA",
  env: "E_ENV",
  host: "E_HOST",
};

export class Policy {
  readonly rules: Rule[] = [];
  readonly places: Places;
  readonly #ceilings: (readonly Grant[])[] = [];
  #protected: readonly Protected[];
  #next = 1;

  constructor(places: Places, protectedPaths: readonly Protected[]) {
    this.places = places;
    this.#protected = protectedPaths;
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
    return rule;
  }

  /** Narrows: a target must fit under every ceiling that was set. */
  limitTo(ceiling: readonly Grant[]): void {
    this.#ceilings.push(ceiling);
  }

  protect(paths: readonly Protected[]): void {
    this.#protected = [...this.#protected, ...paths];
  }

  /** `held`: the rule under which the thing is in use already; that it is used up by now does not end it. */
  judge(target: Target, names: readonly string[], now: number, held: Rule | null = null): Decision {
    const closed = this.#closed(target, names);
    if (closed) return closed;
    if (isPath(target) && isNullDevice(target)) return { kind: "granted", rule: null, text: "always" };
    if (!this.#ceilings.every((ceiling) => ceiling.some((grant) => opens(grant, target, names, this.places))))
      return {
        kind: "denied",
        text: "ceiling",
        code: denialCode[target.kind],
        remedy: "outside what the policy or the manifest allows at all",
      };
    return this.#opened(target, names, now, held);
  }

  /** How much of a kind do the ceilings leave out? */
  narrows(kind: Kind): Share {
    const narrowed = this.#ceilings.map((ceiling): Share => {
      const grants = ceiling.filter((grant) => grant.kind === kind);
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
    return this.rules.some(
      ({ grant, revoked }) =>
        !revoked && grant.effect === "ignore" && grant.kind === kind && grant.scope === null,
    );
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
      const own = this.#protected.find(
        ({ path }) =>
          within(target.canonical, path) ||
          within(target.lexical, path) ||
          ((target.tree || target.arrives) && within(path, target.canonical)),
      );
      if (own)
        return { kind: "denied", text: `protected: ${own.what}`, code, remedy: `no grant opens ${own.what}` };
      if (target.type === "forbidden")
        return {
          kind: "denied",
          text: "protected: a door to a process or terminal",
          code,
          remedy: "no grant opens it",
        };
    }
    const closing = this.#find(["deny"], target, names) ?? this.#carries(target);
    if (closing) return { kind: "denied", text: closing.text, code, remedy: closing.remedy };
    const ignore = this.rules.find(
      (rule) =>
        rule.grant.effect === "ignore" && rule.grant.scope !== null && this.#speaks(rule, target, names),
    );
    return ignore ? { kind: "ignored", text: ignore.from } : undefined;
  }

  #speaks(rule: Rule, target: Target, names: readonly string[]): boolean {
    return !rule.revoked && closes(rule.grant, target, names, this.places);
  }

  #find(
    effects: readonly Effect[],
    target: Target,
    names: readonly string[],
  ): { text: string; remedy: string } | undefined {
    const rule = this.rules.find((r) => effects.includes(r.grant.effect) && this.#speaks(r, target, names));
    return rule ? { text: rule.from, remedy: `remove the deny: ${rule.from}` } : undefined;
  }

  /** A move or a recursive removal must not carry along what is denied for the other kind, ignored, secret or run by the system. */
  #carries(target: Target): { text: string; remedy: string } | undefined {
    if (!isPath(target) || !(target.tree || target.arrives)) return undefined;
    const rule = this.rules.find(
      (r) =>
        target.tree &&
        r.grant.effect !== "allow" &&
        !r.revoked &&
        r.grant.scope !== null &&
        (r.grant.kind === "read" || r.grant.kind === "write") &&
        closes({ ...r.grant, kind: target.kind }, target, [], this.places),
    );
    if (rule) return { text: rule.from, remedy: `it is or contains something under ${rule.from}` };
    // Whatever stands there, or nothing: the answer must not tell.
    if (holdsPlace(target.canonical, this.places.secret) || holdsPlace(target.canonical, this.places.autorun))
      return {
        text: "protected: well-known secrets inside",
        remedy: "it contains well-known secrets or files that the system runs",
      };
    return undefined;
  }

  #opened(target: Target, names: readonly string[], now: number, held: Rule | null): Decision {
    let best: Rule | undefined;
    let kept: Rule | undefined;
    let spent: Rule | undefined;
    for (const rule of this.rules) {
      if (rule.grant.effect !== "allow" || !opens(rule.grant, target, names, this.places)) continue;
      const state = stateOf(rule, now);
      if (state === "valid") {
        if (!best || freedom(rule) > freedom(best)) best = rule;
      } else if (state === "used" && rule === held) kept = rule;
      else if (!rule.passing && (!spent || weight[state] > weight[stateOf(spent, now)])) spent = rule;
    }
    best ??= kept;
    if (best) return { kind: "granted", rule: best, text: best.from };
    return this.#silence(target, now, spent);
  }

  #silence(target: Target, now: number, spent: Rule | undefined): Decision {
    const remedy = remedyFor(target, "person");
    if (spent) {
      const state = stateOf(spent, now);
      const code: ErrorCode =
        state === "expired" ? "E_EXPIRED" : state === "revoked" ? "E_REVOKED" : spentCode(spent);
      const said = state === "expired" ? "has expired" : state === "revoked" ? "was revoked" : "is used up";
      return { kind: "open", code, remedy, why: `${spent.from} ${said}` };
    }
    const local =
      target.kind === "net" &&
      this.rules.some(
        ({ grant: { kind, effect, scope } }) =>
          kind === "net" &&
          effect === "allow" &&
          lacksNaming(scope?.kind === "net" ? scope.net : null, target),
      );
    const place = isPath(target)
      ? (placeOf(target.canonical, this.places.secret) ??
        (target.kind === "write" ? autorunPlaceOf(target.canonical, this.places.autorun) : undefined))
      : undefined;
    return {
      kind: "open",
      code: local ? "E_NET_LOCAL" : denialCode[target.kind],
      remedy,
      ...(place ? { why: `it is ${place.what}, which must be named` } : {}),
    };
  }
}

const isPath = (target: Target): target is PathTarget => target.kind === "read" || target.kind === "write";

/** How little a rule is limited; among several the freest pays, whatever their order. */
const freedom = ({ grant: { options }, id }: Rule): number =>
  (options.uses === undefined ? 4 : 0) +
  (options.maxBytes === undefined ? 2 : 0) +
  (options.maxCalls === undefined ? 2 : 0) +
  (options.for === undefined ? 1 : 0) -
  id / 1e9;

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

/** The grant that would have helped, ready to paste behind the command: in the plugin's words for the plugin, resolved for a person. */
export const remedyFor = (target: Target, reader: "plugin" | "person"): string =>
  printFlag(grantFor(target, reader));

/** The remedy in a plugin's words. That its path leads by links into what is denied would tell it about places that it may not know. */
export function toldRemedy(policy: Policy, target: Target, names: readonly string[], remedy: string): string {
  const flag = remedyFor(target, "plugin");
  if (remedy.startsWith("--")) return flag;
  if (!isPath(target) || target.lexical === target.canonical) return remedy;
  const type = target.type === "forbidden" ? "missing" : target.type;
  const asWritten = policy.judge({ ...target, canonical: target.lexical, type }, names, 0);
  return asWritten.kind === "denied" && asWritten.remedy === remedy ? remedy : flag;
}

/** The narrowest sensible grant for a target. */
export function grantFor(target: Target, reader: "plugin" | "person" = "person"): Grant {
  const grant = (scope: Grant["scope"]): Grant => ({
    effect: "allow",
    kind: target.kind,
    scope,
    options: {},
  });
  switch (target.kind) {
    case "read":
    case "write": {
      const written = reader === "plugin" ? target.words : target.canonical;
      return grant({ kind: target.kind, written, lexical: target.lexical, resolved: target.canonical });
    }
    case "net": {
      const net = { methods: null, host: scopeHost(target, reader), port: target.port, path: null };
      const named = grant({ kind: "net", net });
      return opens(named, target, [], noPlaces) ? named : { ...named, options: { local: true } };
    }
    case "data":
      return grant({
        kind: "data",
        dataset: target.dataset,
        fields: target.fields ?? [],
        access: target.dataset === "kv" ? "read" : target.access,
      });
    case "env":
    case "host":
      return grant(target.name === "*" ? null : { kind: target.kind, name: target.name });
    default:
      return target satisfies never;
  }
}

const noPlaces: Places = { secret: [], autorun: [], foldCase: false };

/** The name, or the address it stands for when that is what was refused; a plugin never learns the address. */
function scopeHost(target: NetTarget, reader: "plugin" | "person"): ScopeHost {
  const shown = reader === "person" ? (target.address ?? target.host) : target.host;
  const address = parseAddress(shown);
  return address ? { type: "address", address } : { type: "name", name: shown };
}

/** What a person may grant instead of exactly this, narrowest first: the file, its folder; host and port, the host. */
export function scopesFor(target: Target): Grant[] {
  const exact = grantFor(target);
  switch (target.kind) {
    case "read":
    case "write": {
      const folder = target.canonical.slice(0, target.canonical.lastIndexOf("/"));
      if (target.type === "folder" || folder === "") return [exact];
      return [
        exact,
        { ...exact, scope: { kind: target.kind, written: folder, lexical: folder, resolved: folder } },
      ];
    }
    case "net": {
      if (exact.scope?.kind !== "net") return [exact];
      return [exact, { ...exact, scope: { kind: "net", net: { ...exact.scope.net, port: null } } }];
    }
    case "data":
    case "env":
    case "host":
      return [exact];
    default:
      return target satisfies never;
  }
}
