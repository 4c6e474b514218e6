/** `sbx audit`: what runs did and were refused, from the audit files; `export`, `verify`, `show`, `who`. */
import { resolve } from "node:path";
import { fail } from "../../runtime/core/errors.ts";
import { clip, escapeText } from "../../runtime/core/escape.ts";
import { parseTime } from "../../runtime/core/units.ts";
import { auditLines, auditRecords, parseRecord, type StoredRecord, verify } from "../auditLog.ts";
import type { Command, CommandContext } from "../command.ts";
import { auditFiles } from "../own.ts";
import { type Style, styleFor } from "../style.ts";
import { readWords, type Words } from "../words.ts";

const FILTERS = ["plugin", "kind", "decision", "since", "run", "file"];

export const audit: Command = async (argv, cx) => {
  const [word, ...rest] = argv;
  switch (word) {
    case "export":
      return await exportRecords(rest, cx);
    case "verify":
      return await verifyFiles(rest, cx);
    case "show":
      return await showRecord(rest, cx);
    case "who":
      return await whoWrote(rest, cx);
    case "head":
      throw fail("E_USAGE", '"audit head" is not available in this version');
    default:
      return await list(argv, cx);
  }
};

const filesOf = (words: Words): string[] =>
  words.values.file === undefined ? auditFiles() : [words.values.file];

/** A test for the filters. @throws E_USAGE */
function filterOf({ values }: Words): (record: StoredRecord) => boolean {
  const since = values.since === undefined ? undefined : timeOf(values.since);
  const decisions = ["allowed", "denied", "asked-yes", "asked-no", "suppressed"];
  if (values.decision !== undefined && !decisions.includes(values.decision)) {
    throw fail("E_USAGE", `--decision=${values.decision} is none of ${decisions.join(", ")}`);
  }
  return (record) =>
    (values.plugin === undefined ||
      record.plugin.id === values.plugin ||
      record.plugin.content.includes(values.plugin)) &&
    (values.kind === undefined || record.kind === values.kind || record.op.startsWith(`${values.kind}.`)) &&
    (values.decision === undefined || record.decision === values.decision) &&
    (values.run === undefined || record.run === values.run) &&
    (since === undefined || Date.parse(record.time) >= since);
}

function timeOf(text: string): number {
  const date = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? Date.now() - parseTime(text) : date;
}

async function list(argv: readonly string[], cx: CommandContext): Promise<number> {
  const words = readWords(argv, { command: "audit", switches: ["json"], values: FILTERS, most: 0 });
  const wanted = filterOf(words);
  const style = styleFor(cx.out);
  const json = words.switches.has("json");
  let count = 0;
  for await (const record of auditRecords(filesOf(words))) {
    if (!wanted(record)) continue;
    const before = json ? (count === 0 ? "[" : ",\n") : "";
    await cx.out.write(before + (json ? JSON.stringify(record) : `${lineOf(record, style)}\n`));
    count += 1;
    if (cx.out.closed) return 0;
  }
  if (json) await cx.out.write(count === 0 ? "[]\n" : "]\n");
  else if (count === 0) await cx.err.write("no records\n");
  return 0;
}

function lineOf(record: StoredRecord, style: Style): string {
  const time = record.time.slice(0, 19).replace("T", " ");
  const what = record.decision ?? record.outcome ?? "";
  const refused =
    record.decision === "denied" || record.decision === "asked-no" || record.decision === "suppressed";
  const shown = (refused ? style.red : style.dim)(what.padEnd(10));
  const resource = escapeText(record.resource);
  const by = record.rule === undefined ? "" : style.dim(`  (${clip(escapeText(record.rule), 60)})`);
  const count =
    record.count === undefined ? "" : ` × ${record.count}${record.mixed ? ", this and others" : ""}`;
  return `${style.dim(time)}  ${escapeText(record.plugin.id)}  ${shown}  ${record.op}  ${resource}${count}${by}`;
}

