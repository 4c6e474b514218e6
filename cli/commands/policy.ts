/** `sbx policy`: are the policies right, what do they say together, and what of what was allowed would they refuse today? */
import { fail } from "../../runtime/core/errors.ts";
import { escapeText } from "../../runtime/core/escape.ts";
import { auditRecords } from "../auditLog.ts";
import type { Command, CommandContext } from "../command.ts";
import { basesAt, type GrantBases } from "../compose/grants.ts";
import { type FiledPolicy, loadPolicies, loadPolicy } from "../compose/policies.ts";
import { PolicyCheck, type PolicyFindings } from "../compose/policyCheck.ts";
import { shownPolicy } from "../compose/policyShow.ts";
import { answers, auditFiles, folders } from "../own.ts";
import { readWords, type Words } from "../words.ts";

export const policy: Command = async (argv, cx) => {
  const [word, ...rest] = argv;
  if (word !== "check" && word !== "show")
    throw fail("E_USAGE", word === undefined ? "check or show?" : `policy knows no "${word}"`, {
      remedy: "sbx policy check [FILE…], sbx policy show [FILE…]",
    });
  const words = readWords(rest, { command: "policy", switches: ["json"], most: 20 });
  const bases = basesAt(process.cwd(), folders().data);
  const filed = await filedOf(words, bases);
  return word === "check" ? await check(filed, bases, words, cx) : await show(filed, words, cx);
};

/** The named ones, the first one highest; or those that a run here would have. @throws E_POLICY */
async function filedOf({ bare }: Words, bases: GrantBases): Promise<FiledPolicy[]> {
  if (bare.length === 0) return await loadPolicies(undefined, bases);
  return await Promise.all(bare.map((path) => loadPolicy(path, bases)));
}

async function check(
  filed: readonly FiledPolicy[],
  bases: GrantBases,
  words: Words,
  cx: CommandContext,
): Promise<number> {
  const against = new PolicyCheck(filed, bases);
  const findings: PolicyFindings = {
    policies: filed.map(({ path }) => path),
    answers: against.answers(answers().list()),
    audit: await against.audit(auditRecords(auditFiles())),
  };
  await cx.out.write(words.switches.has("json") ? `${JSON.stringify(findings)}\n` : findingsText(findings));
  return 0;
}

function findingsText({ policies, answers: given, audit }: PolicyFindings): string {
  if (policies.length === 0)
    return "no policy: neither the machine's nor $SBX_POLICY; name a file to check it\n";
  const lines = [`valid: ${policies.map(escapeText).join(", ")}`];
  lines.push(`remembered answers: ${given.checked}, refused today: ${given.refused.length}`);
  for (const { number, grant, name, rule } of given.refused)
    lines.push(`  ${number}  ${escapeText(grant)}  ${escapeText(name)}  (${escapeText(rule)})`);
  const refused = audit.refused.reduce((sum, { count }) => sum + count, 0);
  lines.push(`allowed operations in the audit: ${audit.checked}, refused today: ${refused}`);
  for (const { count, op, resource, plugin, rule } of audit.refused)
    lines.push(`  ${count} ×  ${op}  ${escapeText(resource)}  ${escapeText(plugin)}  (${escapeText(rule)})`);
  return `${lines.join("\n")}\n`;
}

async function show(filed: readonly FiledPolicy[], words: Words, cx: CommandContext): Promise<number> {
  const shown = filed.map(shownPolicy);
  if (words.switches.has("json")) {
    await cx.out.write(`${JSON.stringify(shown)}\n`);
    return 0;
  }
  if (shown.length === 0) await cx.err.write("no policy: neither the machine's nor $SBX_POLICY\n");
  for (const { path, rules, plugins, trust } of shown) {
    await cx.out.write(`${escapeText(path)}\n`);
    for (const { rule, text, at } of rules)
      await cx.out.write(`  ${rule.padEnd(8)} ${escapeText(text)}  (${escapeText(at)})\n`);
    for (const { id, at } of plugins)
      await cx.out.write(`  plugin   ${escapeText(id)}: rules of its own  (${escapeText(at)})\n`);
    if (trust.signature || trust.review)
      await cx.out.write(`  trust    only ${trust.signature ? "signed" : "reviewed"} plugins run\n`);
  }
  return 0;
}
