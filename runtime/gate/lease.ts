/** The time for which a power may act: one operation, or as long as a handle lives. Charges what moves, and ends when the grant, a label
 *  or a limit says so. Powers ask it before every step; knows nothing of what they do. */
import type { GovernedNeed, PathTarget, Target } from "../core/capability.ts";
import { fail, type SbxError } from "../core/errors.ts";
import type { AbortSignalLike, Lease, PowerLimits } from "../core/powers.ts";
import type { Clock } from "./clock.ts";
import type { Flow } from "./flow.ts";
import { isSink } from "./flow.ts";
import type { Budget } from "./limits.ts";
import { type Decision, type Rule, stateOf } from "./policy.ts";

export interface LeaseHost {
  readonly clock: Clock;
  readonly budget: Budget;
  readonly flow: Flow;
  admit(target: Target, lease: LiveLease): Promise<void>;
  obtain(need: GovernedNeed, lease: LiveLease): Promise<{ target: Target; lease: LiveLease }>;
  permits(target: Target, lease: LiveLease, bytes: number): boolean;
  /** From now on it must be told when what granted it ends. */
  bound(lease: LiveLease): void;
  over(lease: LiveLease): void;
  /** Its grant has expired: it goes on under another one or ends. */
  expired(lease: LiveLease): void;
  hides(lease: LiveLease): ((target: Target) => boolean) | null;
  grants(target: Target, lease: LiveLease): boolean;
  raise(targets: readonly Target[]): void;
  begins(target: PathTarget, kind?: PathTarget["kind"]): boolean;
}

export class LiveLease implements Lease {
  readonly operation: string;
  readonly names: readonly string[];
  target: Target;
  /** What granted it: null where nothing had to. */
  rule: Rule | null = null;
  /** What granted those fields of a query that `rule` does not. */
  more: readonly Rule[] = [];
  bytesIn = 0;
  bytesOut = 0;
  /** Further rules that this operation has used once already. */
  readonly used = new Set<Rule>();
  /** Leases that were obtained on the way; they end with this one. */
  readonly children: LiveLease[] = [];
  /** Labels that a person let out through exactly this. */
  released: readonly string[] = [];
  readonly #host: LeaseHost;
  /** Made when somebody first listens: most operations end before anybody would. */
  #abort: { readonly signal: AbortSignalLike; abort(reason: unknown): void } | undefined;
  readonly #room: (() => void)[] = [];
  #ended: SbxError | undefined;
  #unregister: (() => void) | undefined;
  #expiries: (() => void)[] = [];

  constructor(host: LeaseHost, operation: string, names: readonly string[], target: Target) {
    this.#host = host;
    this.operation = operation;
    this.names = names;
    this.target = target;
  }

  /** From now on labels that close this sink cancel it. */
  register(): void {
    if (!isSink(this.target) || this.#unregister) return;
    const lease = this;
    this.#unregister = this.#host.flow.register({
      target: this.target,
      get released() {
        return lease.released;
      },
      cancel: (reason) => this.end(reason),
    });
  }

  /** Binds to the rule that granted it; the rule's end is the lease's end. */
  bind(decision: Decision & { kind: "granted" }): void {
    this.rule = decision.rule;
    this.more = decision.more ?? [];
    if (!this.#ended) this.#host.bound(this);
    this.#forgetExpiries();
    for (const { grant, madeAt } of this.rules) {
      if (grant.options.for === undefined) continue;
      const rest = madeAt + grant.options.for - this.#host.clock.now();
      this.#expiries.push(this.#host.clock.after(Math.max(0, rest), () => this.#host.expired(this)));
    }
  }

  get rules(): readonly Rule[] {
    return this.rule === null ? this.more : this.more.length === 0 ? [this.rule] : [this.rule, ...this.more];
  }

  #forgetExpiries(): void {
    for (const forget of this.#expiries.splice(0)) forget();
  }

  get signal(): AbortSignalLike {
    this.#abort ??= this.#host.clock.newAbort();
    if (this.#ended) this.#abort.abort(this.#ended);
    return this.#abort.signal;
  }

  get keeps(): readonly string[] {
    return this.#host.flow.keeps;
  }

  get limits(): PowerLimits {
    return this.#host.budget.limits;
  }

  alive(): void {
    if (this.#ended) throw this.#ended;
    for (const rule of this.rules) {
      if (rule.revoked) throw fail("E_REVOKED", "the grant was revoked");
      if (stateOf(rule, this.#host.clock.now()) === "expired")
        throw fail("E_EXPIRED", "the grant has expired");
    }
  }

  spend(bytes: number, direction: "in" | "out"): void {
    this.alive();
    if (direction === "out") {
      this.#host.flow.check(this.target, [], this.released, bytes);
      this.#host.flow.spend(this.target, bytes);
    }
    this.#host.budget.spend(this.rule, this.target.kind, bytes);
    for (const rule of this.more) this.#host.budget.spend(rule, this.target.kind, bytes);
    if (direction === "in") this.bytesIn += bytes;
    else this.bytesOut += bytes;
  }

  async room(bytes: number): Promise<void> {
    this.alive();
    this.#room.push(await this.#host.budget.room.take(bytes));
    this.alive();
  }

  /** Gives up the room that was taken since the last call: whoever holds the answer frees it. */
  takeRoom(): readonly (() => void)[] {
    return this.#room.splice(0);
  }

  admit(target: Target): Promise<void> {
    this.alive();
    return this.#host.admit(target, this);
  }

  async obtain(need: GovernedNeed): Promise<{ target: Target; lease: Lease }> {
    this.alive();
    const got = await this.#host.obtain(need, this);
    this.children.push(got.lease);
    return got;
  }

  permits(target: Target, bytes: number): boolean {
    const may = this.#host.permits(target, this, bytes);
    if (may) this.bytesIn += bytes;
    return may;
  }

  hides(): ((target: Target) => boolean) | null {
    return this.#host.hides(this);
  }

  learn(target: Target): void {
    this.#host.raise([target]);
  }

  grants(target: Target): boolean {
    return this.#host.grants(target, this);
  }

  begins(target: PathTarget, kind?: PathTarget["kind"]): boolean {
    return this.#host.begins(target, kind);
  }

  get moved(): number {
    return this.bytesIn + this.bytesOut + this.children.reduce((sum, child) => sum + child.moved, 0);
  }

  /** Every method of the power fails from now on. The first reason stays. */
  end(reason: SbxError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#host.over(this);
    this.#unregister?.();
    this.#forgetExpiries();
    this.#abort?.abort(reason);
    for (const child of this.children) child.end(reason);
  }

  get ended(): SbxError | undefined {
    return this.#ended;
  }
}

const over = fail("E_REVOKED", "the operation is over, and its power with it");

/** One error for all, since every operation ends. */
export const overReason = (): SbxError => over;
