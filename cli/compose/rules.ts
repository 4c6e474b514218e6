/** What is in force for a run before it starts: the rules of flags, policies and remembered answers, what no rule can open, and the
 *  labels. */

import { resolve } from "node:path";
import { type Grant, parseGrant, parseScopes, printGrant } from "../../runtime/core/grant.ts";
import { autorunPlaces, secretPlaces } from "../../runtime/core/places.ts";
import type { Memory } from "../../runtime/gate/consent.ts";
import { type ClearRule, Flow, type LabelRule, parseSink, type StreamSink } from "../../runtime/gate/flow.ts";
import { Policy, type Protected } from "../../runtime/gate/policy.ts";
import type { Answers } from "../../runtime/powers/own/answers.ts";
import type { OwnFolders } from "../../runtime/powers/own/folders.ts";
import type { RunOptions } from "../flags.ts";
import { clock } from "./clock.ts";
import {
  type GrantBases,
  grantContext,
  missingScope,
  refusePublicSuffix,
  resolveGrant,
  resolvePath,
} from "./grants.ts";
import { mergedClearances, type PolicySet } from "./policies.ts";
import type { Loaded } from "./program.ts";

/** sbx's own files, policies, and the files that the plugin is made of, each as it is called and as it lies on disk. */
export function protectedPlaces(
  own: OwnFolders,
  policies: PolicySet,
  loaded: Loaded,
  options: RunOptions,
): Protected[] {
  const mine = [own.config, own.data, own.state, own.cache, process.execPath];
  if (process.env.SBX_HOME) mine.push(process.env.SBX_HOME);
  if (options.audit !== undefined) mine.push(options.audit);
  const places: Protected[] = [
    ...mine.map((path) => ({ path: resolve(path), what: "sbx's own files" })),
    ...policies.files.map((path) => ({ path, what: "a policy" })),
    ...loaded.ownFiles.map((path) => ({ path, what: "the plugin's own files" })),
  ];
  return places.flatMap((place) => [place, { ...place, path: resolvePath(place.path) }]);
}

export async function rulesInForce(
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
export function recall(answers: Answers, loaded: Loaded, policy: Policy, bases: GrantBases): Memory {
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

const resolveSink = (sink: Grant | StreamSink): Grant | StreamSink =>
  typeof sink === "string" ? sink : resolveGrant(sink);

export interface FlowParts {
  readonly options: RunOptions;
  readonly policies: PolicySet;
  readonly policy: Policy;
  readonly bases: GrantBases;
  /** Which streams are the person's own terminal. */
  readonly terminal: { readonly stdout: boolean; readonly stderr: boolean };
}

export function flowOf({ options, policies, policy, bases, terminal }: FlowParts): Flow {
  const context = grantContext(bases);
  const flags: LabelRule[] = options.labels.flatMap(({ on, label }) =>
    parseGrant(on, context, "deny").map((source) => ({ source: resolveGrant(source), label })),
  );
  const filed: LabelRule[] = policies.rules.flatMap(({ labels }) =>
    labels.map(({ source, label }) => ({ source: resolveGrant(source), label })),
  );
  const cleared: ClearRule[] = options.clear.flatMap(({ on, label }): ClearRule[] =>
    parseSink(on, context).map((sink) => ({ sink: resolveSink(sink), labels: [label] })),
  );
  const merged = mergedClearances(policies).map(
    ({ sink, labels }): ClearRule => ({ sink: resolveSink(sink), labels }),
  );
  return new Flow(
    {
      labels: [...flags, ...filed],
      clear: [...cleared, ...merged],
      terminal,
      strict: options.strictFlow,
    },
    policy.places,
  );
}
