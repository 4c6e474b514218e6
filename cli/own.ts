/** sbx's own things on this machine, as the commands that show or change them need them. */
import { readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Answers, rememberedAnswers } from "../runtime/powers/own/answers.ts";
import { type OwnFolders, ownFolders } from "../runtime/powers/own/folders.ts";
import { type Ledger, openLedger } from "../runtime/powers/own/ledger.ts";

export const folders = (): OwnFolders =>
  ownFolders({ platform: process.platform, home: resolve(homedir()), variables: process.env });

export const answersFile = (): string => join(folders().data, "answers.json");
export const ledger = (): Ledger => openLedger(join(folders().data, "ledger.sqlite"));
export const answers = (counters: Ledger = ledger()): Answers => rememberedAnswers(answersFile(), counters);

export const auditFolder = (): string => join(folders().state, "audit");

/** The audit files, oldest first. None is a fact, not an error. */
export function auditFiles(): string[] {
  const folder = auditFolder();
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const files = names.filter((name) => name.endsWith(".jsonl")).map((name) => join(folder, name));
  return files
    .map((file) => ({ file, at: statSync(file).mtimeMs }))
    .sort((a, b) => a.at - b.at || (a.file < b.file ? -1 : 1))
    .map(({ file }) => file);
}
