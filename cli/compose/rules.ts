/** What is in force for a run before it starts: the rules of flags, policies and remembered answers, what no rule can open, and the
 *  labels. */

import { resolve } from "node:path";
import type { Places } from "../../runtime/core/cover.ts";
import { type Grant, parseGrant, parseScopes } from "../../runtime/core/grant.ts";
import { autorunPlaces, type Place, secretPlaces } from "../../runtime/core/places.ts";
import { type ClearRule, Flow, type LabelRule, parseSink, type StreamSink } from "../../runtime/gate/flow.ts";
import { Policy } from "../../runtime/gate/policy.ts";
import type { Protected } from "../../runtime/gate/protectedPlaces.ts";
import type { OwnFolders } from "../../runtime/powers/own/folders.ts";
import type { Ledger } from "../../runtime/powers/own/ledger.ts";
import type { RunOptions } from "../flags.ts";
import { catalogFiles, catalogLabels, type FiledCatalog } from "./catalog.ts";
import { clock } from "./clock.ts";
import {
  type GrantBases,
  grantContext,
  missingScope,
  refusePublicSuffix,
  resolveGrant,
  resolvePath,
} from "./grants.ts";
import type { PolicySet } from "./policies.ts";
import type { Loaded } from "./program.ts";
import { filedGrant } from "./remembered.ts";

export interface ProtectedParts {
  readonly own: OwnFolders;
  readonly policies: PolicySet;
  readonly loaded: Loaded;
  readonly options: RunOptions;
  readonly catalog: FiledCatalog;
}

/** sbx's own files, policies, the catalog, and the files that the plugin is made of, each as it is called and as it lies on disk. */
export function protectedPlaces({ own, policies, loaded, options, catalog }: ProtectedParts): Protected[] {
  const mine = [own.config, own.data, own.state, own.cache, process.execPath];
  if (process.env.SBX_HOME) mine.push(process.env.SBX_HOME);
  if (options.audit !== undefined) mine.push(options.audit);
  const places: Protected[] = [
    ...mine.map((path) => ({ path: resolve(path), what: "sbx's own files" })),
    ...policies.files.map((path) => ({ path, what: "a policy" })),
    ...(catalog.path === null ? [] : [{ path: catalog.path, what: "the catalog" }]),
    // Read beside the catalog they would be read whole, and a plugin that could replace one would choose what sbx reads.
    ...catalogFiles(catalog).map((path) => ({ path, what: "a data set's file, which is for sbx:data" })),
    ...(options.source === undefined && options.script !== "-"
      ? [{ path: resolve(options.script), what: "the plugin's own files" }]
      : []),
    ...loaded.ownFiles.map((path) => ({ path, what: "the plugin's own files" })),
  ];
  return places.flatMap((place) => [place, { ...place, path: resolvePath(place.path) }]);
}

/** Well-known places as they are called and as they lie on disk: a home folder may be a link, and so may everything in it. Looked up
 *  when the first file is asked for. */
export function placesOf(home: string): Places {
  const onDisk = (places: readonly Place[]): Place[] => {
    const known = new Map<string, string | undefined>();
    const found = places.flatMap((place): Place[] => {
      if (place.path === undefined) return [place];
      const path = resolvePath(place.path, known);
      return path === place.path ? [place] : [place, { ...place, path }];
    });
    return found;
  };
  let secret: Place[] | undefined;
  let autorun: Place[] | undefined;
  return {
    get secret() {
      secret ??= onDisk(secretPlaces(home));
      return secret;
    },
    get autorun() {
      autorun ??= onDisk(autorunPlaces(home));
      return autorun;
    },
    foldCase: process.platform === "win32" || process.platform === "darwin",
  };
}

export async function rulesInForce(
  options: RunOptions,
  policies: PolicySet,
  bases: GrantBases,
  own: readonly Protected[],
  ledger: Ledger,
  warn: (text: string) => void,
): Promise<Policy> {
  const { home } = bases;
  const policy = new Policy(placesOf(home), own);
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
  for (const [i, rules] of policies.rules.entries()) {
    for (const { grant, at } of [...rules.allow, ...rules.deny, ...rules.ignore]) {
      await refusePublicSuffix(grant, at);
      const { madeAt, usage } = filedGrant(ledger, policies.files[i] ?? "", grant);
      const rule = policy.add(resolveGrant(grant), at, madeAt);
      if (usage) rule.usage = usage;
    }
    for (const ceiling of rules.ceilings) policy.limitTo(ceiling.map(({ grant }) => resolveGrant(grant)));
  }
  return policy;
}

const resolveSink = (sink: Grant | StreamSink): Grant | StreamSink =>
  typeof sink === "string" ? sink : resolveGrant(sink);

export interface FlowParts {
  readonly options: RunOptions;
  readonly policies: PolicySet;
  readonly policy: Policy;
  readonly bases: GrantBases;
  readonly catalog: FiledCatalog;
  /** Which streams are the person's own terminal. */
  readonly terminal: { readonly stdout: boolean; readonly stderr: boolean };
}

/** What flags and policies label. */
export function statedLabels(
  options: Pick<RunOptions, "labels">,
  policies: PolicySet,
  bases: GrantBases,
): LabelRule[] {
  const context = grantContext(bases);
  const flags = options.labels.flatMap(({ on, label }) =>
    parseGrant(on, context, "deny").map((source) => ({ source: resolveGrant(source), label })),
  );
  const filed = policies.rules.flatMap(({ labels }) =>
    labels.map(({ source, label }) => ({ source: resolveGrant(source), label })),
  );
  return [...flags, ...filed];
}

export function flowOf({ options, policies, policy, bases, catalog, terminal }: FlowParts): Flow {
  const context = grantContext(bases);
  const cleared: ClearRule[] = options.clear.flatMap(({ on, label }): ClearRule[] =>
    parseSink(on, context).map((sink) => ({ sink: resolveSink(sink), labels: [label] })),
  );
  const stated = policies.rules.flatMap(({ clear }) => (clear === null ? [] : [clear]));
  return new Flow(
    {
      labels: [...statedLabels(options, policies, bases), ...catalogLabels(catalog, bases)],
      clear: cleared,
      filed: stated.map((rules) => rules.map((rule) => ({ ...rule, sink: resolveSink(rule.sink) }))),
      terminal,
      strict: options.strictFlow,
    },
    policy.places,
  );
}
