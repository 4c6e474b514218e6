/** The shape of every JSON output, declared once more as a schema, for machines. Each is bound to the type that the code prints, so that
 *  what the type gains or loses does not compile here; the tests hold real outputs against them. */
import { type InferSchema, type Schema, s } from "../../../runtime/core/schema.ts";
import type { AuditRecord } from "../../../runtime/gate/audit.ts";
import type { StoredRecord, Verdict } from "../../auditLog.ts";
import type { Facts } from "../../commands/doctor.ts";
import type { GrantRow } from "../../granted.ts";
import type { Version } from "../../version.ts";
import type { CheckedDataset, DataAccess, ShownDataset } from "../dataShow.ts";
import type { LearnReport } from "../learn.ts";
import type { PolicyFindings } from "../policyCheck.ts";
import type { ShownPolicy } from "../policyShow.ts";
import type { RunReport } from "../runReport.ts";

type Deep<T> = T extends readonly (infer E)[]
  ? readonly Deep<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> }
    : T;

/** A schema that every value of the type fits. */
const of =
  <T>() =>
  <S extends Schema>(schema: T extends Deep<InferSchema<S>> ? S : never): S =>
    schema as S;

const text = () => s.text(Number.MAX_SAFE_INTEGER);
const texts = () => s.list(text(), Number.MAX_SAFE_INTEGER);
const many = <S extends Schema>(one: S) => s.list(one, Number.MAX_SAFE_INTEGER);
const time = () => s.said("ISO 8601, UTC", text());
const plugin = () =>
  s.object({
    id: text(),
    version: text(),
    content: s.said('"sha256-" and the hash of all that it is made of, in hex', text()),
  });

export const report = of<RunReport>()(
  s.object({
    version: s.literal(1),
    plugin: plugin(),
    exit: s.said("the exit code of the run", s.int(0, 255)),
    error: s.nullable(s.object({ name: text(), code: s.optional(text()), message: text() })),
    grants: s.object({
      used: s.said("allows that something was done under, in the grammar of grants", texts()),
      unused: s.said("allows that nothing was done under", texts()),
      counts: s.record(
        s.object({
          uses: s.said("operations that opened something under it", s.size()),
          calls: s.said("all operations under it", s.size()),
          bytes: s.size(),
        }),
      ),
    }),
    denials: many(
      s.object({
        code: text(),
        kind: s.optional(text()),
        resource: s.said("in the plugin's own words", s.optional(text())),
        remedy: s.optional(text()),
        record: s.said("id of the audit record", s.optional(text())),
      }),
    ),
    bytes: s.object({
      network: s.size(),
      output: s.size(),
      dropped: s.said("of output that its labels kept back", s.size()),
      grants: s.record(s.size()),
    }),
    labels: s.said("what the run carried at its end", texts()),
    limits: s.record(s.number()),
    flow: s.said(
      "with --explain-flow: what raised labels, and which sinks they met",
      s.optional(
        s.object({
          raised: many(s.object({ label: text(), by: text() })),
          sinks: many(s.object({ kind: text(), to: text(), labels: texts(), open: s.bool() })),
          more: s.said("further sinks that were not told apart", s.size()),
          dropped: s.size(),
        }),
      ),
    ),
    audit: s.object({ file: text(), head: s.said("hash of the run's last record", text()) }),
  }),
);

const recordShape = {
  time: time(),
  run: text(),
  plugin: plugin(),
  op: s.said("the operation, or run.start, run.end, limit, revoke, label", text()),
  resource: text(),
  kind: s.optional(text()),
  decision: s.optional(s.oneOf("allowed", "denied", "asked-yes", "asked-no", "suppressed")),
  rule: s.said("the flag, the policy's line or the answer that decided", s.optional(text())),
  labels: texts(),
  bytes: s.optional(s.size()),
  outcome: s.optional(text()),
  count: s.said("it stands for so many refusals, itself included", s.optional(s.int(2))),
  mixed: s.said("these were about other resources, too", s.optional(s.literal(true))),
};
of<AuditRecord>()(s.object(recordShape));

export const auditRecord = of<StoredRecord>()(
  s.object({
    id: text(),
    ...recordShape,
    prev: s.said("hash of the record before it in the run", text()),
    hash: s.said("SHA-256 over the line without this member", text()),
  }),
);

export const auditRecords = many(auditRecord);

