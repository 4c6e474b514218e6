/** The single steps of the road for one need: resolve, policy, sink, consent. Each gives way or throws the denial, audited. The gate
 *  calls them in order; redirects and addresses met on the way go through the same steps. */
import type { GovernedNeed, HandleNeed, Kind, PathTarget, Target } from "../core/capability.ts";
import { startsAt } from "../core/cover.ts";
import { type ErrorCode, errorTable, fail, isSbxError, type SbxError } from "../core/errors.ts";
import type { PowerSource } from "../core/powers.ts";
import type { AuditDecision } from "./audit.ts";
import type { Clock } from "./clock.ts";
import type { More } from "./consent.ts";
import { denial } from "./denial.ts";
import { type Flow, isSource } from "./flow.ts";
import type { Handles } from "./handles.ts";
import { type LeaseHost, LiveLease, overReason } from "./lease.ts";
import type { Budget } from "./limits.ts";
import { permits } from "./permits.ts";
import { type Decision, denialCode, toldRemedy } from "./policy.ts";
import { recall } from "./recall.ts";
import { type Closed, type Content, isSameOrigin, nothingKnown, settleRelease } from "./release.ts";
import { remedyFor, scopesFor } from "./remedy.ts";
import { Seat } from "./seat.ts";
import type { GateWorld } from "./world.ts";

export class Judge implements LeaseHost {
  readonly #world: GateWorld;
  readonly #handles: Handles;
  /** What acts under a grant now, be it an operation or something open. */
  readonly #leases = new Set<LiveLease>();

  constructor(world: GateWorld, handles: Handles) {
    this.#world = world;
    this.#handles = handles;
  }

  get clock(): Clock {
    return this.#world.clock;
  }
  get budget(): Budget {
    return this.#world.budget;
  }
  get flow(): Flow {
    return this.#world.flow;
  }

