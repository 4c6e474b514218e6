/** The only place where everything meets: options, policies, powers, engine, terminal and audit become one run. Decides nothing itself. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename } from "node:path";
import { fail, type SbxError } from "../runtime/core/errors.ts";
import { parseGrant, parseScopes, printGrant } from "../runtime/core/grant.ts";
import { autorunPlaces, secretPlaces } from "../runtime/core/places.ts";
import type { Engine } from "../runtime/engine/engine.ts";
import { adoptEngine } from "../runtime/engine/hosts/process.ts";
import type { Memory } from "../runtime/gate/consent.ts";
import { type ClearRule, Flow, type LabelRule, type StreamSink } from "../runtime/gate/flow.ts";
import { defaultLimits, type RunLimits } from "../runtime/gate/limits.ts";
import { Policy, type Protected } from "../runtime/gate/policy.ts";
import { environment } from "../runtime/powers/env.ts";
import { files } from "../runtime/powers/files/files.ts";
import { net } from "../runtime/powers/net/net.ts";
import { type Answers, rememberedAnswers } from "../runtime/powers/own/answers.ts";
import { type AuditFile, openAuditFile } from "../runtime/powers/own/auditFile.ts";
import { type OwnFolders, ownFolders } from "../runtime/powers/own/folders.ts";
import { pluginStore } from "../runtime/powers/store.ts";
import { Session } from "../runtime/session.ts";
import { findOperation } from "../stdlib/generated/registry.ts";
import { clock } from "./clock.ts";
import { sayEnd } from "./ending.ts";
import type { RunOptions } from "./flags.ts";
import { type GrantBases, grantContext, missingScope, refusePublicSuffix, resolveGrant } from "./grants.ts";
import type { CommandContext } from "./main.ts";
import { PluginOutput } from "./pluginOutput.ts";
import { cappedLimits, loadPolicies, mergedClearances, type PolicySet } from "./policies.ts";
import { type Loaded, loadPlugin } from "./program.ts";
import { formatWarning } from "./report.ts";
import { type RunReport, reportOf } from "./runReport.ts";
import { standardInput } from "./stdin.ts";
import { styleFor } from "./style.ts";
import { terminalConsent } from "./terminal.ts";
import { versionOf } from "./version.ts";

/** Runs one plugin from the command line. Gives the exit code; whatever is wrong before it starts is thrown. */
export async function runPlugin(options: RunOptions, cx: CommandContext): Promise<number> {
  const { engine: child } = cx.start;
  if (!child) throw fail("E_INTERNAL", "the engine was not started");
  const engine = adoptEngine(child);
  try {
    return await composed(options, cx, engine);
  } finally {
    engine.kill();
  }
}

async function composed(options: RunOptions, cx: CommandContext, engine: Engine): Promise<number> {
  refuseLater(options);
  const home = homedir();
  const own = ownFolders({ platform: process.platform, home, variables: process.env });
  const warn = (text: string): void => {
    if (!options.quiet) void cx.err.write(formatWarning(text, styleFor(cx.err)));
  };
  const bases: GrantBases = {
    folder: process.cwd(),
    home,
    plugin: process.cwd(),
    data: own.data,
    tmp: tmpdir(),
  };
  const [loaded, policies] = await Promise.all([
    loadPlugin(options, own, cx.start.assets, warn),
    loadPolicies(options.policy, bases),
  ]);
  if (options.catalog !== undefined) await checkCatalog(options.catalog);
  const policy = await rulesInForce(
    options,
    policies,
    { ...bases, plugin: loaded.root ?? bases.plugin },
    protectedPlaces(own, policies, loaded),
    warn,
  );
  const answers = rememberedAnswers(`${own.data}/answers.json`);
  const remembered = recall(answers, loaded, policy, bases);
  const limits = cappedLimits(askedLimits(options), policies);
  const run = runId();
  const audit = openAuditFile(options.audit ?? `${own.state}/audit/${run}.jsonl`, run);
  const output = new PluginOutput(cx.out, cx.err);
  const session = await sessionFor({
    output,
    options,
    cx,
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
  });
  try {
    return await ended(options, cx, session, loaded, policy, audit, output);
  } finally {
    audit.close();
  }
}

