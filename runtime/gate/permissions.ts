/** What a plugin may learn and ask about its own permissions. Honest: "granted" is never said where the operation would be denied, closed
 *  sinks included, and what a grant leaves out inside of what was asked about makes it partial. Known exceptions are what only the
 *  operation itself finds out: the addresses of a name, where a redirect leads, what has changed since. Asking goes through the same
 *  judge and the same budget as the operation itself. */
import type { GovernedNeed, Kind, NetTarget, PathTarget, Target } from "../core/capability.ts";
import { closes } from "../core/cover.ts";
import type { Asked } from "../core/descriptor.ts";
import { fail, isSbxError } from "../core/errors.ts";
import { printGrant } from "../core/grant.ts";
import { coversWhole, touchesPart } from "../core/whole.ts";
import type { PermissionStanding, PermissionState } from "../op.ts";
import { withheld } from "./discreet.ts";
import type { Judge } from "./judge.ts";
import { type Rule, stateOf } from "./policy.ts";
import { scopesFor } from "./remedy.ts";
import type { Seat } from "./seat.ts";
import type { GateWorld } from "./world.ts";

export class Permissions {
  readonly #world: GateWorld;
  readonly #judge: Judge;

  constructor(world: GateWorld, judge: Judge) {
    this.#world = world;
    this.#judge = judge;
  }

