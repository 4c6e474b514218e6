/** The command line of `run`: words in, one plain object out. Promises that nothing behind the end of the options, and nothing
 *  behind `--`, is ever read as an option. Knows the options' names and units; refuses to know what a grant's scope means. */
import type { Kind } from "../runtime/core/capability.ts";
import { fail, type SbxError } from "../runtime/core/errors.ts";
import { checkLabel } from "../runtime/core/labels.ts";
import { nearest } from "../runtime/core/nearest.ts";
import { bareGrantHints } from "./hints.ts";
import { type LimitName, limitRows, readLimit } from "./limits.ts";
import {
  type Effect,
  type OptionRow,
  optionTable,
  scopeExample,
  shortKinds,
  type Text,
} from "./optionTable.ts";

/** A grant as it was typed; `runtime/core/grant.ts` parses its text. */
export interface RawGrant {
  readonly effect: Effect;
  readonly kind: Kind;
  /** What stood behind `=`; null for a bare flag. */
  readonly text: string | null;
  /** The flag as typed, for messages. */
  readonly flag: string;
}

/** `SOURCE:LABEL` or `SINK:LABEL`. */
export interface LabelFlag {
  readonly on: string;
  readonly label: string;
}

export interface RunOptions {
  /** A script, a folder, a package, or `-` for standard input. */
  readonly script: string;
  /** The program itself, for `eval`; `script` is then `-`. */
  readonly source?: string;
  /** The plugin's own arguments, untouched. */
  readonly args: readonly string[];
  /** The options as typed, so that a command can be printed that does the same and more. */
  readonly typed: readonly string[];
  /** In the order typed; `-A` stands here as one bare allow of every kind, each with the flag `-A`. */
  readonly grants: readonly RawGrant[];
  readonly allowAll: boolean;
  /** Only what was typed: bytes, milliseconds or counts by the limit's row. */
  readonly limits: Readonly<Partial<Record<LimitName, number>>>;
  readonly noPrompt: boolean;
  readonly prompts?: number;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly watch: boolean;
  readonly strictFlow: boolean;
  readonly explainFlow: boolean;
  readonly labels: readonly LabelFlag[];
  readonly clear: readonly LabelFlag[];
  readonly policy?: string;
  readonly catalog?: string;
  readonly audit?: string;
  readonly report?: string;
  readonly trace?: string;
  readonly caFile?: string;
  readonly proxy?: string;
  readonly deterministic?: string;
  /** Sentences worth saying on stderr before the run: nothing is wrong, but it may not be what was meant. */
  readonly hints: readonly string[];
}

const usage = (message: string, remedy?: string): SbxError =>
  fail("E_USAGE", message, remedy === undefined ? {} : { remedy });

type Draft = {
  -readonly [K in keyof RunOptions]: RunOptions[K] extends readonly (infer T)[] ? T[] : RunOptions[K];
};
type Builder = Omit<Draft, "limits"> & { limits: Partial<Record<LimitName, number>> };

const emptyDraft = (): Builder => ({
  script: "",
  args: [],
  typed: [],
  grants: [],
  allowAll: false,
  limits: {},
  noPrompt: false,
  quiet: false,
  json: false,
  watch: false,
  strictFlow: false,
  explainFlow: false,
  labels: [],
  clear: [],
  hints: [],
});

const isOption = (word: string): boolean => word.length > 1 && word.startsWith("-");

/** Reads the words behind `sbx run`. Where the options end is decided before any of them is read.
 *  @throws E_USAGE with a remedy: unknown, repeated, valueless, ill-valued or contradictory options, or no script. */
export function parseRun(argv: readonly string[]): RunOptions {
  const before = optionsUntil(argv, 0);
  const bareScript = argv[before] === "--";
  const at = bareScript ? before + 1 : before;
  const script = argv[at];
  const behind = bareScript ? at + 1 : optionsUntil(argv, at + 1);
  const options = [...argv.slice(0, before), ...argv.slice(at + 1, behind)];
  const args = argv.slice(argv[behind] === "--" && !bareScript ? behind + 1 : behind);

  const draft = emptyDraft();
  const seen = new Set<string>();
  for (const word of options) readOption(word, draft, seen);
  if (script === undefined || script === "") throw noScript(script);
  draft.script = script;
  draft.args = args;
  draft.typed = options;
  draft.hints.push(...bareGrantHints(argv, before, at, behind));
  checkContradictions(draft);
  return draft;
}

/** Index of the first word from `from` on that is no option: a bare word, `-`, `--`, or the end. */
function optionsUntil(argv: readonly string[], from: number): number {
  let at = from;
  while (at < argv.length && argv[at] !== "--" && isOption(argv[at] ?? "")) at += 1;
  return at;
}

function noScript(script: string | undefined): SbxError {
  const what = script === undefined ? "what to run is missing" : "the script's name is empty";
  return usage(what, "sbx run [options] plugin.ts [args…], or sbx run - < plugin.ts");
}

function readOption(word: string, draft: Builder, seen: Set<string>): void {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word : word.slice(0, equals);
  const value = equals < 0 ? null : word.slice(equals + 1);
  const row = optionTable.get(name);
  if (row !== undefined) applyOption(row, name, value, draft, seen);
  else for (const kind of combinedShorts(name, value)) applyShort(kind, name, draft, seen);
}

/** `-RW` means `-R -W`. @throws E_USAGE for everything else that is not in the table. */
function combinedShorts(name: string, value: string | null): string[] {
  const letters = /^-([A-Za-z]{2,})$/.exec(name)?.[1];
  const known = letters !== undefined && [...letters].every((letter) => optionTable.has(`-${letter}`));
  if (!known) throw unknownOption(name, value);
  if (value === null) return [...letters];
  const apart = [...letters].map((letter) => `-${letter}=${value}`).join(" ");
  throw usage(`${name} joins several flags, so it takes no scope`, `write ${apart}`);
}

