/** What would help: the grant for a target, as narrow as is sensible, and what a person may grant instead. Pure. */
import { parseAddress } from "../core/address.ts";
import type { NetTarget, Target } from "../core/capability.ts";
import { opens, type Places } from "../core/cover.ts";
import { type Grant, printFlag } from "../core/grant.ts";
import type { ScopeHost } from "../core/host.ts";

/** The grant that would have helped, ready to paste behind the command: in the plugin's words for the plugin, resolved for a person. */
export const remedyFor = (target: Target, reader: "plugin" | "person"): string =>
  printFlag(grantFor(target, reader));

/** The narrowest sensible grant for a target. */
export function grantFor(target: Target, reader: "plugin" | "person" = "person"): Grant {
  const grant = (scope: Grant["scope"]): Grant => ({
    effect: "allow",
    kind: target.kind,
    scope,
    options: {},
  });
  switch (target.kind) {
    case "read":
    case "write": {
      const written = reader === "plugin" ? target.words : target.canonical;
      return grant({ kind: target.kind, written, lexical: target.lexical, resolved: target.canonical });
    }
    case "net": {
      const net = { methods: null, host: scopeHost(target, reader), port: target.port, path: null };
      const named = grant({ kind: "net", net });
      return opens(named, target, [], noPlaces) ? named : { ...named, options: { local: true } };
    }
    case "data":
      return grant({
        kind: "data",
        dataset: target.dataset,
        fields: target.fields ?? [],
        access: target.dataset === "kv" || target.access === "describe" ? "read" : target.access,
      });
    case "env":
    case "host":
      return grant(target.name === "*" ? null : { kind: target.kind, name: target.name });
    default:
      return target satisfies never;
  }
}

const noPlaces: Places = { secret: [], autorun: [], foldCase: false };

/** The name, or the address it stands for when that is what was refused; a plugin never learns the address. */
function scopeHost(target: NetTarget, reader: "plugin" | "person"): ScopeHost {
  const shown = reader === "person" ? (target.address ?? target.host) : target.host;
  const address = parseAddress(shown);
  return address ? { type: "address", address } : { type: "name", name: shown };
}

/** What a person may grant instead of exactly this, narrowest first: the file, its folder; host and port, the host. */
export function scopesFor(target: Target): Grant[] {
  const exact = grantFor(target);
  switch (target.kind) {
    case "read":
    case "write": {
      const folder = target.canonical.slice(0, target.canonical.lastIndexOf("/"));
      if (target.type === "folder" || folder === "") return [exact];
      return [
        exact,
        { ...exact, scope: { kind: target.kind, written: folder, lexical: folder, resolved: folder } },
      ];
    }
    case "net": {
      if (exact.scope?.kind !== "net") return [exact];
      return [exact, { ...exact, scope: { kind: "net", net: { ...exact.scope.net, port: null } } }];
    }
    case "data":
    case "env":
    case "host":
      return [exact];
    default:
      return target satisfies never;
  }
}