async function exportRecords(argv: readonly string[], cx: CommandContext): Promise<number> {
  const words = readWords(argv, { command: "audit", switches: ["json"], values: FILTERS, most: 0 });
  const wanted = filterOf(words);
  for await (const { text } of auditLines(filesOf(words))) {
    const record = parseRecord(text);
    if (record !== undefined && wanted(record)) await cx.out.write(`${text}\n`);
    if (cx.out.closed) return 0;
  }
  return 0;
}

async function verifyFiles(argv: readonly string[], cx: CommandContext): Promise<number> {
  const words = readWords(argv, { command: "audit", switches: ["json"], values: ["head"], most: 1 });
  if (words.values.head !== undefined) throw fail("E_USAGE", '"--head" is not available in this version');
  const [file] = words.bare;
  const verdict = await verify(file === undefined ? auditFiles() : [file]);
  const ok = verdict.faults.length === 0;
  if (words.switches.has("json")) await cx.out.write(`${JSON.stringify({ ok, ...verdict })}\n`);
  else {
    const { records, runs, files, unfinished } = verdict;
    for (const fault of verdict.faults) {
      await cx.out.write(`${escapeText(fault.file)}:${fault.line}: ${escapeText(fault.what)}\n`);
    }
    const open = unfinished === 0 ? "" : `, ${unfinished} without an end (running, or killed)`;
    const result = ok
      ? "whole"
      : `damaged in ${verdict.faults.length} place${verdict.faults.length === 1 ? "" : "s"}`;
    await cx.out.write(`${records} records of ${runs} runs in ${files} files: ${result}${open}\n`);
  }
  return ok ? 0 : 65;
}

async function showRecord(argv: readonly string[], cx: CommandContext): Promise<number> {
  const words = readWords(argv, { command: "audit", switches: ["json"], values: ["file"], most: 1 });
  const [id] = words.bare;
  if (id === undefined)
    throw fail("E_USAGE", "which record? its id is missing", { remedy: "sbx audit show ID" });
  for await (const record of auditRecords(filesOf(words))) {
    if (record.id !== id && record.run !== id) continue;
    const json = words.switches.has("json");
    await cx.out.write(`${json ? JSON.stringify(record) : escapeJson(JSON.stringify(record, null, 2))}\n`);
    if (record.id === id) return 0;
  }
  throw fail("E_NOT_FOUND", `there is no audit record ${id}`, { remedy: "sbx audit lists them" });
}

/** JSON keeps C0 escaped; this keeps everything else harmless on a terminal too. */
const escapeJson = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.replace(/[\p{Cf}\u0080-\u009f\u2028\u2029]/gu, escapeText))
    .join("\n");

async function whoWrote(argv: readonly string[], cx: CommandContext): Promise<number> {
  const words = readWords(argv, { command: "audit", switches: ["json"], values: ["file"], most: 1 });
  const [name] = words.bare;
  if (name === undefined)
    throw fail("E_USAGE", "which file? its name is missing", { remedy: "sbx audit who FILE" });
  const path = resolve(name);
  const found: StoredRecord[] = [];
  for await (const record of auditRecords(filesOf(words))) {
    const allowed = record.decision === "allowed" || record.decision === "asked-yes";
    if (record.kind === "write" && allowed && record.resource === path) found.push(record);
  }
  if (words.switches.has("json")) await cx.out.write(`${JSON.stringify(found)}\n`);
  else for (const record of found) await cx.out.write(`${writerOf(record)}\n`);
  if (found.length > 0) return 0;
  if (!words.switches.has("json")) await cx.err.write(`no recorded run wrote ${escapeText(path)}\n`);
  return 66;
}

const writerOf = (record: StoredRecord): string => {
  const labels = record.labels.length === 0 ? "" : `  labels ${record.labels.map(escapeText).join(", ")}`;
  return `${record.time}  ${record.op}  ${escapeText(record.plugin.id)} (${escapeText(record.plugin.content)})  record ${record.id}${labels}`;
};
