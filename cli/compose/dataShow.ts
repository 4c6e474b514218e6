/** A catalog as people and machines read it: what there is, whether it is there, and who may touch it. */
import type { Dataset } from "../../runtime/core/catalog.ts";
import { fail, isSbxError } from "../../runtime/core/errors.ts";
import { parseGrant } from "../../runtime/core/grant.ts";
import type { RememberedAnswer } from "../../runtime/powers/own/answers.ts";
import type { OwnFolders } from "../../runtime/powers/own/folders.ts";
import type { StoredRecord } from "../auditLog.ts";
import { dataClient, type FiledCatalog } from "./catalog.ts";
import { type GrantBases, grantContext } from "./grants.ts";
import type { FiledPolicy } from "./policies.ts";
import { shownPolicy } from "./policyShow.ts";

/** One data set of `sbx data list --json`. */
export interface ShownDataset {
  readonly name: string;
  readonly title: string | null;
  readonly source: string;
  readonly writable: boolean;
  /** Ids of the only plugins that may have it; null: any. */
  readonly allow: readonly string[] | null;
  readonly labels: readonly string[];
  readonly fields: readonly {
    readonly name: string;
    readonly type: string;
    readonly labels: readonly string[];
    readonly mask: string | null;
  }[];
  readonly summaries: readonly string[];
}

/** One data set of `sbx data check --json`; `fault` is null where all is well. */
export interface CheckedDataset {
  readonly name: string;
  readonly source: string;
  readonly fault: string | null;
}

/** Somebody who may touch a data set, or did. */
export interface DataAccess {
  readonly dataset: string;
  readonly plugin: string;
  /** The catalog's `allow`, a remembered answer, a policy, or what the audit says was done. */
  readonly by: "catalog" | "answer" | "policy" | "audit";
  /** The grant, or the operation with what it named. */
  readonly what: string;
  readonly times: number | null;
  /** ISO 8601. */
  readonly last: string | null;
}

const sourceOf = ({ source }: Dataset): string =>
  source.type === "postgres" || source.type === "host" ? source.type : `${source.type} ${source.path}`;

export const shownDatasets = ({ catalog }: FiledCatalog): ShownDataset[] =>
  [...catalog.datasets.values()].map((set) => ({
    name: set.name,
    title: set.title ?? null,
    source: sourceOf(set),
    writable: set.writable,
    allow: set.allow,
    labels: set.labels,
    fields: [...set.fields.values()].map(({ name, type, labels, mask }) => ({
      name,
      type,
      labels,
      mask: mask ?? null,
    })),
    summaries: [...set.summaries.keys()],
  }));

/** Opens every source, and reads every row of files. In ms; a file of a million rows takes seconds. */
const PATIENCE = 600_000;

export async function checkedDatasets(filed: FiledCatalog, own: OwnFolders): Promise<CheckedDataset[]> {
  const client = dataClient(filed, { own, identity: "check", timeout: PATIENCE });
  try {
    const found: CheckedDataset[] = [];
    for (const set of filed.catalog.datasets.values()) {
      const fault = await client.ask(set.name, { op: "check", set: set.name }).then(() => null, wordsOf);
      found.push({ name: set.name, source: sourceOf(set), fault });
    }
    return found;
  } finally {
    client.close();
  }
}

function wordsOf(error: unknown): string {
  if (!isSbxError(error)) throw error;
  return [error.message, error.details.person?.why].filter((part) => part !== undefined).join(": ");
}

export interface AccessParts {
  readonly filed: FiledCatalog;
  readonly answers: readonly RememberedAnswer[];
  readonly policies: readonly FiledPolicy[];
  readonly records: AsyncIterable<StoredRecord>;
  readonly bases: GrantBases;
}

export async function dataAccesses(parts: AccessParts): Promise<DataAccess[]> {
  const { filed, answers, policies, records, bases } = parts;
  const known = filed.catalog.datasets;
  const granted = (text: string): string[] =>
    parseGrant(text, grantContext(bases)).flatMap(({ kind, scope }) =>
      kind !== "data" ? [] : scope === null ? [...known.keys()] : "dataset" in scope ? [scope.dataset] : [],
    );
  const row = (dataset: string, plugin: string, by: DataAccess["by"], what: string): DataAccess[] =>
    known.has(dataset) ? [{ dataset, plugin, by, what, times: null, last: null }] : [];
  const found: DataAccess[] = [...known.values()].flatMap((set) =>
    (set.allow ?? []).flatMap((plugin) => row(set.name, plugin, "catalog", "allow")),
  );
  for (const { effect, grant, name } of answers)
    if (effect === "allow") found.push(...granted(grant).flatMap((set) => row(set, name, "answer", grant)));
  for (const { rules } of policies.map(shownPolicy))
    for (const { rule, text, at } of rules)
      if (rule === "allow")
        found.push(...granted(text).flatMap((set) => row(set, "any", "policy", `${text} (${at})`)));
  return [...found, ...(await audited(records, new Set(known.keys())))];
}

async function audited(
  records: AsyncIterable<StoredRecord>,
  known: ReadonlySet<string>,
): Promise<DataAccess[]> {
  const found = new Map<string, DataAccess>();
  for await (const { kind, decision, resource = "", plugin, op, time } of records) {
    const [dataset = ""] = resource.split(".", 1);
    if (kind !== "data" || (decision !== "allowed" && decision !== "asked-yes") || !known.has(dataset))
      continue;
    const what = `${op} ${resource}`;
    const key = JSON.stringify([plugin.id, what]);
    const times = (found.get(key)?.times ?? 0) + 1;
    found.set(key, { dataset, plugin: plugin.id, by: "audit", what, times, last: time });
  }
  return [...found.values()];
}

const guestTypes = {
  text: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  date: "string",
  datetime: "string",
} as const;

/** Declarations of every data set, behind which `open("contacts")` knows its fields. */
export function datasetTypes({ catalog }: FiledCatalog): string {
  const sets = [...catalog.datasets.values()].map((set) => {
    const fields = [...set.fields.values()].map(({ name, type, mask, description }) => {
      const said = description === undefined ? "" : `      /** ${comment(description)} */\n`;
      return `${said}      readonly ${name}: ${mask === undefined ? guestTypes[type] : "string"} | null;\n`;
    });
    const said = set.title === undefined ? "" : `    /** ${comment(set.title)} */\n`;
    return `${said}    readonly ${JSON.stringify(set.name)}: {\n${fields.join("")}    };\n`;
  });
  return `\ndeclare module "sbx:data" {\n  interface Datasets {\n${sets.join("")}  }\n}\n`;
}

const comment = (text: string): string => text.replaceAll("*/", "* /").replace(/\s+/g, " ");

/** @throws E_USAGE */
export function neededCatalog(path: string | undefined, command: string): string {
  if (path !== undefined) return path;
  throw fail("E_USAGE", "which catalog?", { remedy: `sbx ${command} --catalog=FILE` });
}
