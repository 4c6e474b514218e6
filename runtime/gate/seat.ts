/** One need of one operation on its way through the gate: the resolved target, its lease, and what was decided about it. */
import type { Target } from "../core/capability.ts";
import type { AuditDecision } from "./audit.ts";
import type { LiveLease } from "./lease.ts";
import type { Decision } from "./policy.ts";
import type { Closed } from "./release.ts";

export interface SeatMaker {
  /** The name under which the operation asked for it. */
  readonly key: string;
  readonly target: Target;
  readonly lease: LiveLease;
  /** false: something that was opened before is used again. */
  readonly opening: boolean;
  open(): Promise<unknown>;
  release(): void;
  /** What stands for it when it is "not there"; undefined: the operation fails as not found. */
  absent(): unknown;
}

export class Seat {
  readonly made: SeatMaker;
  decision: Decision | undefined;
  decided: AuditDecision | undefined;
  rule = "";
  /** Its sink is closed, and a person could let it out. */
  closed: Closed | undefined;
  /** Refused, and the refusal is audited. */
  refused = false;
  /** Allowed to run, but sees nothing. */
  hidden = false;
  /** The intent stands in the audit, so that an outcome is owed. */
  started = false;
  readonly #before: number;

  constructor(made: SeatMaker) {
    this.made = made;
    this.#before = made.lease.moved;
  }

  get key(): string {
    return this.made.key;
  }
  get target(): Target {
    return this.made.target;
  }
  get lease(): LiveLease {
    return this.made.lease;
  }

  note(decided: AuditDecision, rule: string): void {
    this.decided = decided;
    this.rule = rule;
  }

  async power(): Promise<unknown> {
    return this.hidden ? this.made.absent() : this.made.open();
  }

  /** Bytes that moved during this operation. */
  get moved(): number {
    return this.lease.moved - this.#before;
  }
}