export const auditVerdict = of<Verdict & { readonly ok: boolean }>()(
  s.object({
    ok: s.bool(),
    files: s.size(),
    records: s.size(),
    runs: s.size(),
    unfinished: s.said("runs without a last record: still running, or killed", s.size()),
    faults: many(s.object({ file: text(), line: s.int(1), what: text() })),
  }),
);

const left = s.object({ uses: s.optional(s.int()), calls: s.optional(s.int()), bytes: s.optional(s.int()) });

export const grants = many(
  of<GrantRow>()(
    s.object({
      origin: s.oneOf("answer", "policy"),
      number: s.said("what sbx revoke takes", s.nullable(s.int())),
      id: s.nullable(text()),
      effect: s.oneOf("allow", "deny"),
      grant: text(),
      subject: s.nullable(text()),
      name: text(),
      place: s.nullable(text()),
      time: time(),
      lastUsed: s.nullable(time()),
      expires: s.nullable(time()),
      expired: s.bool(),
      uses: s.size(),
      calls: s.size(),
      bytes: s.size(),
      left,
    }),
  ),
);

const learnt = () =>
  many(
    s.object({
      flag: text(),
      grant: text(),
      needed: s.said("different things reached by it", s.size()),
      wider: s.said("what it opens besides; null: nothing", s.nullable(text())),
    }),
  );

export const learned = of<LearnReport>()(
  s.object({
    version: s.literal(1),
    script: text(),
    exit: s.int(0, 255),
    asked: s.bool(),
    complete: s.bool(),
    used: learnt(),
    refused: learnt(),
    closed: many(s.object({ resource: text(), by: text() })),
    flags: texts(),
    manifest: s.object({ permissions: many(s.object({ grant: text(), reason: text() })) }),
  }),
);

export const policyFindings = of<PolicyFindings>()(
  s.object({
    policies: texts(),
    answers: s.object({
      checked: s.size(),
      refused: many(s.object({ number: s.int(), grant: text(), name: text(), rule: text() })),
    }),
    audit: s.object({
      checked: s.size(),
      refused: many(
        s.object({
          plugin: text(),
          op: text(),
          kind: s.oneOf("read", "write", "net", "data", "env", "host"),
          resource: text(),
          rule: text(),
          count: s.int(1),
          last: time(),
        }),
      ),
    }),
  }),
);

export const policyShown = many(
  of<ShownPolicy>()(
    s.object({
      path: text(),
      rules: many(
        s.object({
          rule: s.oneOf("deny", "ignore", "ceiling", "allow", "label", "clear", "limit"),
          text: text(),
          at: s.said("file:line:column", text()),
        }),
      ),
      plugins: many(s.object({ id: text(), at: text() })),
      trust: s.object({ signature: s.bool(), review: s.bool() }),
    }),
  ),
);

export const errorPage = s.object({
  code: text(),
  name: s.said("the class that a plugin sees", text()),
  exit: s.int(0, 255),
  title: text(),
  remedy: text(),
  means: text(),
  why: text(),
  what: text(),
  example: text(),
});

const versionShape = { version: text(), node: text(), platform: text() };
export const version = of<Version>()(s.object(versionShape));

export const doctor = of<Facts>()(
  s.object({
    ...versionShape,
    system: text(),
    walls: s.said("what an engine on this machine put up; null: it could not be tried", s.nullable(texts())),
    sealed: s.bool(),
    folders: s.record(s.object({ path: text(), writable: s.bool() })),
    canAsk: s.bool(),
    notes: texts(),
  }),
);

export const datasets = of<readonly ShownDataset[]>()(
  many(
    s.object({
      name: text(),
      title: s.nullable(text()),
      source: text(),
      writable: s.bool(),
      allow: s.said("the only plugins that may have it; null: any", s.nullable(texts())),
      labels: s.said("of every row", texts()),
      fields: many(s.object({ name: text(), type: text(), labels: texts(), mask: s.nullable(text()) })),
      summaries: texts(),
    }),
  ),
);

export const datasetChecks = of<readonly CheckedDataset[]>()(
  many(s.object({ name: text(), source: text(), fault: s.said("null: all is well", s.nullable(text())) })),
);

export const dataAccesses = of<readonly DataAccess[]>()(
  many(
    s.object({
      dataset: text(),
      plugin: text(),
      by: s.oneOf("catalog", "answer", "policy", "audit"),
      what: s.said("the grant, or the operation and what it named", text()),
      times: s.nullable(s.int()),
      last: s.nullable(text()),
    }),
  ),
);
