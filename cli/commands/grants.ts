/** `sbx grants`: what is remembered: the answers "always" and "never", and what runs share of policies' counted grants. */
import { escapeText } from "../../runtime/core/escape.ts";
import { humanSize } from "../../runtime/core/units.ts";
import type { Command } from "../command.ts";
import { type GrantRow, grantRows } from "../granted.ts";
import { answers, ledger } from "../own.ts";
import { readWords } from "../words.ts";

export const grants: Command = async (argv, cx) => {
  const words = readWords(argv, { command: "grants", switches: ["json"], most: 0 });
  const counters = ledger();
  const rows = grantRows(answers(counters).list(), counters, Date.now());
  if (words.switches.has("json")) {
    await cx.out.write(`${JSON.stringify(rows)}\n`);
    return 0;
  }
  if (rows.length === 0) await cx.err.write("nothing is remembered\n");
  const widest = Math.max(1, ...rows.map(({ number }) => String(number ?? "").length));
  for (const row of rows) {
    const head = `${String(row.number ?? "").padStart(widest)}  ${wordOf(row)}  ${escapeText(row.grant)}`;
    await cx.out.write(`${head}  ${escapeText(row.name)}  ${factsOf(row).join("; ")}\n`);
  }
  return 0;
};

const wordOf = ({ origin, effect }: GrantRow): string =>
  origin === "policy" ? "policy" : effect === "allow" ? "always" : "never ";

function factsOf(row: GrantRow): string[] {
  const { left, effect, lastUsed, expires, expired } = row;
  const facts = [`since ${row.time.slice(0, 10)}`];
  if (effect === "deny") return facts;
  facts.push(lastUsed === null ? "never used" : `last used ${minute(lastUsed)}`);
  if (left.uses !== undefined) facts.push(`${left.uses} ${left.uses === 1 ? "use" : "uses"} left`);
  if (left.calls !== undefined) facts.push(`${left.calls} ${left.calls === 1 ? "call" : "calls"} left`);
  if (left.bytes !== undefined) facts.push(`${humanSize(left.bytes)} left`);
  if (expires !== null) facts.push(`${expired ? "ended" : "ends"} ${minute(expires)}`);
  return facts;
}

/** As far as a person reads it; in UTC, as everything in the audit. */
const minute = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)}Z`;
