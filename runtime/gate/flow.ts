/** Information flow (FLOW.md): which labels a run carries, which a source raises, and which sinks they close. Raising happens before
 *  the source is touched and cancels every registered operation whose sink it closes. Knows nothing of content. */
import { type DataTarget, type Kind, printTarget, type Target, withFields } from "../core/capability.ts";
import { closes, opens, type Places } from "../core/cover.ts";
import { fail, type SbxError } from "../core/errors.ts";
import { type Grant, type GrantContext, parseGrant, printGrant } from "../core/grant.ts";
import { fresh, type Labels, printLabels, uncleared } from "../core/labels.ts";
import { placeOf } from "../core/places.ts";
import { Lineage } from "./lineage.ts";
import type { Share } from "./policy.ts";
import type { Closed } from "./release.ts";
import { grantFor } from "./remedy.ts";

/** A source that carries a label, or a sink that may receive some. */
export interface LabelRule {
  readonly source: Grant;
  readonly label: string;
}
export interface ClearRule {
  /** A target sink, or the name of a stream: stdout, stderr, events, exit. */
  readonly sink: Grant | StreamSink;
  readonly labels: readonly string[];
  /** What was written there carries no label when it is read. */
  readonly release?: boolean;
}
export type StreamSink = "stdout" | "stderr" | "events" | "exit";

const streams: readonly string[] = ["stdout", "stderr", "events", "exit"] satisfies StreamSink[];

/** A sink as flags and policies name it (CONTRACT 8): a stream, `kv`, or what a grant would name. @throws E_USAGE */
export function parseSink(text: string, context: GrantContext): (Grant | StreamSink)[] {
  if (streams.includes(text)) return [text as StreamSink];
  return parseGrant(text === "kv" ? "data=kv" : text, context);
}

const printSink = (sink: Target, reader: "plugin" | "person"): string =>
  sink.kind === "data" && sink.dataset === "kv" ? "kv" : printGrant(grantFor(sink, reader));

/** Whether an address may be reached is the policy's affair, not the clearance's. */
const reachable = { local: true };

export interface FlowRules {
  readonly labels: readonly LabelRule[];
  /** What the person who started the run cleared. */
  readonly clear: readonly ClearRule[];
  /** What each policy that states clearances clears: what all of them do is cleared besides. */
  readonly filed: readonly (readonly ClearRule[])[];
  /** Streams that are the person's own terminal take everything; pipes take `personal`. */
  readonly terminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** `--strict-flow`: every local read is `local`. */
  readonly strict: boolean;
}

/** Something under way whose bytes may still leave. */
export interface Outgoing {
  readonly target: Target;
  /** What a person let out through exactly this. */
  readonly released: readonly string[];
  cancel(reason: SbxError): void;
}

/** Bytes and facts come in from it. */
export function isSource(target: Target): boolean {
  if (target.kind !== "data" || target.dataset === "kv") return target.kind !== "write";
  return target.access === "read" || target.access === "count";
}

/** Bytes and facts go out through it. */
export function isSink(target: Target): boolean {
  switch (target.kind) {
    case "write":
    case "net":
    case "host":
      return true;
    case "data":
      return target.access === "write";
    case "read":
    case "env":
      return false;
    default:
      return target satisfies never;
  }
}

const ownStore: Target = { kind: "data", dataset: "kv", access: "write", words: "kv" };
const isOwnStore = (target: Target): boolean => target.kind === "data" && target.dataset === "kv";

/** What was written where it was cleared to stand keeps its label: whoever reads it there has read what was private (FLOW 5). */
function storedLabels({ sink, labels, release }: ClearRule): LabelRule[] {
  if (typeof sink === "string" || sink.kind !== "write" || release === true) return [];
  const scope = sink.scope?.kind === "write" ? { ...sink.scope, kind: "read" as const } : null;
  const source: Grant = { effect: "deny", kind: "read", scope, options: {} };
  return labels.map((label) => ({ source, label }));
}

export class Flow {
  readonly lineage = new Lineage();
  #labels = new Set<string>();
  #outgoing = new Set<Outgoing>();
  /** Let out by a person, with the bytes that are left of it. */
  readonly #released: { readonly sink: Grant; readonly labels: readonly string[]; left: number }[] = [];
  readonly #streams = new Map<StreamSink, readonly string[]>();
  #rules: FlowRules;
  #places: Places;

  constructor(rules: FlowRules, places: Places) {
    const stored = [...rules.clear, ...rules.filed.flat()].flatMap(storedLabels);
    this.#rules = { ...rules, labels: [...rules.labels, ...stored] };
    this.#places = places;
  }

