/** One operation on its way through the gate: the call, what it needs, and a seat for each need. */
import type { GovernedNeed, HandleNeed, Need, Target } from "../core/capability.ts";
import type { SbxError } from "../core/errors.ts";
import type { Operation } from "../op.ts";
import { isSource } from "./flow.ts";
import type { LiveLease } from "./lease.ts";
import type { Rule } from "./policy.ts";
import type { Seat } from "./seat.ts";

export interface Call {
  /** The guest's number for it, by which it can be cancelled. */
  readonly id: number;
  /** `fs.readFile` */
  readonly name: string;
  readonly operation: Operation;
  readonly args: unknown;
  readonly body: Uint8Array | null;
  /** Where in the plugin's source it was called, found out only when somebody is told. */
  readonly at?: () => string | undefined;
}

export class Road {
  readonly call: Call;
  readonly names: readonly string[];
  readonly governed: [string, GovernedNeed][] = [];
  readonly handles: [string, HandleNeed][] = [];
  readonly seats: Seat[] = [];
  kept = false;

  constructor(call: Call, names: readonly string[], needs: Record<string, Need | undefined>) {
    this.call = call;
    this.names = names;
    for (const [key, need] of Object.entries(needs)) {
      if (need === undefined) continue;
      if (need.kind === "handle") this.handles.push([key, need]);
      else this.governed.push([key, need]);
    }
  }

  end(reason: SbxError): void {
    for (const seat of this.seats) if (seat.made.opening) seat.lease.end(reason);
  }

  /** What it will have touched. What is hidden from it is not touched. */
  reads(): Target[] {
    return this.seats.filter((seat) => !seat.hidden && isSource(seat.target)).map((seat) => seat.target);
  }

  /** One operation is one use of a rule, however many of its needs the rule covers; the first of them stands for all. */
  charged(): { seat: Seat; rule: Rule | null }[] {
    const found = new Map<Rule | null, Seat>();
    for (const seat of this.seats)
      for (const rule of [seat.lease.rule, ...seat.lease.more]) if (!found.has(rule)) found.set(rule, seat);
    return [...found].map(([rule, seat]) => ({ seat, rule }));
  }

  /** Gives up, when called, the memory that its answer takes. */
  freeing(): () => void {
    const room = this.seats.flatMap((seat) => seat.lease.takeRoom());
    return () => {
      for (const free of room) free();
    };
  }

  leases(): LiveLease[] {
    return this.seats.map((seat) => seat.lease);
  }
}
