/** `sbx learn`: what a run used and what was refused to it, as the smallest flags and the smallest manifest that would have sufficed.
 *  Proposes; grants nothing. */
import { homedir } from "node:os";
import { dirname } from "node:path";
import { printTarget } from "../../runtime/core/capability.ts";
import { type Places, within } from "../../runtime/core/cover.ts";
import { escapeText } from "../../runtime/core/escape.ts";
import { type Grant, printFlag, printGrant } from "../../runtime/core/grant.ts";
import { type Proposal, type Smallest, smallestGrants, type Touch } from "../../runtime/core/smallest.ts";
import type { Decided } from "../../runtime/gate/audit.ts";
import type { RunOutcome } from "../../runtime/run.ts";
import type { RunOptions } from "../flags.ts";
import { commandWith } from "../report.ts";
import { resolvePath } from "./grants.ts";
import type { Loaded } from "./program.ts";

/** Files below one folder from which on the folder is proposed. */
const MANY = 5;
/** Targets that are kept; a run that touches more is told that the list is not whole. */
const MOST = 20_000;

/** One row of `sbx learn --json`. */
export interface LearnedGrant {
  /** As a flag, relative to the working directory. */
  readonly flag: string;
  /** As the manifest would name it, relative to the plugin's own folder. */
  readonly grant: string;
  /** How many different things were reached by it. */
  readonly needed: number;
  /** What it opens besides; null: nothing. */
  readonly wider: string | null;
}

export interface LearnReport {
  readonly version: 1;
  readonly script: string;
  readonly exit: number;
  /** Somebody could be asked. */
  readonly asked: boolean;
  /** The run met no refusal and ended by itself, so that the flags suffice for one like it. */
  readonly complete: boolean;
  readonly used: readonly LearnedGrant[];
  /** What was refused, though a grant would have opened it. Look at it before you grant it. */
  readonly refused: readonly LearnedGrant[];
  /** What was refused and no flag opens: denies, protected places, closed sinks. */
  readonly closed: readonly { readonly resource: string; readonly by: string }[];
  /** The flags of `used`. */
  readonly flags: readonly string[];
  readonly manifest: { readonly permissions: readonly { readonly grant: string; readonly reason: string }[] };
}

/** What a refusal says when nothing but a grant was missing. */
const missing = (decided: Decided): boolean =>
  decided.decision === "asked-no" ||
  decided.decision === "suppressed" ||
  (decided.decision === "denied" && decided.rule === "no grant");

export class Learner {
  readonly #used = new Map<string, Touch>();
  readonly #refused = new Map<string, Touch>();
  readonly #closed = new Map<string, string>();
  #cut = false;

  see(decided: Decided): void {
    const { op, target, decision, rule, outcome } = decided;
    const key = JSON.stringify(target);
    if (this.#used.size + this.#refused.size + this.#closed.size >= MOST) {
      this.#cut = true;
      return;
    }
    const touch = { target, names: [op.slice(op.indexOf(".") + 1)] };
    if ((decision === "allowed" || decision === "asked-yes") && /^(started|admitted|granted)$/.test(outcome))
      this.#used.set(key, touch);
    else if (missing(decided)) this.#refused.set(key, touch);
    else if (decision === "denied") this.#closed.set(printTarget(target), rule);
  }

