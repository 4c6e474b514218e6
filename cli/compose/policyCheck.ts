/** Policies held against what exists: remembered answers, and what the audit says was allowed. Tells what would be refused today, by
 *  which line. Changes nothing. */

import { printAddress } from "../../runtime/core/address.ts";
import type { Kind, Target } from "../../runtime/core/capability.ts";
import { kinds } from "../../runtime/core/capability.ts";
import { type Grant, parseGrant } from "../../runtime/core/grant.ts";
import type { ScopeHost } from "../../runtime/core/host.ts";
import type { Identity } from "../../runtime/gate/inForce.ts";
import { checkTrust, inForce } from "../../runtime/gate/inForce.ts";
import { Policy } from "../../runtime/gate/policy.ts";
import type { RememberedAnswer } from "../../runtime/powers/own/answers.ts";
import type { StoredRecord } from "../auditLog.ts";
import { type GrantBases, grantContext, resolveGrant } from "./grants.ts";
import { type FiledPolicy, scriptOf, surroundings } from "./policies.ts";
import { placesOf } from "./rules.ts";

/** A remembered answer that the policies refuse today. */
export interface RefusedAnswer {
  readonly number: number;
  readonly grant: string;
  readonly name: string;
  readonly rule: string;
}

/** Operations of one kind by one plugin that were allowed, and that the policies refuse today. */
export interface RefusedOperations {
  readonly plugin: string;
  readonly op: string;
  readonly kind: Kind;
  readonly resource: string;
  readonly rule: string;
  readonly count: number;
  /** ISO 8601. */
  readonly last: string;
}

export interface PolicyFindings {
  readonly policies: readonly string[];
  readonly answers: { readonly checked: number; readonly refused: readonly RefusedAnswer[] };
  readonly audit: { readonly checked: number; readonly refused: readonly RefusedOperations[] };
}

/** Different refusals that are kept apart. */
const MAX_KEPT = 1000;

export class PolicyCheck {
  readonly #filed: readonly FiledPolicy[];
  readonly #bases: GrantBases;
  /** By the content that a plugin had. */
  readonly #policies = new Map<string, Policy | string>();

  constructor(filed: readonly FiledPolicy[], bases: GrantBases) {
    this.#filed = filed;
    this.#bases = bases;
  }

  answers(answers: readonly RememberedAnswer[]): PolicyFindings["answers"] {
    const refused: RefusedAnswer[] = [];
    const given = answers.filter(({ effect }) => effect === "allow");
    for (const { number, grant: text, name, subject } of given) {
      const content = /^script (sha256-[0-9a-f]{64})$/.exec(subject)?.[1] ?? "";
      for (const grant of parseGrant(text, grantContext(this.#bases))) {
        const rule = this.#refusal(content, targetOfGrant(resolveGrant(grant)), [], name);
        if (rule !== undefined) refused.push({ number, grant: text, name, rule });
      }
    }
    return { checked: given.length, refused };
  }

  async audit(records: AsyncIterable<StoredRecord>): Promise<PolicyFindings["audit"]> {
    const refused = new Map<string, RefusedOperations>();
    let checked = 0;
    for await (const record of records) {
      const target = targetOfRecord(record);
      if (target === undefined || (record.decision !== "allowed" && record.decision !== "asked-yes"))
        continue;
      checked += 1;
      const { op, plugin, resource, time } = record;
      const rule = this.#refusal(plugin.content, target, [op.slice(op.indexOf(".") + 1)], plugin.id);
      if (rule === undefined) continue;
      const key = JSON.stringify([plugin.id, op, resource, rule]);
      const count = (refused.get(key)?.count ?? 0) + 1;
      if (count > 1 || refused.size < MAX_KEPT)
        refused.set(key, { plugin: plugin.id, op, kind: target.kind, resource, rule, count, last: time });
    }
    return { checked, refused: [...refused.values()].sort((a, b) => b.count - a.count) };
  }

  /** The rule that refuses, or undefined. */
  #refusal(content: string, target: Target, names: readonly string[], name: string): string | undefined {
    const policy = this.#policyFor(content, name);
    if (typeof policy === "string") return policy;
    const decision = policy.judge(target, names, 0);
    return decision.kind === "denied" || decision.kind === "ignored" ? decision.text : undefined;
  }

  /** What the policies say to such a plugin; a text: that it may not run at all. */
  #policyFor(content: string, name: string): Policy | string {
    const known = this.#policies.get(content);
    if (known !== undefined) return known;
    const made = this.#make(scriptOf(content), name);
    this.#policies.set(content, made);
    return made;
  }