  #source(kind: Kind): PowerSource<GovernedNeed, unknown> {
    const source = this.#world.sources[kind];
    if (!source) throw fail("E_UNAVAILABLE", `this run has nothing that answers ${kind}`);
    return source as PowerSource<GovernedNeed, unknown>;
  }

  /** Is there anything behind this kind in this run? */
  answers(kind: Kind): boolean {
    return this.#world.sources[kind] !== undefined;
  }

  async resolve(key: string, need: GovernedNeed, operation: string, names: readonly string[]): Promise<Seat> {
    const source = this.#source(need.kind);
    const target = await source.resolve(need);
    const lease = new LiveLease(this, operation, names, target);
    return new Seat({
      key,
      target,
      lease,
      opening: true,
      open: () => source.open(target, lease),
      release: () => source.release(target),
      absent: () => source.absent?.(target),
    });
  }

  /** @throws E_INVALID; what ended it */
  recall(key: string, need: HandleNeed): Seat[] {
    return recall(this.#handles, this.#world.audit, key, need);
  }

  policy(seat: Seat): void {
    const held = seat.made.opening ? [] : seat.lease.rules;
    seat.decision = this.#world.policy.judge(seat.target, seat.lease.names, this.#world.clock.now(), held);
    switch (seat.decision.kind) {
      case "denied":
        throw this.#denied(seat, seat.decision.code, seat.decision.text, seat.decision.remedy, "denied");
      case "ignored":
        this.#hide(seat, seat.decision.text);
        return;
      case "granted":
        seat.lease.bind(seat.decision);
        seat.note("allowed", seat.decision.text);
        return;
      case "open":
        return;
      default:
        return seat.decision satisfies never;
    }
  }

  /** A closed sink is settled first, never a yes followed by a refusal: refused here, or asked about in the same question. */
  sink(seat: Seat, reads: readonly Target[]): void {
    const { target, lease } = seat;
    seat.closed = this.flow.met(target, reads, lease.released);
    if (seat.closed === undefined || this.#world.asking.possible) return;
    this.#refuse(seat, "denied", "flow", "E_FLOW");
    throw this.flow.refusal(target, seat.closed.labels);
  }

  async consent(
    seat: Seat,
    site: (() => string | undefined) | undefined,
    reason?: string,
    content: () => Content = () => nothingKnown,
  ): Promise<void> {
    const { closed } = seat;
    if (!closed && seat.decision?.kind !== "open") return;
    const at = this.#world.asking.possible ? site?.() : undefined;
    const more = { ...(at === undefined ? {} : { at }), ...(reason === undefined ? {} : { reason }) };
    if (closed) await this.#release(seat, closed, content(), more);
    const open = seat.decision;
    if (open?.kind !== "open") return;
    const asked = open.part ?? seat.target;
    const settled = await this.#world.asking.settle(asked, scopesFor(asked), {
      ...more,
      ...(open.why === undefined ? {} : { why: open.why }),
      open: () => seat.lease.ended === undefined && this.#again(seat) === "open",
    });
    this.#world.changes.note();
    switch (settled.kind) {
      case "granted":
        // The answer is one more rule; the question is judged again, because meanwhile anything may have changed.
        if (this.#again(seat) === "open")
          throw this.#denied(seat, denialCode[seat.target.kind], settled.rule.from, open.remedy, "denied");
        this.policy(seat);
        return seat.note("asked-yes", settled.rule.from);
      case "overtaken":
        this.still(seat);
        this.policy(seat);
        return this.consent(seat, site, reason);
      case "released":
        return;
      case "refused": {
        this.rejudge(); // "never" is a new deny
        const code =
          errorTable[open.code].name === "LimitExceeded" ? denialCode[seat.target.kind] : open.code;
        throw this.#denied(seat, code, "answer: no", open.remedy, "asked-no", open.why);
      }
      case "suppressed": {
        if (this.#world.policy.ignoresSilence(seat.target.kind))
          return this.#hide(seat, `--ignore-${seat.target.kind}`);
        const { possible } = this.#world.asking;
        throw this.#denied(
          seat,
          open.code,
          possible ? settled.why : "no grant",
          open.remedy,
          possible ? "suppressed" : "denied",
          open.why,
        );
      }
      default:
        return settled satisfies never;
    }
  }

  /** @throws E_FLOW */
  async #release(seat: Seat, closed: Closed, content: Content, more: Omit<More, "open">): Promise<void> {
    const settled = await settleRelease(this.#world, seat, closed, content, more);
    if (settled.kind === "refused" || settled.kind === "suppressed") {
      this.#refuse(seat, settled.kind === "refused" ? "asked-no" : "suppressed", "flow", "E_FLOW");
      throw this.flow.refusal(seat.target, closed.labels);
    }
    if (settled.kind === "overtaken") this.still(seat);
    if (seat.decision?.kind !== "open") return;
    this.policy(seat);
    if (settled.kind === "released") seat.note("asked-yes", settled.rule?.from ?? "answer: this once");
  }

  /** Labels first, then the touch. */
  raise(reads: readonly Target[]): void {
    const { labels, closed } = this.flow.raise(reads);
    if (labels.length === 0) return;
    this.#world.changes.note();
    const { audit } = this.#world;
    const last = this.flow.lineage.raised.at(-1);
    if (last) audit.flow("label", last.by, `raised ${labels.join(", ")}`);
    for (const sink of closed) audit.flow("flow.closed", sink, `closed for ${labels.join(", ")}`);
  }

  /** From here on the source may be touched. @throws when the audit cannot be written: then it is not touched */
  intend(seat: Seat): void {
    this.#decided(seat, "started");
    seat.started = true;
  }

  /** An answer that nothing is done with yet. */
  settled(seat: Seat): void {
    this.#decided(seat, "granted");
  }

  #decided({ lease, target, decided, rule, hidden }: Seat, outcome: string): void {
    if (decided === undefined) throw fail("E_INTERNAL", "a need was neither granted nor refused");
    this.#world.audit.decision(lease.operation, target, decided, rule, hidden ? "hidden" : outcome);
  }

  #again(seat: Seat): Decision["kind"] {
    return this.#world.policy.judge(seat.target, seat.lease.names, this.clock.now()).kind;
  }

  /** Somebody was asked meanwhile. @throws when its sink was closed or it was cancelled since */
  still(seat: Seat): void {
    const { ended } = seat.lease;
    if (!ended) return;
    this.#refuse(seat, "denied", ended.code === "E_FLOW" ? "flow" : ended.message, ended.code);
    throw ended;
  }

  /** One use of what granted it. @throws E_LIMIT_CALLS, E_EXPIRED, E_REVOKED when somebody else was faster */
  charge(seat: Seat, rule = seat.lease.rule): void {
    try {
      this.budget.take(rule, this.clock.now(), seat.made.opening);
    } catch (error) {
      if (!isSbxError(error)) throw error;
      throw this.#denied(
        seat,
        error.code,
        rule?.from ?? seat.rule,
        remedyFor(seat.target, "person"),
        "denied",
        error.message,
      );
    }
  }

  #hide(seat: Seat, rule: string): void {
    seat.note("denied", rule);
    if (seat.made.absent() === undefined) {
      this.#refuse(seat, "denied", rule, "E_NOT_FOUND");
      throw fail("E_NOT_FOUND", `${seat.target.words}: no such thing`, {
        kind: seat.target.kind,
        resource: seat.target.words,
      });
    }
    seat.hidden = true;
  }

  // What running operations meet on the way: the same steps.

  async admit(target: Target, lease: LiveLease): Promise<void> {
    const seat = new Seat({
      key: "",
      target,
      lease,
      opening: false,
      open: async () => undefined,
      ...nothing,
    });
    this.policy(seat);
    this.sink(seat, []);
    await this.consent(seat, undefined);
    // An answer to this very question is used by it; a grant was charged when the operation began.
    if (seat.decided === "asked-yes") this.budget.take(lease.rule, this.clock.now(), true);
    this.#world.audit.decision(lease.operation, target, seat.decided ?? "denied", seat.rule, "admitted");
  }

  async obtain(need: GovernedNeed, parent: LiveLease): Promise<{ target: Target; lease: LiveLease }> {
    const seat = await this.resolve("", need, parent.operation, parent.names);
    try {
      this.policy(seat);
      seat.lease.register();
      if (isSameOrigin(parent.target, seat.target)) seat.lease.released = parent.released;
      this.sink(seat, []);
      await this.consent(seat, undefined);
      this.still(seat);
      this.charge(seat);
      this.raise([seat.target].filter(isSource));
      this.intend(seat);
      parent.alive();
    } catch (error) {
      seat.lease.end(overReason());
      seat.made.release();
      throw error;
    }
    return { target: seat.target, lease: seat.lease };
  }

  hides({ target: { kind }, names }: LiveLease): ((target: Target) => boolean) | null {
    const { policy } = this.#world;
    if (!policy.hidesSome(kind)) return null;
    return (target) => policy.judge(target, names, this.clock.now()).kind === "ignored";
  }

  grants(target: Target, { names }: LiveLease): boolean {
    return this.#world.policy.judge(target, names, this.clock.now()).kind === "granted";
  }

  begins(target: PathTarget, kind?: PathTarget["kind"]): boolean {
    return this.#world.policy.rules.some(({ grant }) => startsAt(grant, target, kind));
  }

  permits(target: Target, lease: LiveLease, bytes: number): boolean {
    return permits(this.#world, target, lease, bytes);
  }

  bound(lease: LiveLease): void {
    this.#leases.add(lease);
  }

  over(lease: LiveLease): void {
    this.#leases.delete(lease);
  }

  expired(lease: LiveLease): void {
    this.#recheck(lease);
  }

  /** After a revocation or a new deny: whatever is open or under way and no longer granted ends. */
  rejudge(): void {
    for (const lease of [...this.#leases]) this.#recheck(lease);
    this.#world.changes.note();
  }

  #recheck(lease: LiveLease): void {
    const { policy, clock } = this.#world;
    const { target, names } = lease;
    const decision = policy.judge(target, names, clock.now(), lease.rules);
    if (decision.kind === "granted") return lease.bind(decision);
    if (decision.kind === "ignored") return lease.end(fail("E_REVOKED", "the grant was revoked"));
    const told = toldRemedy(policy, target, names, decision.remedy);
    const why = decision.kind === "open" ? decision.why : undefined;
    lease.end(denial(target, decision.code, decision.remedy, told, undefined, why));
  }

  #denied(
    seat: Seat,
    code: ErrorCode,
    rule: string,
    remedy: string,
    decided: AuditDecision,
    why?: string,
  ): SbxError {
    const record = this.#refuse(seat, decided, rule, code);
    const target = (seat.decision?.kind === "open" && seat.decision.part) || seat.target;
    const told = toldRemedy(this.#world.policy, target, seat.lease.names, remedy);
    return denial(target, code, remedy, told, record, why);
  }

  #refuse(seat: Seat, decided: AuditDecision, rule: string, outcome: string): string {
    seat.note(decided, rule);
    seat.refused = true;
    return this.#world.audit.decision(seat.lease.operation, seat.target, decided, rule, outcome);
  }
}

const nothing = { release: () => undefined, absent: () => undefined };