  get labels(): Labels {
    return this.#labels;
  }

  /** What the run keeps now carries these, sorted: its own store is divided by them (FLOW 5), so that it is never closed. */
  get keeps(): readonly string[] {
    return this.#labels.size === 0 ? [] : uncleared(this.#labels, this.#clearance(ownStore));
  }

  /** What touching this source raises. */
  labelsOf(target: Target): string[] {
    if (!isSource(target)) return [];
    const found = this.#rules.labels
      .filter(({ source }) => closes(source, target, [], this.#places))
      .map(({ label }) => label);
    if (target.kind === "env" && target.name === "*")
      found.push(
        ...this.#rules.labels.filter(({ source }) => source.kind === "env").map(({ label }) => label),
      );
    if (target.kind === "read" && placeOf(target.canonical, this.#places.secret)) found.push("secret");
    if (this.#rules.strict && target.kind === "read") found.push("local");
    return [...new Set(found)];
  }

  /** Is the sink open for what the run carries and for what this operation is about to read besides? Labels in `released` were let out
   *  through exactly this; `bytes` are about to leave. @throws E_FLOW */
  check(sink: Target, reads: readonly Target[], released: readonly string[] = [], bytes = 1): void {
    const closed = this.#closedFor(sink, reads, released, bytes);
    this.#note(sink, reads, closed);
    if (closed.length) throw this.refusal(sink, closed);
  }

  /** The same for what is about to be used: it is part of the run's lineage. */
  met(sink: Target, reads: readonly Target[], released: readonly string[]): Closed | undefined {
    const closed = this.closedBy(sink, reads, released);
    this.#note(sink, reads, closed?.labels ?? []);
    return closed;
  }

  #note(sink: Target, reads: readonly Target[], closed: readonly string[]): void {
    if (!isSink(sink) || isOwnStore(sink)) return;
    const carried = this.#carried(reads);
    if (carried.size > 0) this.lineage.note(sink, [...carried].sort(), closed.length === 0);
  }

  #carried(reads: readonly Target[]): Set<string> {
    return new Set([...this.#labels, ...reads.flatMap((target) => this.labelsOf(target))]);
  }

  /** What a person would have to let out, and what raised or would raise it; undefined: the sink is open. */
  closedBy(sink: Target, reads: readonly Target[], released: readonly string[]): Closed | undefined {
    const labels = this.#closedFor(sink, reads, released);
    if (labels.length === 0) return undefined;
    const raised = this.lineage.raised.filter(({ label }) => labels.includes(label)).map(({ by }) => by);
    const about = reads.filter((target) => this.labelsOf(target).some((label) => labels.includes(label)));
    return { labels, read: [...raised, ...about] };
  }

  #closedFor(sink: Target, reads: readonly Target[], released: readonly string[], bytes = 1): string[] {
    if (!isSink(sink) || isOwnStore(sink)) return [];
    const carried = this.#carried(reads);
    if (carried.size === 0) return [];
    return uncleared(carried, this.#clearance(sink, bytes)).filter((label) => !released.includes(label));
  }

  /** A person lets these labels out to a destination until so many bytes have gone there. */
  release(sink: Grant, labels: readonly string[], bytes: number): void {
    this.#released.push({ sink, labels, left: bytes });
  }

  /** Bytes that go out. */
  spend(sink: Target, bytes: number): void {
    for (const one of this.#released) if (this.#covers(one.sink, sink)) one.left -= bytes;
  }

  #covers(cleared: Grant, sink: Target): boolean {
    return opens({ ...cleared, options: reachable }, sink, [], this.#places);
  }

  /** Would it be open for what the run carries? */
  isOpen(sink: Target): boolean {
    if (!isSink(sink) || isOwnStore(sink) || this.#labels.size === 0) return true;
    return uncleared(this.#labels, this.#clearance(sink)).length === 0;
  }

  /** How many sinks of a kind are closed for what the run carries? */
  closes(kind: Kind): Share {
    if (this.#labels.size === 0 || kind === "read" || kind === "env") return "nothing";
    const some = this.#cleared((sink) => typeof sink !== "string" && sink.kind === kind);
    if (some.size === 0) return "everything";
    const all = this.#cleared(
      (sink) => typeof sink !== "string" && sink.kind === kind && sink.scope === null,
    );
    return uncleared(this.#labels, all).length === 0 ? "nothing" : "something";
  }

  /** Registers something outgoing; the result ends the registration. */
  register(outgoing: Outgoing): () => void {
    this.#outgoing.add(outgoing);
    return () => this.#outgoing.delete(outgoing);
  }

  /** Before the sources are touched: cancels what the new labels close, then raises. Gives the labels that are new, and the sinks that
   *  were open until now. */
  raise(targets: readonly Target[]): {
    readonly labels: readonly string[];
    readonly closed: readonly Target[];
  } {
    const added: string[] = [];
    const closed: Target[] = [];
    for (const target of targets) {
      const news = fresh(this.#labels, this.labelsOf(target));
      if (news.length === 0) continue;
      added.push(...news);
      closed.push(...this.#close(new Set([...this.#labels, ...news])));
      for (const label of news) {
        this.#labels.add(label);
        this.lineage.raised.push({ label, by: target });
      }
    }
    return { labels: added, closed };
  }

  /** A person lets these labels out through a stream until the run ends. */
  openStream(stream: StreamSink, labels: readonly string[]): void {
    this.#streams.set(stream, labels);
  }

  /** May labelled output go into this stream? */
  streamOpen(stream: StreamSink): boolean {
    if (this.#labels.size === 0) return true;
    const terminal = stream === "stderr" ? this.#rules.terminal.stderr : this.#rules.terminal.stdout;
    if (terminal && stream !== "events") return true;
    const same = stream === "exit" ? "stdout" : stream;
    const cleared = this.#cleared((sink) => sink === stream || sink === same);
    const byDefault = stream === "events" ? [] : ["personal"];
    const letOut = this.#streams.get(same) ?? [];
    return uncleared(this.#labels, new Set([...cleared, ...byDefault, ...letOut])).length === 0;
  }

  #close(labels: Labels): Target[] {
    return [...this.#outgoing].flatMap((outgoing) => {
      const closed = uncleared(labels, this.#clearance(outgoing.target)).filter(
        (label) => !outgoing.released.includes(label),
      );
      if (closed.length === 0 || isOwnStore(outgoing.target)) return [];
      this.lineage.note(outgoing.target, [...labels].sort(), false);
      outgoing.cancel(this.refusal(outgoing.target, closed));
      return [outgoing.target];
    });
  }

  #clearance(sink: Target, bytes = 1): Labels {
    const cleared = this.#cleared((rule) => typeof rule !== "string" && this.#covers(rule, sink));
    const released = this.#released.filter((one) => one.left >= bytes && this.#covers(one.sink, sink));
    const kept = sink.kind === "data" ? this.#kept(sink) : [];
    return new Set([...cleared, ...released.flatMap(({ labels }) => labels), ...kept]);
  }

  /** What is stored in fields that raise the same labels whenever they are read keeps them (FLOW 5). */
  #kept(sink: DataTarget): string[] {
    const [first = [], ...others] = (sink.fields ?? []).map((field) =>
      this.labelsOf({ ...withFields(sink, [field]), access: "read" }),
    );
    return first.filter((label) => others.every((labels) => labels.includes(label)));
  }

  /** The labels cleared for such sinks: by the person, or by every policy that states clearances. */
  #cleared(such: (sink: Grant | StreamSink) => boolean): Labels {
    const labelsIn = (rules: readonly ClearRule[]): Set<string> =>
      new Set(rules.filter(({ sink }) => such(sink)).flatMap(({ labels }) => labels));
    const [first, ...rest] = this.#rules.filed.map(labelsIn);
    const filed = [...(first ?? [])].filter((label) => rest.every((labels) => labels.has(label)));
    return new Set([...labelsIn(this.#rules.clear), ...filed]);
  }

  /** Why these labels may not go there. */
  refusal(sink: Target, closed: readonly string[]): SbxError {
    const by = this.lineage.raised
      .filter(({ label }) => closed.includes(label))
      .map((raised) => printTarget(raised.by));
    const because = by.length
      ? `${printLabels(closed)} was raised by reading ${[...new Set(by)].slice(0, 3).join(", ")}`
      : "";
    const remedy = (reader: "plugin" | "person"): string =>
      closed.map((label) => `--clear=${printSink(sink, reader)}:${label}`).join(" ");
    return fail("E_FLOW", `what carries the label ${printLabels(closed)} may not go to ${sink.words}`, {
      kind: sink.kind,
      resource: sink.words,
      remedy: remedy("plugin"),
      person: { resolved: printTarget(sink), remedy: remedy("person"), ...(because ? { why: because } : {}) },
    });
  }
}