  #make(who: Identity, name: string): Policy | string {
    const policy = new Policy(placesOf(this.#bases.home), []);
    for (const { policy: file, path } of this.#filed) {
      try {
        checkTrust(file, who, name);
      } catch {
        return `${path}: trust`;
      }
      const { deny, ignore, ceilings } = inForce(file, who, surroundings);
      for (const { grant, at } of [...deny, ...ignore]) policy.add(resolveGrant(grant), at, 0);
      for (const ceiling of ceilings) policy.limitTo(ceiling.map(({ grant }) => resolveGrant(grant)));
    }
    return policy;
  }
}

/** What stands for all that a grant opens: its folder, its host, the domain of its wildcard. */
function targetOfGrant({ kind, scope }: Grant): Target {
  switch (scope?.kind) {
    case "read":
    case "write":
      return pathTarget(scope.kind, scope.lexical, scope.resolved);
    case "net": {
      const { host, port, path, methods } = scope.net;
      return netTarget(hostName(host), port ?? 443, path ?? "/", methods?.[0] ?? "GET");
    }
    case "data":
      return { kind: "data", dataset: scope.dataset, fields: scope.fields, access: scope.access, words: "" };
    case "env":
    case "host":
      return { kind: scope.kind, name: scope.name, words: "" };
    case undefined:
      return wholeOf(kind);
    default:
      return scope satisfies never;
  }
}

function hostName(host: ScopeHost): string {
  switch (host.type) {
    case "any":
      return "*";
    case "name":
    case "below":
      return host.name;
    case "address":
      return printAddress(host.address);
    case "block":
      return printAddress(host.block.base);
    default:
      return host satisfies never;
  }
}

function wholeOf(kind: Kind): Target {
  switch (kind) {
    case "read":
    case "write":
      return pathTarget(kind, "/", "/");
    case "net":
      return netTarget("*", 443, "/", "GET");
    case "data":
      return { kind, dataset: "*", access: "read", words: "" };
    case "env":
    case "host":
      return { kind, name: "*", words: "" };
    default:
      return kind satisfies never;
  }
}

const pathTarget = (kind: "read" | "write", lexical: string, canonical: string): Target => ({
  kind,
  words: lexical,
  lexical,
  canonical,
  entry: false,
  tree: false,
  type: "folder",
});

const netTarget = (host: string, port: number, path: string, method: string): Target => ({
  kind: "net",
  words: host,
  scheme: port === 80 ? "http" : "https",
  host,
  port,
  path,
  method,
});

/** The audit keeps no method: rules that name methods are judged as for GET. */
function targetOfRecord({ kind, resource }: StoredRecord): Target | undefined {
  switch (kinds.find((known) => known === kind)) {
    case "read":
      return pathTarget("read", resource, resource);
    case "write":
      return pathTarget("write", resource, resource);
    case "net": {
      const [, v6, name = v6, port, path = "/"] =
        /^(?:\[([^\]]+)\]|([^:/]+)):(\d+)(\/.*)?$/s.exec(resource) ?? [];
      return name === undefined ? undefined : netTarget(name, Number(port), path, "GET");
    }
    case "data": {
      const [dataset = "", fields] = resource.split(".", 2);
      return { kind: "data", dataset, fields: fields?.split("+") ?? [], access: "read", words: resource };
    }
    case "env":
      return { kind: "env", name: resource, words: resource };
    case "host":
      return { kind: "host", name: resource, words: resource };
    default:
      return undefined;
  }
}