  report(parts: {
    readonly outcome: RunOutcome;
    readonly loaded: Loaded;
    readonly places: Places;
    readonly folder: string;
    readonly asked: boolean;
  }): LearnReport {
    const { outcome, loaded, places, folder, asked } = parts;
    const home = homedir();
    const context = {
      places,
      many: MANY,
      resolve: resolvePath,
      tooWide: [
        "/",
        home,
        dirname(home),
        ...["tmp", "etc", "usr", "var", "opt", "mnt", "media"].map((n) => `/${n}`),
      ],
    };
    const own = loaded.place === undefined ? folder : dirname(loaded.place);
    const rows = ({ proposals }: Smallest): LearnedGrant[] =>
      proposals.map(({ grant, needed, wider }: Proposal) => ({
        flag: printFlag(near(grant, folder, home)),
        grant: printGrant(near(grant, own, home)),
        needed,
        wider: wider ?? null,
      }));
    const both = smallestGrants([...this.#used.values()], context);
    const used = rows(both);
    const refused = rows(smallestGrants([...this.#refused.values()], context)).filter(
      ({ flag }) => !used.some((row) => row.flag === flag),
    );
    const closed = [...this.#closed].map(([resource, by]) => ({ resource, by }));
    return {
      version: 1,
      script: loaded.who,
      exit: outcome.exit,
      asked,
      complete: !this.#cut && outcome.end.kind === "done" && refused.length === 0 && closed.length === 0,
      used,
      refused,
      closed,
      flags: used.map(({ flag }) => flag),
      manifest: { permissions: used.map(({ grant }) => ({ grant, reason: "" })) },
    };
  }
}

/** The same grant with its path written from `folder`, or from home, where it lies there. */
function near(grant: Grant, folder: string, home: string): Grant {
  const { scope } = grant;
  if (scope?.kind !== "read" && scope?.kind !== "write") return grant;
  const { lexical } = scope;
  const written =
    lexical === folder
      ? "."
      : within(lexical, folder)
        ? `./${lexical.slice(folder.endsWith("/") ? folder.length : folder.length + 1)}`
        : within(lexical, home) && home !== "/"
          ? `~${lexical.slice(home.length)}`
          : lexical;
  return { ...grant, scope: { ...scope, written } };
}

/** For a person. */
export function learnText(report: LearnReport, options: RunOptions, program: string): string {
  const { used, refused, closed, complete } = report;
  const lines: string[] = [];
  const list = (title: string, rows: readonly LearnedGrant[]): void => {
    if (rows.length === 0) return;
    lines.push(title);
    for (const { flag, wider } of rows)
      lines.push(`  ${escapeText(flag)}${wider === null ? "" : `\n      opens ${escapeText(wider)}`}`);
    lines.push("");
  };
  list(`${escapeText(report.script)} used`, used);
  list("refused, and would need", refused);
  if (closed.length > 0) {
    lines.push("refused, and no flag opens it");
    for (const { resource, by } of closed) lines.push(`  ${escapeText(resource)}  (${escapeText(by)})`);
    lines.push("");
  }
  if (used.length === 0 && refused.length === 0)
    lines.push(`${escapeText(report.script)} needed no permission`, "");
  if (!complete) lines.push(...whatIsMissing(report, options, program), "");
  if (used.length > 0 || complete)
    lines.push(
      "To run it with what it used:",
      `  ${commandWith({ ...options, typed: kept(options) }, report.flags, program)}`,
      "",
    );
  lines.push("For its sbx.json, with your reasons:", `  "permissions": ${manifestText(report)}`);
  return `${lines.join("\n")}\n`;
}

function whatIsMissing({ refused, asked }: LearnReport, options: RunOptions, program: string): string[] {
  const more = refused.map(({ flag }) => flag);
  const all = "This is not all: what it would have done without a refusal, or had it ended well, is unknown.";
  const how = asked
    ? "Learn again, and say yes to what it may have"
    : "Nobody could be asked: learn again on a terminal";
  if (more.length === 0) return [all, `${how}.`];
  const again = commandWith(options, more, program).replace(`${program} run`, `${program} learn`);
  return [all, `${how}, or grant what you have looked at:`, `  ${again}`];
}

/** The options as typed, without what was granted: the learned flags take its place. */
const kept = ({ typed }: RunOptions): string[] =>
  typed
    .filter((word) => !/^(--allow-|-[RWNDEHA]+(=|$)|--prompts|--no-prompt|--json)/.test(word))
    .concat("--no-prompt");

const manifestText = ({ manifest }: LearnReport): string =>
  manifest.permissions.length === 0
    ? "[]"
    : `[\n${manifest.permissions.map((row) => `    ${JSON.stringify(row)}`).join(",\n")}\n  ]`;
