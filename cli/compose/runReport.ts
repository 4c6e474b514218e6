/** `--report`: a run in numbers and names, for machines. Never payloads. */
import { printGrant } from "../../runtime/core/grant.ts";
import type { Policy } from "../../runtime/gate/policy.ts";
import type { AuditFile } from "../../runtime/powers/own/auditFile.ts";
import type { RunOutcome } from "../../runtime/session.ts";
import type { Loaded } from "./program.ts";

export interface RunReport {
  readonly version: 1;
  readonly plugin: { readonly id: string; readonly version: string; readonly content: string };
  readonly exit: number;
  readonly error: { readonly name: string; readonly code?: string; readonly message: string } | null;
  readonly grants: { readonly used: readonly string[]; readonly unused: readonly string[] };
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
  readonly audit: { readonly file: string; readonly head: string };
}

export function reportOf(outcome: RunOutcome, policy: Policy, loaded: Loaded, audit: AuditFile): RunReport {
  const allows = policy.rules.filter(({ grant }) => grant.effect === "allow");
  const names = (used: boolean): string[] => [
    ...new Set(allows.filter(({ calls }) => calls > 0 === used).map(({ grant }) => printGrant(grant))),
  ];
  return {
    version: 1,
    plugin: { id: loaded.id, version: loaded.version, content: loaded.program.contentHash },
    exit: outcome.exit,
    error: errorOf(outcome),
    grants: { used: names(true), unused: names(false) },
    denials: outcome.denials.map(({ code, details: { kind, resource, person } }) => ({
      code,
      ...(kind === undefined ? {} : { kind }),
      ...(resource === undefined ? {} : { resource }),
      ...(person === undefined ? {} : { remedy: person.remedy }),
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
    case "deadlock":
      return { name: "Deadlock", message: "the plugin waits for something that can never happen" };
    case "stopped":
      return { name: "Stopped", message: `stopped by a ${end.by}` };
    default:
      return end satisfies never;
  }
}
