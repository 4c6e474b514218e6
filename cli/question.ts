/** A question as lines on a screen (CONTRACT 4): at most eight, everything foreign escaped, names and reasons clipped, the target
 *  wrapped and never clipped. Pure; knows nothing of keys or of how a terminal is opened. */
import { clip, escapeText, targetLines, widthOf, wrap, wrapWords } from "../runtime/core/escape.ts";
import type { Choice, Question } from "../runtime/gate/consent.ts";
import type { Style } from "./style.ts";

export const MOST_HEADER_LINES = 8;
/** Columns of the bar on the left. */
const GUIDE = 3;
const MOST_TITLE_LINES = 2;
/** Columns that a name has at least, however long the sentence around it is. */
const LEAST_NAME = 16;

/** Narrower screens are not asked at. */
export const LEAST_COLUMNS = 40;

/** How it is drawn: with a bar on the left and colours, or as bare lines for screen readers and simple terminals. */
export interface Look {
  readonly style: Style;
  readonly plain: boolean;
}

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

/** The answers that this question has, No first. */
export const choicesFor = (question: Question): readonly ChoiceLine[] =>
  choiceLines.filter(({ choice }) =>
    question.choices !== undefined
      ? question.choices.includes(choice)
      : question.canRemember || (choice !== "always" && choice !== "never"),
  );

const roomFor = (columns: number, look: Look): number => columns - 1 - (look.plain ? 0 : GUIDE);

/** The header, or null when the target does not fit: then nothing may be asked. `columns` is the screen's width. */
export function headerLines(question: Question, columns: number, look: Look): string[] | null {
  const room = roomFor(columns, look);
  if (columns < LEAST_COLUMNS) return null;
  const target = targetLines(question.target, room);
  const title = titleLines(question, room);
  if (target === null || title === null) return null;
  const reason = quoted(question.reason, room);
  const release = releaseLines(question, room);
  const free = MOST_HEADER_LINES - title.length - target.length - reason.length - release.length;
  if (free < 0) return null;
  const combination =
    question.combination === undefined ? [] : sentence(escapeText(question.combination), room, free);
  const at =
    question.at === undefined || combination.length >= free
      ? []
      : [clip(`at ${escapeText(question.at)}`, room)];
  const { style } = look;
  const lines = [
    ...title,
    ...target.map((line) => style.bold(line)),
    ...reason,
    ...release.map((line) => style.yellow(line)),
    ...combination.map((line) => style.yellow(line)),
    ...at.map((line) => style.dim(line)),
  ];
  return look.plain ? lines : lines.map((line, i) => `${i === 0 ? "┌" : "│"}  ${line}`);
}

/** Who asks to do what. The name gives way, the deed never does. */
function titleLines(question: Question, room: number): string[] | null {
  const { plain, target } = question;
  const deed = plain.endsWith(target) ? plain.slice(0, plain.length - target.length).trim() : plain;
  const asks = ` asks to ${escapeText(deed)}`;
  const who = escapeText(question.who);
  const lines = wrapWords(`${clip(who, Math.max(LEAST_NAME, room - asks.length))}${asks}`, room);
  return lines.length > MOST_TITLE_LINES ? null : lines;
}

/** What was read, what goes out and how it begins, and what a lasting yes lets out: a line each, the rest is among the details. */
function releaseLines({ release }: Question, room: number): string[] {
  if (release === undefined) return [];
  const { read, content, lasting } = release;
  return [read, content.slice(0, 4 * room), lasting].map((text) => clip(escapeText(text), room));
}

/** The plugin's reason on one line, told apart from sbx's own words. */
function quoted(reason: string | undefined, room: number): string[] {
  if (reason === undefined || reason === "") return [];
  const title = "it says: ";
  const shown = clip(quotable(reason, 4 * room), room - title.length - 2);
  return [`${title}"${shown}"`];
}

const quotable = (reason: string, most: number): string =>
  escapeText(reason.slice(0, most)).replaceAll('"', "'");

/** Escaped text in as many lines as are left; what does not fit is among the details. */
function sentence(text: string, room: number, most: number): string[] {
  const lines = wrapWords(text, room);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), clip(lines.slice(most - 1).join(" "), room)];
}

/** The question itself. Names the grant when it is wider or narrower than what was asked for. */
function questionLine(question: Question, scope: number): string {
  if (question.release !== undefined) return "Let it out?";
  const grant = question.scopes[scope]?.grant;
  const exact = grant === undefined || grant === `${question.kind}=${question.target}`;
  return exact ? "Allow it?" : `Allow ${escapeText(grant)}?`;
}

function keyHelp(question: Question, look: Look): string {
  const more = [question.scopes.length > 1 ? "e scope" : "", "d details", "q stop the plugin"];
  const first = look.plain ? "a number, or y or n, then Enter" : "y/n or arrows, Enter";
  return [first, ...more.filter((part) => part !== "")].join(look.plain ? ", " : " · ");
}

/** The question and the keys that answer it, in lines that fit. A grant is broken anywhere and never shortened. */
export function messageLines(question: Question, scope: number, columns: number, look: Look): string[] {
  const room = roomFor(columns, look);
  const asked = questionLine(question, scope);
  const help = keyHelp(question, look);
  const { dim } = look.style;
  if (!look.plain && widthOf(asked) + widthOf(help) + 2 <= room) return [`${asked}  ${dim(help)}`];
  return [...wrap(asked, room), ...wrapWords(help, room).map(dim)];
}

/** Lines that one part of the details takes at most. A grant is never cut: it takes no more than a target and its kind. */
const MOST_DETAIL = 6;

/** What `d` shows: everything that the header had to shorten, and what the answers mean. */
export function detailLines(question: Question, scope: number, columns: number, look: Look): string[] {
  const room = roomFor(columns, look);
  const grant = question.scopes[scope]?.grant ?? "";
  const { reason, combination, at, release } = question;
  const said = (text: string): string[] => sentence(text, room, MOST_DETAIL);
  const lines = [
    `kind: ${question.kind}`,
    ...said(`who asks: ${escapeText(question.who)}`),
    ...(reason === undefined || reason === ""
      ? []
      : said(`it says: "${quotable(reason, MOST_DETAIL * room)}"`)),
    ...(combination === undefined ? [] : said(escapeText(combination))),
    ...(release === undefined
      ? []
      : [release.read, release.lasting, release.content].flatMap((text) => said(escapeText(text)))),
    ...(at === undefined ? [] : said(`at ${escapeText(at)}`)),
    ...wrapWords("the answers are about this grant:", room),
    ...wrap(escapeText(grant), room),
    ...question.details.flatMap((detail) => said(escapeText(detail))),
  ];
  return look.plain ? lines : lines.map((line) => `│  ${line}`);
}

/** Rows that a question needs besides its header: bar, question, choices, end. */
export function rowsBelow(question: Question, scope: number, columns: number, look: Look): number {
  const lines = messageLines(question, scope, columns, look).length;
  return lines + choicesFor(question).length + (look.plain ? 1 : 3);
}