  async query(asked: Asked): Promise<PermissionStanding> {
    const { kind, need } = asked;
    if (need === null || !this.#judge.answers(kind)) return this.#wholeKind(kind);
    return this.#with("query", need, (seat) => this.#standing(seat.target, asked));
  }

  async request(
    asked: Asked,
    reason: string | undefined,
    at?: () => string | undefined,
  ): Promise<PermissionStanding> {
    const { kind, need } = asked;
    if (need === null || !this.#judge.answers(kind)) return this.#wholeKind(kind);
    return this.#with("request", need, async (seat) => {
      try {
        this.#judge.policy(seat);
        // What is closed is let out with something to look at, when it is about to leave, and not in advance.
        if (!this.#world.flow.isOpen(seat.target)) return this.#standing(seat.target, asked);
        await this.#judge.consent(seat, at, reason);
        this.#judge.settled(seat);
      } catch (error) {
        if (!isSbxError(error) || error.code === "E_UNAVAILABLE") throw error;
      }
      return this.#standing(seat.target, asked);
    });
  }

  /** Every grant that covers it or lies inside it; what acts under them ends. */
  async revoke(asked: Asked): Promise<PermissionStanding> {
    const { kind, need } = asked;
    if (need === null || !this.#judge.answers(kind)) {
      this.#drop(kind, () => true, kind);
      return this.#wholeKind(kind);
    }
    return this.#with("revoke", need, async (seat) => {
      const { target } = seat;
      const whole = isPath(target) ? { ...target, tree: true } : target;
      const { places } = this.#world.policy;
      this.#drop(
        kind,
        ({ grant }) =>
          closes(grant, whole, [], places) ||
          (target.kind === "net" &&
            grant.scope?.kind === "net" &&
            touchesPart(grant.scope.net, target, asked)),
        target.words,
      );
      return this.#standing(target, asked);
    });
  }

  /** Rules that somebody else took back. None: something else than these has changed. */
  withdraw(rules: readonly Rule[]): void {
    for (const rule of rules) rule.revoked = true;
    for (const { grant, from } of rules)
      this.#world.audit.event("revoke", printGrant(grant), `${from} was revoked`);
    this.#judge.rejudge();
  }

  #drop(kind: Kind, covered: (rule: Rule) => boolean, resource: string): void {
    const rules = this.#world.policy.rules.filter(
      (rule) => rule.grant.effect === "allow" && rule.grant.kind === kind && !rule.revoked && covered(rule),
    );
    for (const rule of rules) rule.revoked = true;
    this.#world.audit.event(
      "revoke",
      this.#world.flow.labels.size > 0 ? withheld : resource,
      rules.length
        ? `the plugin gave back ${rules.map((rule) => rule.from).join(", ")}`
        : "nothing to give back",
    );
    this.#judge.rejudge();
  }

  async #standing(target: Target, asked: Asked): Promise<PermissionStanding> {
    const state = this.#state(target);
    return state === "granted" && (await this.#isPartial(target, asked)) ? partly : whole[state];
  }

  #state(target: Target): PermissionState {
    const { policy, clock, flow, asking } = this.#world;
    const decision = policy.judge(target, [], clock.now());
    if (decision.kind === "denied" || decision.kind === "ignored") return "denied";
    // The plugin's own store is one thing, for reading and for writing.
    const sink: Target =
      target.kind === "data" && target.dataset === "kv" ? { ...target, access: "write" } : target;
    const closed = flow.closedBy(sink, [], []);
    if (closed) return asking.wouldRelease(sink, closed.labels) ? "prompt" : "denied";
    if (decision.kind === "granted") return "granted";
    return asking.would(target, scopesFor(target)) ? "prompt" : "denied";
  }

  /** Would something of what was asked about be denied, below it or by another operation? */
  async #isPartial(target: Target, asked: Asked): Promise<boolean> {
    switch (target.kind) {
      case "read":
      case "write":
        return this.#isPartialPath(target, asked);
      case "net":
        return this.#isPartialNet(target, asked);
      case "data":
        return target.dataset !== "kv"; // its fields have rules of their own
      case "env":
      case "host":
        return false;
      default:
        return target satisfies never;
    }
  }

  /** A removal or a move concerns the entry itself and all that is below it. */
  async #isPartialPath(target: PathTarget, { need }: Asked): Promise<boolean> {
    const { policy, clock, flow } = this.#world;
    const granted = (seen: Target): boolean =>
      policy.judge(seen, [], clock.now()).kind === "granted" && flow.isOpen(seen);
    if (!granted({ ...target, tree: true }) || need?.kind !== target.kind) return true;
    return this.#with(
      "query",
      { ...need, entry: true, tree: true },
      async ({ target: entry }) => !granted(entry),
    );
  }

  #isPartialNet(target: NetTarget, asked: Asked): boolean {
    const { policy, clock, flow } = this.#world;
    const rules = policy.rules.filter(({ grant, revoked }) => grant.kind === "net" && !revoked);
    const scopeOf = ({ grant: { scope } }: Rule) => (scope?.kind === "net" ? scope.net : null);
    if (flow.labels.size > 0 || policy.narrows("net") !== "nothing") return true;
    if (rules.some((rule) => rule.grant.effect !== "allow" && touchesPart(scopeOf(rule), target, asked)))
      return true;
    return !rules.some(
      (rule) =>
        rule.grant.effect === "allow" &&
        rule.grant.options.ops === undefined &&
        stateOf(rule, clock.now()) === "valid" &&
        coversWhole(scopeOf(rule), target, asked, rule.grant.options.local === true),
    );
  }

  #wholeKind(kind: Kind): PermissionStanding {
    if (!this.#judge.answers(kind)) return whole.denied;
    const { policy, clock, asking, flow } = this.#world;
    const rules = policy.rules.filter(({ grant, revoked }) => grant.kind === kind && !revoked);
    const closing = rules.filter(({ grant }) => grant.effect !== "allow");
    const narrowed = policy.narrows(kind);
    const sinks = flow.closes(kind);
    if (closing.some(({ grant }) => grant.effect === "deny" && grant.scope === null)) return whole.denied;
    if (narrowed === "everything") return whole.denied;
    if (sinks === "everything") return asking.possible ? whole.prompt : whole.denied;
    const bare = rules.some(
      (rule) =>
        rule.grant.effect === "allow" &&
        rule.grant.scope === null &&
        rule.grant.options.ops === undefined &&
        stateOf(rule, clock.now()) === "valid",
    );
    if (!bare) return asking.possible ? whole.prompt : whole.denied;
    const partial = mustName[kind] || closing.length > 0 || narrowed !== "nothing" || sinks !== "nothing";
    return partial ? partly : whole.granted;
  }

  async #with<T>(operation: string, need: GovernedNeed, work: (seat: Seat) => T | Promise<T>): Promise<T> {
    const seat = await this.#judge.resolve("", need, `permissions.${operation}`, []);
    try {
      return await work(seat);
    } finally {
      seat.lease.end(fail("E_REVOKED", "the question is over"));
      seat.made.release();
    }
  }
}

const whole = {
  granted: { state: "granted", partial: false },
  denied: { state: "denied", partial: false },
  prompt: { state: "prompt", partial: false },
} as const;
const partly = { state: "granted", partial: true } as const;

const isPath = (target: Target): target is PathTarget => target.kind === "read" || target.kind === "write";

/** A bare grant leaves something of the kind out: secrets, what the system runs, special files; local addresses; labelled fields. */
const mustName: Readonly<Record<Kind, boolean>> = {
  read: true,
  write: true,
  net: true,
  data: true,
  env: false,
  host: false,
};
