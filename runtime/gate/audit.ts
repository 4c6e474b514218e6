/** What the audit says about decisions and operations (CONTRACT 12): one record a decision, one an outcome. Never payloads. Knows the
 *  form of a record, not where it is kept; if it cannot be written, the caller's operation does not happen. */
import { printTarget, type Target } from "../core/capability.ts";
import type { Clock } from "./clock.ts";
import { type Repeat, Repeats } from "./repeats.ts";

export type AuditDecision = "allowed" | "denied" | "asked-yes" | "asked-no" | "suppressed";

export interface AuditRecord {
  readonly time: string;
  readonly run: string;
  readonly plugin: { readonly id: string; readonly version: string; readonly content: string };
  /** Operation, or what happened to the run: run.start, run.end, limit, revoke, label. */
  readonly op: string;
  readonly resource: string;
  readonly kind?: string;
  readonly decision?: AuditDecision;
  /** What made the decision: a flag, a policy's line, an answer. */
  readonly rule?: string;
  readonly labels: readonly string[];
  readonly bytes?: number;
  readonly outcome?: string;
  /** It stands for so many refusals, itself included; one where there is none. */
  readonly count?: number;
  /** These were about other resources, too. */
  readonly mixed?: true;
}

/** Where records go: chained, and written before `append` returns. @throws when it cannot be written */
export interface AuditSink {
  /** Gives the record's id. */
  append(record: AuditRecord): string;
}

/** A decision as it was made, for whoever learns from a run. */
export interface Decided {
  readonly op: string;
  readonly target: Target;
  readonly decision: AuditDecision;
  readonly rule: string;
  readonly outcome: string;
}

export interface AuditSubject {
  readonly run: string;
  readonly plugin: AuditRecord["plugin"];
}

/** Longest resource that a record keeps, in UTF-16 units. */
const MAX_RESOURCE = 4096;

type Fields = Pick<AuditRecord, "op" | "resource"> & Partial<AuditRecord>;

export class Audit {
  readonly #repeats = new Repeats<Fields>();
  readonly #sink: AuditSink;
  readonly #subject: AuditSubject;
  readonly #clock: Clock;
  readonly #labels: () => ReadonlySet<string>;
  readonly #decided: ((decided: Decided) => void) | undefined;
  readonly #named: (target: Target, done: boolean) => string;
  #time = { at: Number.NaN, text: "" };
  /** Labels only ever come to a run, so that their number tells whether the list is still the same. */
  #sorted: readonly string[] = [];

  constructor(
    sink: AuditSink,
    subject: AuditSubject,
    clock: Clock,
    labels: () => ReadonlySet<string>,
    decided?: (decided: Decided) => void,
    /** A target's name as a run that carries labels may leave it in the audit. */
    named: (target: Target, done: boolean) => string = printTarget,
  ) {
    this.#named = named;
    this.#decided = decided;
    this.#sink = sink;
    this.#subject = subject;
    this.#clock = clock;
    this.#labels = labels;
  }

  decision(op: string, target: Target, decision: AuditDecision, rule: string, outcome: string): string {
    this.#decided?.({ op, target, decision, rule, outcome });
    const fields: Fields = {
      op,
      kind: target.kind,
      resource: this.#resource(target, decision === "allowed" || decision === "asked-yes"),
      decision,
      rule,
      outcome,
    };
    return decision === "denied" || decision === "suppressed" ? this.#refusal(fields) : this.#append(fields);
  }

  #refusal(fields: Fields): string {
    const { op, kind, resource, decision, rule, outcome } = fields;
    const rough = JSON.stringify([op, kind, decision, rule, outcome]);
    const repeat = this.#repeats.note(`${rough} ${resource}`, rough, fields);
    if (Repeats.due(repeat)) this.#tell(repeat);
    return repeat.record;
  }

  #tell(repeat: Repeat<Fields>): void {
    const count = repeat.total - repeat.told;
    const more = {
      ...(count > 1 ? { count } : {}),
      ...(count > 1 && repeat.mixed ? { mixed: true as const } : {}),
    };
    repeat.record = this.#append({ ...repeat.last, ...more });
    repeat.told = repeat.total;
  }

  outcome(op: string, targets: readonly Target[], outcome: string, bytes: number): string {
    const resource = targets.map((target) => this.#resource(target, true)).join(" → ");
    return this.#append({ op, resource: clip(resource), outcome, bytes });
  }

  /** Something that the flow of information did to a source or a sink. */
  flow(op: "label" | "flow.closed" | "flow.released" | "monitor", target: Target, outcome: string): string {
    return this.#append({ op, resource: this.#resource(target, false), outcome });
  }

  /** Something that happened to the run itself. */
  event(op: string, resource: string, outcome: string): string {
    if (op === "run.end" || op === "limit") for (const repeat of this.#repeats.untold()) this.#tell(repeat);
    return this.#append({ op, resource: clip(resource), outcome });
  }

  #resource(target: Target, done: boolean): string {
    return clip(this.#labels().size === 0 ? printTarget(target) : this.#named(target, done));
  }

  #append(fields: Fields): string {
    const labels = this.#labels();
    if (labels.size !== this.#sorted.length) this.#sorted = [...labels].sort();
    return this.#sink.append({ time: this.#now(), ...this.#subject, ...fields, labels: this.#sorted });
  }

  #now(): string {
    const at = this.#clock.now();
    if (at !== this.#time.at) this.#time = { at, text: new Date(at).toISOString() };
    return this.#time.text;
  }
}

const clip = (text: string): string =>
  text.length > MAX_RESOURCE ? `${text.slice(0, MAX_RESOURCE)}…` : text;
