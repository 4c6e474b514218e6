/** `--explain-flow`: a run's lineage in words, and as a part of its report. */
import { printTarget } from "../../runtime/core/capability.ts";
import { escapeText } from "../../runtime/core/escape.ts";
import { discreetly } from "../../runtime/gate/discreet.ts";
import type { Policy } from "../../runtime/gate/policy.ts";
import type { RunOutcome } from "../../runtime/run.ts";

/** The report's `flow`. */
export interface FlowReport {
  /** Which read raised which label, in order. */
  readonly raised: readonly { readonly label: string; readonly by: string }[];
  /** What labelled data met: sinks that took it, and sinks that were closed for it. */
  readonly sinks: readonly {
    readonly kind: string;
    readonly to: string;
    readonly labels: readonly string[];
    readonly open: boolean;
  }[];
  /** Further ones that were not told apart. */
  readonly more: number;
  /** Bytes of console output that were kept back. */
  readonly dropped: number;
}

/** @param trusted whoever reads it may see what the plugin wrote: the person's own terminal */
export function flowReport({ lineage, dropped }: RunOutcome, policy: Policy, trusted: boolean): FlowReport {
  return {
    raised: lineage.raised.map(({ label, by }) => ({
      label,
      by: trusted ? printTarget(by) : discreetly(by, false, policy),
    })),
    more: lineage.untold,
    sinks: lineage.passages.map(({ kind, to, labels, open }) => ({
      kind,
      to: trusted ? printTarget(to) : discreetly(to, open, policy),
      labels,
      open,
    })),
    dropped,
  };
}

export function flowText({ raised, sinks, more, dropped }: FlowReport): string {
  if (raised.length === 0) return "flow: nothing that it read carries a label\n";
  const lines = raised.map(({ label, by }) => `  read   ${escapeText(by)}  raised ${label}`);
  for (const { kind, to, labels, open } of sinks)
    lines.push(
      `  ${open ? "sent" : "kept"}   ${kind} ${escapeText(to)}  ${open ? "cleared for" : "not cleared for"} ${labels.join(", ")}`,
    );
  if (more > 0) lines.push(`  and ${more} more`);
  if (dropped > 0) lines.push(`  kept   ${dropped} bytes of output`);
  if (sinks.length === 0 && dropped === 0) lines.push("  nothing was sent after that");
  return `flow:\n${lines.join("\n")}\n`;
}
