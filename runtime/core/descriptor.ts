/** How a plugin names a permission, in the words of the Permissions API as Deno extends it; and the need that it stands for. Pure;
 *  whether it makes sense on this system is for whoever resolves the need. */
import type { GovernedNeed } from "./capability.ts";
import { fail } from "./errors.ts";
import { s } from "./schema.ts";

const states = ["granted", "denied", "prompt"] as const;

export const standingShape = s.object({ state: s.oneOf(...states), partial: s.bool() });

const text = s.optional(s.text(32_768));

export const descriptorShape = {
  name: s.oneOf("read", "write", "net", "data", "env", "host"),
  path: text,
  host: text,
  method: text,
  variable: text,
  set: text,
  field: text,
  function: text,
};

export interface Descriptor {
  readonly name: "read" | "write" | "net" | "data" | "env" | "host";
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly method?: string | undefined;
  readonly variable?: string | undefined;
  readonly set?: string | undefined;
  readonly field?: string | undefined;
  readonly function?: string | undefined;
}

/** What a descriptor asks about, and what it leaves open. */
export interface Asked {
  readonly kind: Descriptor["name"];
  /** null: everything of the kind. */
  readonly need: GovernedNeed | null;
  readonly anyPort: boolean;
  readonly anyMethod: boolean;
}

/** @throws E_INVALID */
export function askedOf(descriptor: Descriptor): Asked {
  const { name, host = "", method } = descriptor;
  return {
    kind: name,
    need: needOf(descriptor),
    anyPort: !isUrl(host) && !hasPort(host),
    anyMethod: method === undefined,
  };
}

/** null: everything of the kind. @throws E_INVALID */
export function needOf(descriptor: Descriptor): GovernedNeed | null {
  switch (descriptor.name) {
    case "read":
    case "write":
      return descriptor.path === undefined
        ? null
        : { kind: descriptor.name, path: checkedPath(descriptor.path) };
    case "net":
      return descriptor.host === undefined
        ? null
        : {
            kind: "net",
            url: urlOf(descriptor.host),
            method: descriptor.method ?? "GET",
            ...(/^wss?:/i.test(descriptor.host) ? { socket: true } : {}),
          };
    case "data":
      return descriptor.set === undefined
        ? null
        : {
            kind: "data",
            dataset: descriptor.set,
            fields: descriptor.field === undefined ? [] : [descriptor.field],
            access: "read",
          };
    case "env":
      return descriptor.variable === undefined ? null : { kind: "env", name: descriptor.variable };
    case "host":
      return descriptor.function === undefined ? null : { kind: "host", name: descriptor.function };
    default:
      return descriptor.name satisfies never;
  }
}

function checkedPath(path: string): string {
  if (path !== "" && !path.includes("\0") && path.isWellFormed()) return path;
  throw fail("E_INVALID", "a path cannot be empty, hold NUL or broken Unicode");
}

/** `host`, `host:port`, or a URL. A bare host means what a secure request to it would need. */
const urlOf = (host: string): string =>
  isUrl(host) ? host : hasPort(host) ? `http://${host}/` : `https://${host}/`;

const isUrl = (host: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(host);
const hasPort = (host: string): boolean => /:\d+$/.test(host);
