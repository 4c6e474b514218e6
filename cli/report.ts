/** What sbx says on stderr, in one look (CONTRACT 4): a headline with its code, then what a person needs to act, each on a line of
 *  its own. Takes plain data and gives text; everything that came from a plugin or a file system is escaped here. */
import { type ErrorCode, errorTable, type SbxError } from "../runtime/core/errors.ts";
import { clip, escapeLines, escapeSource, escapeText, widthOf } from "../runtime/core/escape.ts";
import { shellWord } from "./shell.ts";
import type { Style } from "./style.ts";

/** A place in the plugin's own source. Lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line's text, if it is at hand. */
  readonly source?: string;
  /** How many characters to underline. */
  readonly length?: number;
}

/** A refusal that ended the run. */
export interface DenialReport {
  readonly code: ErrorCode;
  /** "notes.ts may not read ~/.ssh/config" */
  readonly headline: string;
  readonly place?: SourcePlace;
  /** Grants in force of the same kind, printed in the grammar. */
  readonly granted: readonly string[];
  /** The resolved target, with what is special about it in brackets. */
  readonly asked: string;
  /** Ready to paste, or a sentence. */
  readonly remedy?: string;
  /** Identifier of the audit record. */
  readonly record?: string;
}

/** An error of the plugin's own that nobody caught. */
export interface UncaughtReport {
  readonly name: string;
  readonly message: string;
  readonly place?: SourcePlace;
  /** Frames in the plugin's own sources, innermost first: `load (src/feed.ts:12:9)`. */
  readonly frames: readonly string[];
  /** Its `cause`, as the console shows it. */
  readonly cause?: string;
  /** True when it was a rejected promise that nothing awaited. */
  readonly rejection?: boolean;
  readonly record?: string;
}

/** A limit that ended the run. */
export interface LimitReport {
  readonly code: ErrorCode;
  readonly headline: string;
  /** What was measured, for example "10s of continuous work; the limit is 10s (--cpu)". */
  readonly detail?: string;
  readonly place?: SourcePlace;
  readonly remedy?: string;
  readonly record?: string;
}

/** A source that could not be loaded. */
export interface LoadReport {
  readonly code: ErrorCode;
  readonly headline: string;
  readonly place?: SourcePlace;
  readonly notes?: readonly string[];
  readonly remedy?: string;
}

const SOURCE_COLUMNS = 100;

export function formatDenial(report: DenialReport, style: Style): string {
  const granted = report.granted.length === 0 ? "nothing" : report.granted.map(escapeText).join(" ");
  return block(headline(report.code, report.headline, style), [
    place(report.place, style),
    `granted: ${granted}    asked: ${escapeText(report.asked)}`,
    allow(report.remedy, style),
    footer(report.code, report.record, style),
  ]);
}

export function formatUncaught(report: UncaughtReport, style: Style): string {
  const what = report.name === "" ? report.message : `${report.name}: ${report.message}`;
  const [first = "", ...rest] = escapeLines(what).split("\n");
  const title = `${style.red(style.bold("error"))}${style.bold(`: ${first}`)}`;
  return block(title, [
    ...rest,
    snippet(report.place, style),
    ...report.frames.map((frame) => style.dim(`at ${escapeText(frame)}`)),
    report.cause === undefined ? undefined : `caused by ${escapeLines(report.cause)}`,
    report.rejection ? style.dim("(a rejected promise that nothing awaited)") : undefined,
    report.record === undefined ? undefined : style.dim(`audit record ${report.record}`),
  ]);
}

export function formatLimit(report: LimitReport, style: Style): string {
  return block(headline(report.code, report.headline, style), [
    place(report.place, style),
    report.detail === undefined ? undefined : escapeText(report.detail),
    hint("to raise it:", report.remedy, style),
    footer(report.code, report.record, style),
  ]);
}

export function formatLoad(report: LoadReport, style: Style): string {
  return block(headline(report.code, report.headline, style), [
    report.place && style.dim(`at ${spot(report.place)}`),
    snippet(report.place, style),
    ...(report.notes ?? []).map(escapeLines),
    hint("what helps:", report.remedy, style),
    footer(report.code, undefined, style),
  ]);
}

