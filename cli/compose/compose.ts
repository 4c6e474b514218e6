/** The only place where everything meets: options, policies, powers, engine, terminal and audit become one run. Decides nothing itself. */
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { fail } from "../../runtime/core/errors.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import { exitWithoutShutdown } from "../../runtime/engine/hosts/endProcess.ts";
import { adoptEngine } from "../../runtime/engine/hosts/process.ts";
import { defaultLimits, type RunLimits } from "../../runtime/gate/limits.ts";
import type { Policy } from "../../runtime/gate/policy.ts";
import { rememberedAnswers } from "../../runtime/powers/own/answers.ts";
import { type AuditFile, openAuditFile } from "../../runtime/powers/own/auditFile.ts";
import { ownFolders } from "../../runtime/powers/own/folders.ts";
import { openLedger } from "../../runtime/powers/own/ledger.ts";
import type { RunOutcome } from "../../runtime/run.ts";
import type { Session } from "../../runtime/session.ts";
import type { CommandContext } from "../command.ts";
import type { RunOptions } from "../flags.ts";
import { PluginOutput } from "../pluginOutput.ts";
import { formatHint, formatWarning } from "../report.ts";
import { styleFor } from "../style.ts";
import { catalogDenies, labelledCatalog, loadCatalog } from "./catalog.ts";
import { clock } from "./clock.ts";
import { sayEnd } from "./ending.ts";
import { flowReport, flowText } from "./explainFlow.ts";
import { basesAt } from "./grants.ts";
import type { Learner } from "./learn.ts";
import { networkOptions } from "./network.ts";
import { cappedLimits, loadPolicies, policiesFor } from "./policies.ts";
import { type Loaded, loadPlugin } from "./program.ts";
import { Remembered } from "./remembered.ts";
import { writeReport } from "./reportFile.ts";
import { protectedPlaces, rulesInForce, statedLabels } from "./rules.ts";
import { closedReport, type RunReport, reportOf, unusedWords } from "./runReport.ts";
import { sessionFor } from "./world.ts";

/** Runs one plugin from the command line. Gives the exit code; whatever is wrong before it starts is thrown. */
export async function runPlugin(options: RunOptions, cx: CommandContext, learner?: Learner): Promise<number> {
  const { engine: child } = cx.start;
  if (!child) throw fail("E_INTERNAL", "the engine was not started");
  const engine = adoptEngine(child);
  try {
    return await composed(options, cx, engine, learner);
  } finally {
    engine.kill();
    exitWithoutShutdown();
  }
}

async function composed(
  options: RunOptions,
  cx: CommandContext,
  engine: Engine,
  learner: Learner | undefined,
): Promise<number> {
  refuseLater(options);
  const home = resolve(homedir());
  const own = ownFolders({ platform: process.platform, home, variables: process.env });
  const warn = (text: string): void => {
    if (!options.quiet) void cx.err.write(formatWarning(text, styleFor(cx.err)));
  };
  const folder = workingFolder();
  const bases = basesAt(folder, own.data);
  const [loaded, filed] = await Promise.all([
    loadPlugin(options, own, cx.start.assets, warn),
    loadPolicies(options.policy, bases),
  ]);
  const policies = policiesFor(filed, loaded);
  const filedCatalog = labelledCatalog(
    loadCatalog(options.catalog, bases),
    statedLabels(options, policies, bases),
  );
  const ledger = openLedger(`${own.data}/ledger.sqlite`);
  const network = await networkOptions(options);
  const policy = await rulesInForce(
    options,
    policies,
    { ...bases, plugin: loaded.root ?? bases.plugin },
    protectedPlaces({ own, policies, loaded, options, catalog: filedCatalog }),
    ledger,
    warn,
  );
  for (const { grant, at } of catalogDenies(filedCatalog, loaded.id)) policy.add(grant, at, clock.now());
  const answers = rememberedAnswers(`${own.data}/answers.json`, ledger);
  const remembered = new Remembered({ answers, ledger, loaded, policy, bases });
  const limits = cappedLimits(askedLimits(options), policies);
  void engine.ready.then((ready) => {
    if (ready?.walls.length === 0)
      warn("this system puts no wall around the engine; sbx doctor tells what holds");
  });
  const run = runId();
  const audit = openAuditFile(options.audit ?? `${own.state}/audit/${run}.jsonl`, run);
  const plugin = learner === undefined ? cx : { ...cx, out: cx.err };
  const output = new PluginOutput(plugin.out, plugin.err);
  const session = await sessionFor({
    output,
    network,
    options,
    cx: plugin,
    engine,
    own,
    loaded,
    policies,
    policy,
    remembered,
    limits,
    run,
    audit,
    bases,
    catalog: filedCatalog,
    ledger,
    ...(learner === undefined ? {} : { learner }),
  });
  remembered.follow((rules) => session.withdraw(rules));
  try {
    const end = { options, cx, session, loaded, policy, audit, output };
    return await ended(learner === undefined ? end : { ...end, learner });
  } finally {
    remembered.close();
    audit.close();
  }
}

