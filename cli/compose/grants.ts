/** From grants as they were typed or filed to rules in force: paths made absolute and resolved once, hosts in the URL standard's form,
 *  and a word where something may not be what was meant. */
import { existsSync, readlinkSync, realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { resolve } from "node:path";
import type { Kind } from "../../runtime/core/capability.ts";
import { fail } from "../../runtime/core/errors.ts";
import type { Grant, GrantContext } from "../../runtime/core/grant.ts";
import { pathRules } from "../../runtime/core/path.ts";
import { operationNames } from "../../stdlib/generated/registry.ts";

export interface GrantBases {
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly home: string;
  readonly plugin: string;
  readonly data: string;
  readonly tmp: string;
}

/** For grants of a command line: `folder` is where it was given. */
export function basesAt(folder: string, data: string): GrantBases {
  return { folder, home: resolve(homedir()), plugin: folder, data, tmp: resolve(tmpdir()) };
}

export function grantContext(bases: GrantBases): GrantContext {
  const paths = pathRules(process.platform);
  const variables: Record<string, string> = {
    home: bases.home,
    plugin: bases.plugin,
    data: bases.data,
    tmp: bases.tmp,
  };
  return {
    path(text) {
      const home = text === "~" || text.startsWith("~/") ? bases.home + text.slice(1) : text;
      const filled = home.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
        const value = variables[name];
        if (value === undefined)
          throw fail("E_USAGE", `\${${name}} is not known (${Object.keys(variables).join(", ")})`);
        return value;
      });
      return paths.absolute(filled, bases.folder);
    },
    host: urlHost,
    operations: (kind: Kind) => operationNames[kind],
  };
}

/** The URL standard's own form of a host: lower case, IDNA, IPv4 in any spelling made dotted; IPv6 without brackets. */
export function urlHost(text: string): string | undefined {
  if (/[/?#@\\:\s]/.test(text.replace(/^\[.*\]$/, ""))) return undefined;
  const host = URL.parse(`http://${text}/`)?.hostname;
  return host?.replace(/^\[|\]$/g, "") || undefined;
}

/** Follows the links of a path scope once. What does not exist yet is resolved as far as it exists. */
export function resolveGrant(grant: Grant): Grant {
  const { scope } = grant;
  if (scope?.kind !== "read" && scope?.kind !== "write") return grant;
  return { ...grant, scope: { ...scope, resolved: resolvePath(scope.lexical) } };
}

/** As path_resolution(7): more links than this are a circle. */
const MAX_LINKS = 40;

/** What was found out before, for many paths at once. */
type Known = Map<string, string | undefined>;

/** A path with its links followed, as far as it exists; a link that leads to nothing yet is followed, too. Where a link leads nowhere, it
 *  is itself. */
export function resolvePath(path: string, known?: Known): string {
  const paths = pathRules(process.platform);
  const parent = paths.parent(path);
  return (
    lead(path, known) ??
    (parent === path ? path : paths.join(resolvePath(parent, known), paths.basename(path)))
  );
}

/** undefined: nowhere. */
function lead(path: string, known: Known | undefined, links = 0): string | undefined {
  if (known?.has(path)) return known.get(path);
  const found = realPath(path) ?? leadToMissing(path, known, links);
  known?.set(path, found);
  return found;
}

function leadToMissing(path: string, known: Known | undefined, links: number): string | undefined {
  const paths = pathRules(process.platform);
  const parent = paths.parent(path);
  const folder = parent === path ? undefined : lead(parent, known, links);
  if (folder === undefined) return undefined;
  const at = paths.join(folder, paths.basename(path));
  const to = linkAt(at);
  if (to === undefined) return at;
  // What is missing has no folder above it to go up to.
  if (links >= MAX_LINKS || /[^/.][^/]*\/+\.\.(?:\/|$)/.test(to)) return undefined;
  return lead(paths.absolute(to, folder), known, links + 1);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path).replaceAll("\\", "/");
  } catch {
    return undefined;
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** A path that is granted and does not exist: it may come to exist, or it is a slip. */
export function missingScope(grant: Grant): string | undefined {
  const { scope } = grant;
  if (grant.effect !== "allow" || (scope?.kind !== "read" && scope?.kind !== "write")) return undefined;
  return existsSync(scope.resolved) ? undefined : scope.written;
}

/** `*.com` would be everybody's. @param at where in a policy it stands @throws E_USAGE, or E_POLICY */
export async function refusePublicSuffix(grant: Grant, at?: string): Promise<void> {
  const host = grant.scope?.kind === "net" ? grant.scope.net.host : undefined;
  if (grant.effect !== "allow" || host?.type !== "below") return;
  const { isPublicSuffix } = await import("../../runtime/powers/net/suffix.ts");
  if (!isPublicSuffix(host.name)) return;
  const what = `*.${host.name} is a public suffix: everybody's hosts lie under it; name a domain`;
  throw at === undefined ? fail("E_USAGE", what) : fail("E_POLICY", `${at}: ${what}`);
}