/** Options of the contract whose feature does not exist yet are refused, never ignored. */
function refuseLater(options: RunOptions): void {
  const later: [string, boolean][] = [
    ["--watch", options.watch],
    ["--trace", options.trace !== undefined],
    ["--proxy", options.proxy !== undefined],
    ["--explain-flow", options.explainFlow],
  ];
  const asked = later.find(([, given]) => given);
  if (asked) throw fail("E_USAGE", `${asked[0]} is not available in this version`);
}

/** Catalogs come with a later version; a malformed one is refused today. */
async function checkCatalog(path: string): Promise<void> {
  const { readFileSync } = await import("node:fs");
  const { JsonText } = await import("../runtime/core/jsonc.ts");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fail("E_CATALOG", `the catalog ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const file = new JsonText(text, path, "E_CATALOG");
  const version = file.member(file.root, "version");
  if (version?.value !== 1) throw file.wrong(version ?? file.root, `"version" must be 1`);
  const datasets = file.member(file.root, "datasets");
  if (datasets?.type !== "object") throw file.wrong(datasets ?? file.root, `"datasets" must be an object`);
}

const askedLimits = (options: RunOptions): RunLimits => ({
  ...defaultLimits,
  ...options.limits,
  ...(options.prompts === undefined ? {} : { prompts: options.prompts }),
});

/** sbx's own files, policies, and the files that the plugin is made of. */
function protectedPlaces(own: OwnFolders, policies: PolicySet, loaded: Loaded): Protected[] {
  const mine = [
    own.config,
    own.data,
    own.state,
    own.cache,
    ...(process.env.SBX_HOME ? [process.env.SBX_HOME] : []),
  ].map((path) => ({ path, what: "sbx's own files" }));
  const rules = policies.files.map((path) => ({ path, what: "a policy" }));
  return [...mine, ...rules, ...loaded.ownFiles.map((path) => ({ path, what: "the plugin's own files" }))];
}

async function rulesInForce(
  options: RunOptions,
  policies: PolicySet,
  bases: GrantBases,
  own: readonly Protected[],
  warn: (text: string) => void,
): Promise<Policy> {
  const { home } = bases;
  const policy = new Policy(
    {
      secret: secretPlaces(home),
      autorun: autorunPlaces(home),
      foldCase: process.platform === "win32" || process.platform === "darwin",
    },
    own,
  );
  const context = grantContext(bases);
  const now = clock.now();
  for (const { effect, kind, text, flag } of options.grants)
    for (const grant of parseScopes(effect, kind, text, context)) {
      await refusePublicSuffix(grant);
      const resolved = resolveGrant(grant);
      const missing = missingScope(resolved);
      if (missing !== undefined) warn(`${flag}: ${missing} does not exist (yet)`);
      policy.add(resolved, flag, now);
    }
  for (const rules of policies.rules) {
    for (const { grant, at } of [...rules.allow, ...rules.deny, ...rules.ignore])
      policy.add(resolveGrant(grant), at, now);
    if (rules.ceiling) policy.limitTo(rules.ceiling.map(resolveGrant));
  }
  return policy;
}

/** Remembered answers of this very program, in force again; and where new ones go. */
function recall(answers: Answers, loaded: Loaded, policy: Policy, bases: GrantBases): Memory {
  const context = grantContext(bases);
  for (const { subject, effect, grant, id } of answers.list()) {
    if (subject !== loaded.subject) continue;
    for (const parsed of parseGrant(grant, context, effect))
      policy.add(resolveGrant(parsed), `remembered answer ${id}`, clock.now());
  }
  return {
    remember: (grant, effect) =>
      answers.add({
        subject: loaded.subject,
        name: loaded.program.name,
        effect,
        grant: printGrant(grant),
        time: new Date(clock.now()).toISOString(),
      }),
  };
}

interface Parts {
  readonly options: RunOptions;
  readonly cx: CommandContext;
  readonly engine: Engine;
  readonly own: OwnFolders;
  readonly loaded: Loaded;
  readonly policies: PolicySet;
  readonly policy: Policy;
  readonly remembered: Memory;
  readonly limits: RunLimits;
  readonly run: string;
  readonly audit: AuditFile;
  readonly bases: GrantBases;
  readonly output: PluginOutput;
}

async function sessionFor(parts: Parts): Promise<Session> {
  const { options, cx, engine, own, loaded, policy, limits, run, audit, bases, output } = parts;
  const disk = files({ cwd: bases.folder, tmp: bases.tmp });
  const session: Session = new Session({
    engine,
    program: { name: loaded.program.name, source: loaded.program.source, data: programData(options, loaded) },
    operations: findOperation,
    sources: {
      read: disk.read,
      write: disk.write,
      net: net(await netOptions(options)),
      env: environment(process.env),
      data: pluginStore({
        file: `${own.data}/kv/${loaded.storeKey}.sqlite`,
        sqlite: () => import("node:sqlite"),
      }),
    },
    opener: disk.opener,
    policy,
    flow: flowOf(parts),
    consent: terminalConsent({
      noPrompt: options.noPrompt,
      env: process.env,
      interrupt: () => session.stop(),
      settle: () => output.settle(),
    }),
    memory: parts.remembered,
    audit,
    subject: { run, plugin: { id: loaded.id, version: loaded.version, content: loaded.program.contentHash } },
    who: loaded.who,
    clock,
    limits,
    seed: options.deterministic ?? null,
    output,
    input: standardInput(options.script === "-"),
    locate: (stack) => loaded.locate(stack),
  });
  const stop = (): void => session.stop();
  process.once("SIGINT", stop).once("SIGTERM", stop).once("SIGHUP", stop);
  cx.out.whenClosed.addEventListener("abort", stop, { once: true });
  return session;
}

async function netOptions(options: RunOptions): Promise<{ ca?: string[]; userAgent: string }> {
  const userAgent = `sbx/${versionOf().version}`;
  if (options.caFile === undefined) return { userAgent };
  const { readFile } = await import("node:fs/promises");
  const pem = await readFile(options.caFile, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw fail("E_USAGE", `--ca-file=${options.caFile} cannot be read (${error.code})`);
  });
  return { userAgent, ca: [pem] };
}

const programData = (options: RunOptions, loaded: Loaded): Record<string, unknown> => ({
  id: loaded.id,
  version: loaded.version,
  args: options.args,
  mainModule: loaded.program.name,
  sbxVersion: versionOf().version,
});

const streams: readonly string[] = ["stdout", "stderr", "events", "exit"] satisfies StreamSink[];

function flowOf({ options, policies, policy, bases, cx }: Parts): Flow {
  const context = grantContext(bases);
  const flags: LabelRule[] = options.labels.flatMap(({ on, label }) =>
    parseGrant(on, context, "deny").map((source) => ({ source: resolveGrant(source), label })),
  );
  const filed: LabelRule[] = policies.rules.flatMap(({ labels }) =>
    labels.map(({ source, label }) => ({ source: resolveGrant(source), label })),
  );
  const cleared: ClearRule[] = options.clear.flatMap(({ on, label }): ClearRule[] =>
    streams.includes(on)
      ? [{ sink: on as StreamSink, labels: [label] }]
      : parseGrant(on, context).map((sink) => ({ sink: resolveGrant(sink), labels: [label] })),
  );
  const merged = mergedClearances(policies).map(
    ({ sink, labels }): ClearRule => ({ sink: typeof sink === "string" ? sink : resolveGrant(sink), labels }),
  );
  return new Flow(
    {
      labels: [...flags, ...filed],
      clear: [...cleared, ...merged],
      terminal: { stdout: cx.out.isTerminal, stderr: cx.err.isTerminal },
      strict: options.strictFlow,
    },
    policy.places,
  );
}

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

async function ended(
  options: RunOptions,
  cx: CommandContext,
  session: Session,
  loaded: Loaded,
  policy: Policy,
  audit: AuditFile,
  output: PluginOutput,
): Promise<number> {
  const outcome = await session.run();
  const readerLeft = cx.out.closed && outcome.end.kind === "stopped";
  await output.settle();
  if (!readerLeft) await sayEnd({ outcome, options, cx, loaded, policy });
  const report: RunReport = reportOf(outcome, policy, loaded, audit);
  if (options.report !== undefined) writeReport(options.report, report);
  if (options.json) await cx.err.write(`${JSON.stringify(report)}\n`);
  return readerLeft ? 0 : outcome.exit;
}

function writeReport(path: string, report: RunReport): void {
  try {
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    throw fail(
      "E_UNAVAILABLE",
      `the report ${basename(path)} cannot be written (${(error as NodeJS.ErrnoException).code})`,
    ) satisfies SbxError;
  }
}
