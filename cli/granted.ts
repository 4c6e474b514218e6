/** What is remembered and counted beyond a run, as people and machines read it: answers with their last use, what is left of counters,
 *  and when they end. Judges nothing. */
import { resolve } from "node:path";
import { isSbxError } from "../runtime/core/errors.ts";
import { type Grant, type GrantOptions, parseGrant, printGrant } from "../runtime/core/grant.ts";
import { counterOf, type RememberedAnswer } from "../runtime/powers/own/answers.ts";
import type { Counter, Ledger } from "../runtime/powers/own/ledger.ts";
import { basesAt, grantContext } from "./compose/grants.ts";
import { folders } from "./own.ts";

/** One row of `sbx grants --json`. */
export interface GrantRow {
  /** An answer of a person, or a policy's grant that is counted or ends. */
  readonly origin: "answer" | "policy";
  /** What `sbx revoke` takes; a policy's grants have none. */
  readonly number: number | null;
  readonly id: string | null;
  readonly effect: "allow" | "deny";
  readonly grant: string;
  /** Whose it is: a script's content, a plugin; any, for a policy. */
  readonly subject: string | null;
  /** The script or plugin, or the policy's file. */
  readonly name: string;
  readonly place: string | null;
  /** ISO 8601: when it was made, last used (null: never), and when it ends (null: never). */
  readonly time: string;
  readonly lastUsed: string | null;
  readonly expires: string | null;
  readonly expired: boolean;
  readonly uses: number;
  readonly calls: number;
  readonly bytes: number;
  /** What is left of each counter that it has. */
  readonly left: { readonly uses?: number; readonly calls?: number; readonly bytes?: number };
}

export function grantRows(answers: readonly RememberedAnswer[], ledger: Ledger, now: number): GrantRow[] {
  const given = answers.map((answer): GrantRow => {
    const counter = ledger.read(counterOf(answer));
    return {
      origin: "answer",
      number: answer.number,
      id: answer.id,
      effect: answer.effect,
      grant: answer.grant,
      subject: answer.subject,
      name: answer.name,
      place: answer.place ?? null,
      time: answer.time,
      ...use(optionsOf(answer.grant, answer.effect), counter, Date.parse(answer.time), now),
    };
  });
  return [...given, ...filedRows(ledger, now)];
}

/** `policy FILE GRANT`, as runs count them. A grant begins with its kind, so the last such word ends the file's name. */
function filedRows(ledger: Ledger, now: number): GrantRow[] {
  return ledger.below("policy ").flatMap(({ key, counter }): GrantRow[] => {
    const parts = /^policy (.*?) ((?:read|write|net|data|env|host)(?:=.*)?)$/s.exec(key);
    if (!parts?.[1] || !parts[2]) return [];
    return [
      {
        origin: "policy",
        number: null,
        id: null,
        effect: "allow",
        grant: parts[2],
        subject: null,
        name: parts[1],
        place: parts[1],
        time: new Date(counter.made).toISOString(),
        ...use(optionsOf(parts[2], "allow"), counter, counter.made, now),
      },
    ];
  });
}

type Use = Pick<GrantRow, "lastUsed" | "expires" | "expired" | "uses" | "calls" | "bytes" | "left">;

function use(options: GrantOptions, counter: Counter | undefined, made: number, now: number): Use {
  const { uses = 0, calls = 0, bytes = 0, last = null } = counter ?? {};
  const end = options.for === undefined ? null : made + options.for;
  const rest = (most: number | undefined, used: number) =>
    most === undefined ? undefined : Math.max(0, most - used);
  const left = {
    uses: rest(options.uses, uses),
    calls: rest(options.maxCalls, calls),
    bytes: rest(options.maxBytes, bytes),
  };
  return {
    lastUsed: last === null ? null : new Date(last).toISOString(),
    expires: end === null ? null : new Date(end).toISOString(),
    expired: end !== null && now >= end,
    uses,
    calls,
    bytes,
    left: Object.fromEntries(Object.entries(left).filter(([, n]) => n !== undefined)),
  };
}

const context = () => grantContext(basesAt(process.cwd(), folders().data));

function optionsOf(text: string, effect: Grant["effect"]): GrantOptions {
  return parsed(text, effect)?.options ?? {};
}

function parsed(text: string, effect: Grant["effect"]): Grant | undefined {
  try {
    return parseGrant(text, context(), effect)[0];
  } catch (error) {
    if (isSbxError(error)) return undefined;
    throw error;
  }
}

/** The answers that a word of `sbx revoke` means: a number or id of the list, a grant, or a script by its name or path. */
export function answersFor(word: string, answers: readonly RememberedAnswer[]): RememberedAnswer[] {
  if (/^\d{1,7}$/.test(word)) return answers.filter(({ number }) => number === Number(word));
  const byId = answers.filter(({ id }) => id === word);
  if (byId.length > 0) return byId;
  const wanted = absolute(word);
  if (wanted !== undefined)
    return answers.filter(({ grant }) => grant === word || absolute(grant) === wanted);
  return answers.filter(({ name, place }) => name === word || (place ?? "") === resolve(word));
}

/** A grant with its path written out; undefined for what is no grant. */
function absolute(text: string): string | undefined {
  const grant = parsed(text, "allow");
  if (grant === undefined) return undefined;
  const { scope } = grant;
  if (scope?.kind !== "read" && scope?.kind !== "write") return printGrant(grant);
  return printGrant({ ...grant, scope: { ...scope, written: scope.lexical } });
}
