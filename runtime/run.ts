/** What a run is made of, and what is left of it. */
import type { SbxError } from "./core/errors.ts";
import type { FileOpener } from "./core/powers.ts";
import type { RunEnd } from "./ending.ts";
import type { Engine, Program } from "./engine/engine.ts";
import type { AuditSink, AuditSubject, Decided } from "./gate/audit.ts";
import type { Clock } from "./gate/clock.ts";
import type { Consent, Memory } from "./gate/consent.ts";
import type { Flow } from "./gate/flow.ts";
import type { Budget, RunLimits } from "./gate/limits.ts";
import type { Lineage } from "./gate/lineage.ts";
import type { Finding, Monitor } from "./gate/monitor.ts";
import type { Policy } from "./gate/policy.ts";
import type { Sources } from "./gate/world.ts";
import type { Operation } from "./op.ts";
import type { Output } from "./output.ts";

export interface SessionOptions {
  readonly engine: Engine;
  readonly program: Program;
  readonly operations: (name: string) => Promise<Operation | undefined>;
  readonly sources: Sources;
  readonly opener: FileOpener;
  readonly policy: Policy;
  readonly flow: Flow;
  readonly consent: Consent | null;
  readonly memory: Memory | null;
  readonly audit: AuditSink;
  readonly subject: AuditSubject;
  readonly who: string;
  readonly clock: Clock;
  readonly limits: RunLimits;
  readonly monitors?: readonly Monitor[];
  readonly seed: string | null;
  readonly output: Output;
  readonly input: (max: number) => Promise<{ bytes: Uint8Array; done: boolean }>;
  /** Set for a run that is learned from: what was decided is told here, and a question is about a whole kind. */
  readonly learn?: (decided: Decided) => void;
  /** Raw guest stack → where in the plugin's source, for prompts. */
  readonly locate: (stack: string) => string | undefined;
}

export interface RunOutcome {
  readonly end: RunEnd;
  /** CONTRACT 2. */
  readonly exit: number;
  readonly denials: readonly SbxError[];
  readonly budget: Budget;
  /** Bytes of console output that were not printed because their labels may not leave. */
  readonly dropped: number;
  readonly labels: readonly string[];
  /** What monitors saw. */
  readonly findings: readonly Finding[];
  readonly lineage: Lineage;
  /** Standard error may be told what the run did: nothing that it carries is closed there. */
  readonly speaks: boolean;
}