/** An error of sbx's list that ended a command. */
export function formatFailure(error: SbxError, style: Style): string {
  const { remedy, cause, lines } = error.details;
  const system = cause instanceof Error && "code" in cause ? `the system says: ${cause.message}` : undefined;
  return block(headline(error.code, error.message, style), [
    ...(lines ?? []).map(escapeSource),
    system === undefined ? undefined : escapeText(system),
    hint("what helps:", remedy, style),
    error.code === "E_USAGE" ? undefined : footer(error.code, undefined, style),
  ]);
}

/** Something that sbx itself did wrong. The stack only for those who asked for it. */
export function formatDefect(error: unknown, style: Style, debug: boolean): string {
  const what = error instanceof Error ? error.message : String(error);
  const stack = debug && error instanceof Error ? escapeLines(error.stack ?? "").split("\n") : [];
  return block(headline("E_INTERNAL", `${errorTable.E_INTERNAL.title}: ${what}`, style), [
    ...stack,
    debug ? undefined : "SBX_DEBUG=1 adds the details that a report needs",
    hint("what helps:", errorTable.E_INTERNAL.remedy, style),
  ]);
}

export const formatWarning = (text: string, style: Style): string =>
  `${style.yellow(style.bold("warning"))}: ${escapeText(text)}\n`;

export const formatHint = (text: string, style: Style): string =>
  `${style.cyan("hint")}: ${escapeText(text)}\n`;

/** The same run with more options: what a person can paste. The plugin's arguments stay behind `--`.
 *  @param program how sbx itself was called */
export function commandWith(
  options: { readonly script: string; readonly typed: readonly string[]; readonly args: readonly string[] },
  more: readonly string[],
  program = "sbx",
): string {
  const kept = options.typed.filter((word) => !more.includes(word)).map(withoutPassword);
  const args = options.args.length === 0 ? [] : ["--", ...options.args];
  const script =
    options.script.startsWith("-") && options.script !== "-" ? `./${options.script}` : options.script;
  return [program, "run", script, ...kept, ...more, ...args].map(shellWord).join(" ");
}

/** A proxy's URL may hold one, and what is printed is kept in logs. */
const withoutPassword = (word: string): string =>
  word.startsWith("--proxy=") ? word.replace(/\/\/[^/]*@/, "//…@") : word;

const headline = (code: ErrorCode, text: string, style: Style): string => {
  const [first = "", ...rest] = escapeLines(text).split("\n");
  const tail = rest.map((line) => `\n  ${line}`).join("");
  return `${style.red(style.bold(`error[${code}]`))}${style.bold(`: ${first}`)}${tail}`;
};

const block = (first: string, lines: readonly (string | undefined)[]): string =>
  `${[first, ...lines.filter((line) => line !== undefined).flatMap((line) => line.split("\n").map((part) => `  ${part}`))].join("\n")}\n`;

const spot = ({ file, line, column }: SourcePlace): string => `${escapeText(file)}:${line}:${column}`;

/** One line: where, and the source as it stands there. */
function place(at: SourcePlace | undefined, style: Style): string | undefined {
  if (at === undefined) return undefined;
  const source = at.source === undefined ? "" : `  ${clip(escapeSource(at.source.trim()), SOURCE_COLUMNS)}`;
  return `${style.dim(`at ${spot(at)}`)}${source}`;
}

/** Two lines: the source and a caret below. A long line is shown around its column. */
function snippet(at: SourcePlace | undefined, style: Style): string | undefined {
  if (at?.source === undefined) return undefined;
  const from = Math.max(0, at.column - 1 - SOURCE_COLUMNS / 2);
  const shown = at.source.slice(from, from + SOURCE_COLUMNS);
  const before = escapeSource(shown.slice(0, at.column - 1 - from));
  const text = escapeSource(shown);
  const gutter = `${at.line} │ `;
  const room = Math.max(1, text.length - before.length);
  const caret = "^".repeat(Math.min(Math.max(1, at.length ?? 1), room));
  return `${style.dim(gutter)}${text}\n${" ".repeat(gutter.length + widthOf(before))}${style.red(caret)}`;
}

const hint = (title: string, text: string | undefined, style: Style): string | undefined =>
  text === undefined ? undefined : `${title}  ${style.cyan(escapeSource(text))}`;

const allow = (remedy: string | undefined, style: Style): string | undefined =>
  remedy === undefined ? undefined : hint("to allow it:", remedy, style);

function footer(code: ErrorCode, record: string | undefined, style: Style): string {
  const audit = record === undefined ? "" : ` · audit record ${record}`;
  return style.dim(`sbx explain ${code}${audit}`);
}
