/** `sbx data`: what a catalog offers, whether its sources are there and as it says, and who may touch them. */
import { fail } from "../../runtime/core/errors.ts";
import { escapeText } from "../../runtime/core/escape.ts";
import { auditRecords } from "../auditLog.ts";
import type { Command, CommandContext } from "../command.ts";
import { loadCatalog } from "../compose/catalog.ts";
import {
  type CheckedDataset,
  checkedDatasets,
  type DataAccess,
  dataAccesses,
  neededCatalog,
  type ShownDataset,
  shownDatasets,
} from "../compose/dataShow.ts";
import { basesAt } from "../compose/grants.ts";
import { loadPolicies } from "../compose/policies.ts";
import { answers, auditFiles, folders } from "../own.ts";
import { readWords } from "../words.ts";

const words = ["list", "check", "who"] as const;

/** Faults of what was to be checked. */
const FAULTS = 78;

export const data: Command = async (argv, cx) => {
  const [first, ...rest] = argv;
  const word = words.find((one) => one === first);
  if (word === undefined)
    throw fail("E_USAGE", first === undefined ? "list, check or who?" : `data knows no "${first}"`, {
      remedy: "sbx data list|check|who --catalog=FILE",
    });
  const said = readWords(rest, { command: "data", switches: ["json"], values: ["catalog"], most: 0 });
  const bases = basesAt(process.cwd(), folders().data);
  const filed = loadCatalog(neededCatalog(said.values.catalog, `data ${word}`), bases);
  const json = said.switches.has("json");
  switch (word) {
    case "list":
      return await print(cx, json, shownDatasets(filed), listText);
    case "check": {
      const checked = await checkedDatasets(filed, folders());
      await print(cx, json, checked, checkText);
      return checked.some(({ fault }) => fault !== null) ? FAULTS : 0;
    }
    case "who": {
      const policies = await loadPolicies(undefined, bases);
      const records = auditRecords(auditFiles());
      const found = await dataAccesses({ filed, answers: answers().list(), policies, records, bases });
      return await print(cx, json, found, whoText);
    }
    default:
      return word satisfies never;
  }
};

async function print<T>(
  cx: CommandContext,
  json: boolean,
  found: T,
  text: (found: T) => string,
): Promise<number> {
  await cx.out.write(json ? `${JSON.stringify(found)}\n` : text(found));
  return 0;
}

const lines = (found: readonly string[]): string => found.map((line) => `${line}\n`).join("");

const listText = (sets: readonly ShownDataset[]): string =>
  lines(
    sets.flatMap(({ name, title, source, writable, allow, fields, summaries }) => [
      `${name}${title === null ? "" : `  ${escapeText(title)}`}  (${escapeText(source)}${writable ? ", writable" : ""})`,
      ...fields.map(({ name: field, type, labels, mask }) => {
        const more = [...labels.map((label) => `label ${label}`), ...(mask === null ? [] : [`mask ${mask}`])];
        return `  ${field}  ${type}${more.length ? `  ${more.join(", ")}` : ""}`;
      }),
      ...summaries.map((summary) => `  summary ${summary}`),
      ...(allow === null ? [] : [`  only for ${escapeText(allow.join(", ")) || "nobody"}`]),
    ]),
  );

const checkText = (sets: readonly CheckedDataset[]): string =>
  lines(
    sets.map(({ name, source, fault }) =>
      fault === null ? `ok     ${name}  ${escapeText(source)}` : `fault  ${name}  ${escapeText(fault)}`,
    ),
  );

const whoText = (found: readonly DataAccess[]): string =>
  found.length === 0
    ? "nobody: no grant names a data set of this catalog, and nobody has used one\n"
    : lines(
        found.map(({ dataset, plugin, by, what, times, last }) => {
          const used = times === null ? "" : `  ${times} ×, last ${last?.slice(0, 10)}`;
          return `${dataset}  ${escapeText(plugin)}  ${by}: ${escapeText(what)}${used}`;
        }),
      );
