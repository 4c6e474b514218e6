/** `--report`: a run in numbers and names, for machines. Never payloads. */
import { errorTable } from "../../runtime/core/errors.ts";
import { printFlag, printGrant } from "../../runtime/core/grant.ts";
import { withheld } from "../../runtime/gate/discreet.ts";
import type { Policy, Rule } from "../../runtime/gate/policy.ts";
import type { AuditFile } from "../../runtime/powers/own/auditFile.ts";
import type { RunOutcome } from "../../runtime/run.ts";
import type { FlowReport } from "./explainFlow.ts";
import type { Loaded } from "./program.ts";

export interface RunReport {
  readonly version: 1;
  readonly plugin: { readonly id: string; readonly version: string; readonly content: string };
  readonly exit: number;
  readonly error: { readonly name: string; readonly code?: string; readonly message: string } | null;
  readonly grants: {
    readonly used: readonly string[];
    readonly unused: readonly string[];
    /** What was used, by grant. */
    readonly counts: Readonly<Record<string, GrantCounts>>;
  };
  readonly denials: readonly {
    readonly code: string;
    readonly kind?: string;
    readonly resource?: string;
    readonly remedy?: string;
    readonly record?: string;
  }[];
  readonly bytes: {
    readonly network: number;
    readonly output: number;
    readonly dropped: number;
    readonly grants: Readonly<Record<string, number>>;
  };
  readonly labels: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** With --explain-flow. */
  readonly flow?: FlowReport;
  readonly audit: { readonly file: string; readonly head: string };
}

export interface GrantCounts {
  /** Operations that opened something under it. */
  readonly uses: number;
  /** All operations, those on what was open included. */
  readonly calls: number;
  readonly bytes: number;
}

export function reportOf(outcome: RunOutcome, policy: Policy, loaded: Loaded, audit: AuditFile): RunReport {
  const allows = policy.rules.filter(({ grant }) => grant.effect === "allow");
  const names = (used: boolean): string[] => [
    ...new Set(allows.filter(({ calls }) => calls > 0 === used).map(({ grant }) => printGrant(grant))),
  ];
  const secret = outcome.labels.length > 0;
  return {
    version: 1,
    plugin: { id: loaded.id, version: loaded.version, content: loaded.program.contentHash },
    exit: outcome.exit,
    error: discreetError(errorOf(outcome), outcome.labels),
    grants: { used: names(true), unused: names(false), counts: countsOf(allows) },
    denials: outcome.denials.map(({ code, details: { kind, resource, person } }) => ({
      code,
      ...(kind === undefined ? {} : { kind }),
      ...(resource === undefined ? {} : { resource: secret ? withheld : resource }),
      ...(person === undefined || secret ? {} : { remedy: person.remedy }),
      ...(person?.record === undefined ? {} : { record: person.record }),
    })),
    bytes: {
      network: outcome.budget.traffic,
      output: outcome.budget.output,
      dropped: outcome.dropped,
      grants: Object.fromEntries(
        allows.filter(({ bytes }) => bytes > 0).map((rule) => [printGrant(rule.grant), rule.bytes]),
      ),
    },
    labels: outcome.labels,
    limits: { ...outcome.budget.limits },
    audit: { file: audit.path, head: audit.head },
  };
}

/** Rules of the same grant, from wherever they come, count as one. */
function countsOf(allows: readonly Rule[]): Record<string, GrantCounts> {
  const counts: Record<string, GrantCounts> = {};
  for (const { grant, uses, calls, bytes } of allows) {
    if (calls === 0) continue;
    const name = printGrant(grant);
    const so = counts[name] ?? { uses: 0, calls: 0, bytes: 0 };
    counts[name] = { uses: so.uses + uses, calls: so.calls + calls, bytes: so.bytes + bytes };
  }
  return counts;
}

/** For a person who asked for a report: grants of this command and remembered answers that the run could have done without. Only a run
 *  that ended well and was refused nothing shows what it needs. */
export function unusedWords(outcome: RunOutcome, policy: Policy): string | undefined {
  if (outcome.end.kind !== "done" || outcome.denials.length > 0) return undefined;
  const idle = policy.rules.filter(({ grant, calls }) => grant.effect === "allow" && calls === 0);
  const own = idle.filter(({ from }) => from.startsWith("-") || from.startsWith("remembered answer"));
  const words = own.map(({ grant, from }) =>
    from.startsWith("-") ? printFlag(grant) : `${printGrant(grant)} (${from})`,
  );
  const others = idle.length - own.length;
  const all = [...new Set(words), ...(others > 0 ? [`${others} of policies`] : [])];
  return all.length > 0 ? `never used in this run: ${all.join(", ")}` : undefined;
}

/** The plugin's own words stay out of the report of a run that carries labels; a person at the terminal reads them there. */
const discreetError = (error: RunReport["error"], labels: readonly string[]): RunReport["error"] =>
  error === null || labels.length === 0
    ? error
    : {
        name: Object.hasOwn(errorTable, error.code ?? "") ? error.name : "Error",
        message: withheld,
        ...(error.code !== undefined && Object.hasOwn(errorTable, error.code) ? { code: error.code } : {}),
      };

/** What may be told of a run to a stream that is closed for what it carries: nothing that the run had a hand in. */
export const closedReport = ({ version, plugin, exit, labels, limits, audit }: RunReport): RunReport => ({
  version,
  plugin,
  exit,
  error: null,
  grants: { used: [], unused: [], counts: {} },
  denials: [],
  bytes: { network: 0, output: 0, dropped: 0, grants: {} },
  labels,
  limits,
  audit,
});

function errorOf({ end }: RunOutcome): RunReport["error"] {
  switch (end.kind) {
    case "done":
      return null;
    case "error":
      return {
        name: end.error.name,
        message: end.error.message,
        ...(end.error.code === undefined ? {} : { code: end.error.code }),
      };
    case "limit":
    case "broken":
      return { name: end.error.name, code: end.error.code, message: end.error.message };
    case "contained":
      return { name: "Contained", code: end.error.code, message: end.error.message };
    case "deadlock":
      return { name: "Deadlock", message: "the plugin waits for something that can never happen" };
    case "stopped":
      return { name: "Stopped", message: `stopped by a ${end.by}` };
    default:
      return end satisfies never;
  }
}