function applyShort(letter: string, name: string, draft: Builder, seen: Set<string>): void {
  const row = optionTable.get(`-${letter}`);
  if (row !== undefined) applyOption(row, row.does === "grant" ? name : `-${letter}`, null, draft, seen);
}

function unknownOption(name: string, value: string | null): SbxError {
  const close = nearest(name, [...optionTable.keys()]);
  const attached = /^-([RWNDEH])(.+)$/.exec(name);
  const meant =
    attached === null
      ? close === undefined
        ? ""
        : ` Did you mean ${value === null ? close : `${close}=${value}`}?`
      : ` A scope stands behind "=": -${attached[1]}=${attached[2]}.`;
  return usage(
    `there is no option ${name}.${meant}`,
    `words for the plugin itself go behind --: sbx run plugin.ts -- ${value === null ? name : `${name}=${value}`}`,
  );
}

function applyOption(
  row: OptionRow,
  name: string,
  value: string | null,
  draft: Builder,
  seen: Set<string>,
): void {
  switch (row.does) {
    case "grant":
      if (value === "")
        throw usage(
          `${name}= has no scope`,
          `name one, as ${name}=${scopeExample[row.kind]}, or leave out the "="`,
        );
      draft.grants.push({
        effect: row.effect,
        kind: row.kind,
        text: value,
        flag: value === null ? name : `${name}=${value}`,
      });
      return;
    case "all":
      if (value !== null) throw usage(`${name} takes no scope`, "it allows every kind: leave out the value");
      if (!draft.allowAll) draft.grants.push(...allKinds(name));
      draft.allowAll = true;
      return;
    case "switch":
      if (value !== null) throw usage(`${name} takes no value`, `write ${name}`);
      draft[row.sets] = true;
      return;
    case "label":
      draft[row.sets].push(readLabel(name, value, row.example));
      return;
    case "limit":
      once(name, seen);
      draft.limits[row.sets] = readLimit(row.sets, needValue(name, value, limitExample(row.sets)));
      return;
    case "prompts":
      once(name, seen);
      draft.prompts = readCount(name, needValue(name, value, "20"));
      return;
    case "text":
      once(name, seen);
      draft[row.sets] = checkText(row.sets, name, needValue(name, value, row.example));
      return;
    default:
      row satisfies never;
  }
}

const allKinds = (flag: string): RawGrant[] =>
  Object.values(shortKinds).map((kind) => ({ effect: "allow", kind, text: null, flag }));

const limitExample = (name: LimitName): string => limitRows.get(name)?.example ?? "";

function once(name: string, seen: Set<string>): void {
  if (seen.has(name)) throw usage(`${name} stands there twice`, `keep one ${name}=…`);
  seen.add(name);
}

function needValue(name: string, value: string | null, example: string): string {
  if (value === null || value === "") throw usage(`${name} needs a value`, `write ${name}=${example}`);
  return value;
}

function readCount(name: string, value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw usage(`${name}=${value} is not a count`, `write ${name}=20`);
  return Number(value);
}

function readLabel(name: string, value: string | null, example: string): LabelFlag {
  const typed = needValue(name, value, example);
  const colon = typed.lastIndexOf(":");
  const label = typed.slice(colon + 1);
  if (colon < 1) throw usage(`${name}=${typed} names no label`, `write ${name}=${example}`);
  return { on: typed.slice(0, colon), label: checkLabel(label) };
}

function checkText(option: Text, name: string, value: string): string {
  if (value.includes("\0")) throw usage(`${name} has a NUL character in its value`);
  if (option === "proxy") checkProxy(name, value);
  return value;
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

/** Its value may hold a password, which no message repeats. */
function checkProxy(name: string, value: string): void {
  const example = `write ${name}=http://proxy.example:3128`;
  const url = URL.parse(value);
  if (url === null || url.hostname === "" || !isDecodable(url.username + url.password))
    throw usage(`the value of ${name} is not a proxy's URL`, example);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw usage(
      `${name} is not a proxy's URL: http:// and https:// proxies are spoken to, not ${url.protocol}//`,
      example,
    );
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    throw usage(`the value of ${name} is not a proxy's URL: nothing follows its host and port`, example);
}

function checkContradictions(draft: Builder): void {
  if (draft.noPrompt && draft.prompts !== undefined && draft.prompts > 0) {
    throw usage(
      `--no-prompt and --prompts=${draft.prompts} contradict each other`,
      "keep the one that you mean",
    );
  }
  if (draft.watch && draft.script === "-") {
    throw usage("--watch has no file to watch when the program comes from standard input");
  }
  const written = (["audit", "report", "trace"] as const).filter((name) => draft[name] !== undefined);
  for (const [i, name] of written.entries()) {
    const twin = written.slice(i + 1).find((other) => draft[other] === draft[name]);
    if (twin !== undefined)
      throw usage(`--${name} and --${twin} name the same file`, "give each a file of its own");
  }
  for (const rule of draft.grants) {
    const opposite =
      rule.effect === "allow" &&
      draft.grants.some(
        (other) => other.effect !== "allow" && other.kind === rule.kind && other.text === rule.text,
      );
    if (opposite && rule.flag !== "-A" && rule.flag !== "--allow-all") {
      draft.hints.push(`${rule.flag} has no effect: a flag that forbids exactly the same wins`);
    }
  }
}
