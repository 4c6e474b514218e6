/** The powers, the engine, the terminal and the audit of one run, put together into its session. */

import type { Engine } from "../../runtime/engine/engine.ts";
import type { Memory } from "../../runtime/gate/consent.ts";
import type { RunLimits } from "../../runtime/gate/limits.ts";
import type { Policy } from "../../runtime/gate/policy.ts";
import { datasets } from "../../runtime/powers/data/datasets.ts";
import { environment } from "../../runtime/powers/env.ts";
import { files } from "../../runtime/powers/files/files.ts";
import { type NetOptions, net } from "../../runtime/powers/net/net.ts";
import type { AuditFile } from "../../runtime/powers/own/auditFile.ts";
import type { OwnFolders } from "../../runtime/powers/own/folders.ts";
import type { Ledger } from "../../runtime/powers/own/ledger.ts";
import { pluginStore } from "../../runtime/powers/store.ts";
import { Session } from "../../runtime/session.ts";
import { findOperation } from "../../stdlib/generated/registry.ts";
import type { CommandContext } from "../command.ts";
import type { RunOptions } from "../flags.ts";
import type { PluginOutput } from "../pluginOutput.ts";
import { terminalConsent } from "../terminal.ts";
import { versionOf } from "../version.ts";
import { dataClient, type FiledCatalog } from "./catalog.ts";
import { clock } from "./clock.ts";
import type { GrantBases } from "./grants.ts";
import type { Learner } from "./learn.ts";
import { monitorsOf } from "./monitors.ts";
import type { PolicySet } from "./policies.ts";
import type { Loaded } from "./program.ts";
import { flowOf } from "./rules.ts";
import { standardInput } from "./stdin.ts";

export interface Parts {
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
  readonly learner?: Learner;
  readonly network: NetOptions;
  readonly catalog: FiledCatalog;
  readonly ledger: Ledger;
}

export async function sessionFor(parts: Parts): Promise<Session> {
  const { options, cx, engine, loaded, policy, limits, run, audit, bases, output } = parts;
  const disk = files({ cwd: bases.folder, tmp: bases.tmp });
  const session: Session = new Session({
    engine,
    program: {
      name: loaded.program.name,
      source: loaded.program.source,
      map: loaded.program.map,
      data: programData(options, loaded),
    },
    operations: findOperation,
    sources: {
      read: disk.read,
      write: disk.write,
      net: net(parts.network),
      env: environment(process.env),
      data: dataSources(parts),
    },
    opener: disk.opener,
    policy,
    flow: flowOf({ ...parts, terminal: { stdout: cx.out.isTerminal, stderr: cx.err.isTerminal } }),
    consent: terminalConsent({
      noPrompt: options.noPrompt,
      env: process.env,
      interrupt: () => session.stop(),
      settle: () => output.settle(),
    }),
    // What is learned is for a person to grant afterwards; nothing is remembered on the way.
    memory: parts.learner === undefined ? parts.remembered : null,
    ...(parts.learner === undefined ? {} : { learn: (decided) => parts.learner?.see(decided) }),
    audit,
    subject: { run, plugin: { id: loaded.id, version: loaded.version, content: loaded.program.contentHash } },
    who: loaded.who,
    clock,
    limits,
    monitors: monitorsOf(parts.policies),
    seed: options.deterministic ?? null,
    output,
    input: standardInput(options.script === "-" && options.source === undefined),
    locate: (stack) => loaded.locate(stack),
  });
  const stop = (): void => session.stop();
  process.once("SIGINT", stop).once("SIGTERM", stop).once("SIGHUP", stop);
  cx.out.whenClosed.addEventListener("abort", stop, { once: true });
  return session;
}

/** The plugin's own store, and the data sets of the catalog. The data server starts now, so that the first query need not wait for it. */
function dataSources({ own, loaded, catalog, limits, ledger }: Parts): ReturnType<typeof datasets> {
  const store = pluginStore({
    folder: `${own.data}/kv`,
    name: loaded.storeKey,
    sqlite: () => import("node:sqlite"),
  });
  const client = dataClient(catalog, { own, identity: loaded.storeKey, timeout: limits.requestTimeout });
  if (catalog.catalog.datasets.size > 0) client.warm();
  const useSummary = (dataset: string, summary: string, uses: number): boolean => {
    const key = `summary ${catalog.path} ${dataset}.${summary} ${loaded.storeKey}`;
    return ledger.take(key, { uses: 1, calls: 1, now: clock.now() }, { uses }) !== undefined;
  };
  return datasets({ catalog: catalog.catalog, client, store, useSummary });
}

const programData = (options: RunOptions, loaded: Loaded): Record<string, unknown> => ({
  id: loaded.id,
  version: loaded.version,
  args: options.args,
  mainModule: loaded.program.name,
  sbxVersion: versionOf().version,
  seed: options.deterministic ?? null,
});
