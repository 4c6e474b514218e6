/** A question as lines on a screen (CONTRACT 4): at most eight, everything foreign escaped, names and reasons clipped, the target
 *  wrapped and never clipped. Pure; knows nothing of keys or of how a terminal is opened. */
import { clip, escapeText, targetLines } from "../runtime/core/escape.ts";
import type { Choice, Question } from "../runtime/gate/consent.ts";
import type { Style } from "./style.ts";

export const MOST_HEADER_LINES = 8;
/** Columns of the bar on the left. */
const GUIDE = 3;

/** Narrower screens are not asked at. */
export const LEAST_COLUMNS = 40;

export interface ChoiceLine {
  readonly choice: Choice;
  readonly label: string;
  /** What stands there once it was chosen. */
  readonly done: string;
}

const choiceLines: readonly ChoiceLine[] = [
  { choice: "no", label: "No", done: "refused" },
  { choice: "once", label: "This once", done: "allowed, one time" },
  { choice: "run", label: "Until the run ends", done: "allowed until the run ends" },
  { choice: "hour", label: "For one hour", done: "allowed for one hour" },
  { choice: "always", label: "Always", done: "allowed from now on (sbx revoke takes it back)" },
  {
    choice: "never",
    label: "Never, do not ask again",
    done: "refused from now on (sbx revoke takes it back)",
  },
];

export const choicesFor = (question: Question): readonly ChoiceLine[] =>
  choiceLines.filter(({ choice }) => question.canRemember || (choice !== "always" && choice !== "never"));

/** The header, or null when the target does not fit: then nothing may be asked. `columns` is the screen's width. */
export function headerLines(question: Question, columns: number, style: Style): string[] | null {
  const room = columns - GUIDE - 1;
  if (columns < LEAST_COLUMNS) return null;
  const target = targetLines(question.target, room);
  if (target === null) return null;
  const verb = question.plain.endsWith(question.target)
    ? question.plain.slice(0, question.plain.length - question.target.length).trim()
    : question.plain;
  const asks = clip(escapeText(question.who), Math.max(16, room - escapeText(verb).length - 12));
  const lines = [clip(`${asks} asks to ${escapeText(verb)}`, room)];
  const rest = [
    ...target.map((line) => style.bold(line)),
    ...quoted(question.reason, room),
    ...(question.combination === undefined
      ? []
      : [style.yellow(clip(escapeText(question.combination), room))]),
    ...(question.at === undefined ? [] : [style.dim(clip(`at ${escapeText(question.at)}`, room))]),
  ];
  return [`┌  ${lines[0]}`, ...rest.map((line) => `│  ${line}`)];
}

/** The plugin's reason on one line, told apart from sbx's own words. */
function quoted(reason: string | undefined, room: number): string[] {
  if (reason === undefined || reason === "") return [];
  const title = "it says: ";
  const shown = clip(escapeText(reason.slice(0, 4 * room)).replaceAll('"', "'"), room - title.length - 2);
  return [`${title}"${shown}"`];
}

/** The question itself. Names the grant when it is wider or narrower than what was asked for. */
export function questionLine(question: Question, scope: number): string {
  const grant = question.scopes[scope]?.grant;
  const exact = grant === undefined || grant === `${question.kind}=${question.target}`;
  return exact ? "Allow it?" : `Allow ${escapeText(grant)}?`;
}

export const keyHelp = (question: Question): string =>
  ["y/n or arrows, Enter", question.scopes.length > 1 ? "e scope" : "", "d details", "q stop the plugin"]
    .filter((part) => part !== "")
    .join(" · ");

const MOST_DETAILS = 16;

/** What `d` shows. */
export function detailLines(question: Question, scope: number, columns: number): string[] {
  const room = columns - GUIDE - 1;
  const grant = question.scopes[scope]?.grant ?? "";
  const lines = [
    `kind: ${question.kind}`,
    `the answers "until the run ends", "for one hour" and "always" grant ${escapeText(grant)}`,
    "the answer for one time grants a single use",
    ...question.details.map(escapeText),
  ];
  return lines.slice(0, MOST_DETAILS).map((line) => `│  ${clip(line, room)}`);
}