/** @throws E_UNAVAILABLE when the working directory was removed under us */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw fail("E_UNAVAILABLE", "the working directory does not exist any more", {
      cause,
      remedy: "cd to one that does",
    });
  }
}

/** Options of the contract whose feature does not exist yet are refused, never ignored. */
function refuseLater(options: RunOptions): void {
  const later: [string, boolean][] = [
    ["--watch", options.watch],
    ["--trace", options.trace !== undefined],
  ];
  const asked = later.find(([, given]) => given);
  if (asked) throw fail("E_USAGE", `${asked[0]} is not available in this version`);
}

const askedLimits = (options: RunOptions): RunLimits => ({
  ...defaultLimits,
  ...options.limits,
  ...(options.prompts === undefined ? {} : { prompts: options.prompts }),
});

/** A run's name: sorts by time, 26 characters of Crockford's base 32 as in the ULID specification. */
function runId(): string {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  let time = clock.now();
  let head = "";
  for (let i = 0; i < 10; i += 1) {
    head = alphabet[time % 32] + head;
    time = Math.floor(time / 32);
  }
  return head + [...randomBytes(16)].map((byte) => alphabet[byte % 32]).join("");
}

interface Ending {
  readonly options: RunOptions;
  readonly cx: CommandContext;
  readonly session: Session;
  readonly loaded: Loaded;
  readonly policy: Policy;
  readonly audit: AuditFile;
  readonly output: PluginOutput;
  readonly learner?: Learner;
}

async function ended(end: Ending): Promise<number> {
  const { options, cx, session, loaded, policy, audit, output, learner } = end;
  const outcome = await session.run();
  const readerLeft = cx.out.closed && outcome.end.kind === "stopped";
  await output.settle();
  if (!readerLeft) await sayEnd({ outcome, options, cx, loaded, policy });
  const report: RunReport = {
    ...reportOf(outcome, policy, loaded, audit),
    ...(options.explainFlow ? { flow: flowReport(outcome, policy, false) } : {}),
  };
  if (options.explainFlow && outcome.speaks && !options.json && !readerLeft)
    await cx.err.write(flowText(flowReport(outcome, policy, cx.err.isTerminal)));
  if (options.report !== undefined) {
    writeReport(options.report, report);
    const idle = unusedWords(outcome, policy);
    if (idle !== undefined && outcome.speaks && !options.quiet && !readerLeft)
      await cx.err.write(formatHint(idle, styleFor(cx.err)));
  }
  if (learner !== undefined) await sayLearned(end, learner, outcome);
  else if (options.json)
    await cx.err.write(`${JSON.stringify(outcome.speaks ? report : closedReport(report))}\n`);
  return readerLeft ? 0 : outcome.exit;
}

async function sayLearned(
  { options, cx, session, loaded, policy }: Ending,
  learner: Learner,
  outcome: RunOutcome,
): Promise<void> {
  const { learnText } = await import("./learn.ts");
  const folder = workingFolder();
  const learned = learner.report({ outcome, loaded, places: policy.places, folder, asked: session.asks });
  await cx.out.write(
    options.json ? `${JSON.stringify(learned)}\n` : learnText(learned, options, process.argv0),
  );
}
