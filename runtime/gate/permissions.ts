/** What a plugin may learn and ask about its own permissions. Honest: a state says what the operation would meet, closed sinks
 *  included. Asking goes through the same judge and the same budget as the operation itself. */
import type { GovernedNeed, Kind, Target } from "../core/capability.ts";
import { closes } from "../core/cover.ts";
import { fail, isSbxError } from "../core/errors.ts";
import type { PermissionState } from "../op.ts";
import type { Judge } from "./judge.ts";
import { stateOf } from "./policy.ts";
import type { Seat } from "./seat.ts";
import type { GateWorld } from "./world.ts";

export class Permissions {
  readonly #world: GateWorld;
  readonly #judge: Judge;
  readonly #changed: () => void;

  constructor(world: GateWorld, judge: Judge, changed: () => void) {
    this.#world = world;
    this.#judge = judge;
    this.#changed = changed;
  }

  async query(kind: Kind, need: GovernedNeed | null): Promise<PermissionState> {
    if (need === null) return this.#wholeKind(kind);
    return this.#with("query", need, async (seat) => this.#state(seat.target));
  }

  async request(kind: Kind, need: GovernedNeed | null, reason: string | undefined): Promise<PermissionState> {
    if (need === null) return this.#wholeKind(kind);
    return this.#with("request", need, async (seat) => {
      try {
        this.#judge.policy(seat);
        this.#judge.sink(seat, []);
        await this.#judge.consent(seat, undefined, reason);
        this.#judge.settled(seat);
      } catch (error) {
        if (!isSbxError(error) || error.code === "E_UNAVAILABLE") throw error;
      }
      this.#changed();
      return this.#state(seat.target);
    });
  }

  /** Gives back every grant that covers it or lies inside it; what is open under them ends. */
  async revoke(kind: Kind, need: GovernedNeed | null): Promise<PermissionState> {
    if (need === null) {
      this.#drop(kind, () => true, kind);
      return this.#wholeKind(kind);
    }
    return this.#with("revoke", need, async (seat) => {
      const { target } = seat;
      const whole = target.kind === "read" || target.kind === "write" ? { ...target, tree: true } : target;
      this.#drop(kind, (rule) => closes(rule, whole, [], this.#world.policy.places), target.words);
      return this.#state(target);
    });
  }

  #drop(kind: Kind, covered: (grant: Parameters<typeof closes>[0]) => boolean, resource: string): void {
    const rules = this.#world.policy.rules.filter(
      ({ grant }) => grant.effect === "allow" && grant.kind === kind && covered(grant),
    );
    for (const rule of rules) rule.revoked = true;
    this.#world.audit.event(
      "revoke",
      resource,
      rules.length
        ? `the plugin gave back ${rules.map((rule) => rule.from).join(", ")}`
        : "nothing to give back",
    );
    this.#judge.rejudge();
    this.#changed();
  }

  #state(target: Target): PermissionState {
    const decision = this.#world.policy.judge(target, [], this.#world.clock.now());
    if (decision.kind === "denied" || decision.kind === "ignored") return "denied";
    try {
      this.#world.flow.check(target, []);
    } catch {
      return "denied";
    }
    if (decision.kind === "granted") return "granted";
    return this.#world.asking.possible ? "prompt" : "denied";
  }

  #wholeKind(kind: Kind): PermissionState {
    const { policy, clock, asking } = this.#world;
    const bare = policy.rules.filter(({ grant }) => grant.kind === kind && grant.scope === null);
    if (bare.some(({ grant, revoked }) => grant.effect === "deny" && !revoked)) return "denied";
    if (bare.some((rule) => rule.grant.effect === "allow" && stateOf(rule, clock.now()) === "valid"))
      return "granted";
    return asking.possible ? "prompt" : "denied";
  }

  async #with<T>(asked: string, need: GovernedNeed, work: (seat: Seat) => Promise<T>): Promise<T> {
    const seat = await this.#judge.resolve("", need, `permissions.${asked}`, []);
    try {
      return await work(seat);
    } finally {
      seat.lease.end(fail("E_REVOKED", "the question is over"));
      seat.made.release();
    }
  }
}
