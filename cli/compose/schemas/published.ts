/** Every schema that `sbx schema` publishes, by name. */
import { type Schema, s, toJsonSchema } from "../../../runtime/core/schema.ts";
import { catalogFile } from "./catalog.ts";
import * as outputs from "./outputs.ts";
import { policyFile } from "./policy.ts";

interface Published {
  readonly title: string;
  readonly schema: Schema;
}

export const published: Readonly<Record<string, Published>> = {
  report: { title: "a run in numbers: sbx run --report=FILE, sbx run --json", schema: outputs.report },
  learn: { title: "sbx learn --json", schema: outputs.learned },
  "audit-record": {
    title: "a line of an audit file, of sbx audit export, sbx audit show --json",
    schema: outputs.auditRecord,
  },
  audit: { title: "sbx audit --json, sbx audit who --json", schema: outputs.auditRecords },
  "audit-verify": { title: "sbx audit verify --json", schema: outputs.auditVerdict },
  grants: { title: "sbx grants --json", schema: outputs.grants },
  policy: { title: "a policy file", schema: policyFile },
  catalog: { title: "a catalog file", schema: catalogFile },
  "data-list": { title: "sbx data list --json", schema: outputs.datasets },
  "data-check": { title: "sbx data check --json", schema: outputs.datasetChecks },
  "data-who": { title: "sbx data who --json", schema: outputs.dataAccesses },
  "policy-check": { title: "sbx policy check --json", schema: outputs.policyFindings },
  "policy-show": { title: "sbx policy show --json", schema: outputs.policyShown },
  explain: { title: "sbx explain CODE --json", schema: outputs.errorPage },
  doctor: { title: "sbx doctor --json", schema: outputs.doctor },
  version: { title: "sbx version --json", schema: outputs.version },
  schema: { title: "sbx schema --json", schema: s.list(s.object({ name: s.text(), title: s.text() })) },
};

/** JSON Schema, draft 2020-12; undefined for a name that none has. */
export function publishedSchema(name: string): Record<string, unknown> | undefined {
  const found = Object.hasOwn(published, name) ? published[name] : undefined;
  return found && { title: `sbx: ${found.title}`, ...bare(toJsonSchema(found.schema)) };
}

/** Lengths that only say "any" tell nobody anything. */
function bare(schema: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(schema, (key, value: unknown) =>
    (key === "maxLength" || key === "maxItems" || key === "maximum") && value === Number.MAX_SAFE_INTEGER
      ? undefined
      : value,
  );
  return JSON.parse(text) as Record<string, unknown>;
}
