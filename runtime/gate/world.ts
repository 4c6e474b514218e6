/** What a gate stands on: everything of a run that its steps ask or charge. */
import type { GovernedNeed, Kind } from "../core/capability.ts";
import type { PowerSource } from "../core/powers.ts";
import type { RunFacts } from "../op.ts";
import type { Audit } from "./audit.ts";
import type { Changes } from "./changes.ts";
import type { Clock } from "./clock.ts";
import type { Asking } from "./consent.ts";
import type { Flow } from "./flow.ts";
import type { Budget } from "./limits.ts";
import type { Monitors } from "./monitor.ts";
import type { Policy } from "./policy.ts";

export type Sources = { readonly [K in Kind]?: PowerSource<GovernedNeed & { kind: K }, unknown> };

export interface GateWorld {
  readonly sources: Sources;
  readonly policy: Policy;
  readonly flow: Flow;
  readonly asking: Asking;
  readonly budget: Budget;
  readonly audit: Audit;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly facts: RunFacts;
  readonly monitors: Monitors;
  /** UTF-8 as text, with U+FFFD where it is none. */
  readonly decode: (bytes: Uint8Array) => string;
}
