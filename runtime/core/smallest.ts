/** The smallest grants under which given targets would have been open. Pure: proposes, and checks each proposal against every target
 *  with the very test that decides. What a proposal covers beyond its targets is said with it, never left out. */

import { parseAddress } from "./address.ts";
import type { EnvTarget, HostTarget, NetTarget, PathTarget, Target } from "./capability.ts";
import { opens, type Places } from "./cover.ts";
import type { Grant, Scope } from "./grant.ts";
import { type PathFold, pathProposals } from "./smallestPaths.ts";

/** Something that was touched, and by which operations' names (for grants with `ops=`). */
export interface Touch {
  readonly target: Target;
  readonly names: readonly string[];
}

export interface Proposal {
  readonly grant: Grant;
  /** How many different targets need it. */
  readonly needed: number;
  /** What it opens besides those, or why it must be so wide; undefined when it opens nothing else. */
  readonly wider?: string;
}

export interface SmallestContext extends PathFold {
  readonly places: Places;
}

export interface Smallest {
  readonly proposals: readonly Proposal[];
  /** Targets that no grant opens. */
  readonly beyond: readonly Target[];
}

export function smallestGrants(touches: readonly Touch[], context: SmallestContext): Smallest {
  const targets = touches.map(({ target }) => target);
  const proposals = [
    ...pathProposals(targets.filter(isRead), context),
    ...pathProposals(targets.filter(isWrite), context),
    ...netProposals(
      targets.filter((target) => target.kind === "net"),
      context.places,
    ),
    ...dataProposals(targets),
    ...nameProposals(targets.filter((target) => target.kind === "env" || target.kind === "host")),
  ];
  const open = ({ target, names }: Touch): boolean =>
    proposals.some(({ grant }) => opens(grant, target, names, context.places));
  return { proposals, beyond: touches.filter((touch) => !open(touch)).map(({ target }) => target) };
}

const isRead = (target: Target): target is PathTarget => target.kind === "read";
const isWrite = (target: Target): target is PathTarget => target.kind === "write";

const allow = (kind: Grant["kind"], scope: Scope | null, options: Grant["options"] = {}): Grant => ({
  effect: "allow",
  kind,
  scope,
  options,
});

/** One for each host and port: the methods that were used, below the longest path that all of them share. */
function netProposals(targets: readonly NetTarget[], places: Places): Proposal[] {
  const groups = Map.groupBy(targets, ({ host, port }) => `${host} ${port}`);
  return [...groups.values()].map((group) => {
    const [first] = group as [NetTarget, ...NetTarget[]];
    const methods = [...new Set(group.map(({ method }) => method.toUpperCase()))].sort();
    const paths = [...new Set(group.map(({ path }) => path))];
    const address = parseAddress(first.host);
    const host = address
      ? ({ type: "address", address } as const)
      : ({ type: "name", name: first.host } as const);
    const attempts = [sharedPath(paths), null].flatMap((path) =>
      [{}, { local: true }].map((options) =>
        allow("net", { kind: "net", net: { methods, host, port: first.port, path } }, options),
      ),
    );
    const grant =
      attempts.find((one) => group.every((target) => opens(one, target, [], places))) ??
      (attempts[0] as Grant);
    const needed = new Set(group.map(({ method, path }) => `${method} ${path}`)).size;
    return { grant, needed, ...saying(widerHost(grant, paths)) };
  });
}

function widerHost(grant: Grant, paths: readonly string[]): string | undefined {
  const path = grant.scope?.kind === "net" ? grant.scope.net.path : null;
  const local = grant.options.local === true ? "addresses that are not public; " : "";
  if (path === null) return `${local}every path on this host`;
  return `${local}${paths.length === 1 ? "what lies below this path, with any query" : `every path below ${path}`}`;
}

/** Whole segments that all paths begin with; null where there is none. */
function sharedPath(paths: readonly string[]): string | null {
  const parts = paths.map((path) => path.split("/").filter(Boolean));
  const [first = []] = parts;
  const length = first.findIndex((part, i) => parts.some((other) => other[i] !== part));
  const shared = first.slice(0, length < 0 ? Math.min(...parts.map((other) => other.length)) : length);
  return shared.length === 0 ? null : `/${shared.join("/")}`;
}

function dataProposals(targets: readonly Target[]): Proposal[] {
  const sets = Map.groupBy(
    targets.filter((target) => target.kind === "data"),
    ({ dataset }) => dataset,
  );
  return [...sets].flatMap(([dataset, uses]) => {
    if (dataset === "kv")
      return [{ grant: allow("data", { kind: "data", dataset, fields: [], access: "read" }), needed: 1 }];
    // Writing, reading and counting open nothing of each other (but a read of the same fields counts too).
    const named = uses.filter(({ access }) => access !== "describe");
    const byAccess = Map.groupBy(named.length > 0 ? named : uses, ({ access }) =>
      access === "describe" ? "read" : access,
    );
    return [...byAccess].map(([access, some]): Proposal => {
      const fields = [...new Set(some.flatMap((use) => use.fields ?? []))].sort();
      const bare = fields.length === 0;
      const grant = allow("data", { kind: "data", dataset, fields: bare ? [] : fields, access });
      return {
        grant,
        needed: bare ? 1 : fields.length,
        ...saying(bare ? "every field without a label" : undefined),
      };
    });
  });
}

function nameProposals(targets: readonly (EnvTarget | HostTarget)[]): Proposal[] {
  const kinds = Map.groupBy(targets, ({ kind }) => kind);
  return [...kinds].flatMap(([kind, some]): Proposal[] => {
    const names = [...new Set(some.map(({ name }) => name))].sort();
    if (names.includes("*"))
      return [
        {
          grant: allow(kind, null),
          needed: names.length,
          wider: "everything of this kind: it asks for all there is, and would be given what is granted",
        },
      ];
    return names.map((name) => ({ grant: allow(kind, { kind, name }), needed: 1 }));
  });
}

export const saying = (wider: string | undefined): { wider?: string } =>
  wider === undefined ? {} : { wider };
