/** Needs, targets and handles: what an operation asks for, as plain data, before and after it was resolved.
 *  A need can be shown, compared and logged; it cannot act. Knows nothing of grants, powers or the systems behind them. */

/** The closed list of kinds. A new kind of authority starts here. */
export const kinds = ["read", "write", "net", "data", "env", "host"] as const;
export type Kind = (typeof kinds)[number];

/** A file or folder. `entry`: the directory entry itself is meant, links are not followed at the end. `tree`: everything below
 *  is touched too (a move, a recursive removal), so that a deny inside it refuses the whole. */
export interface PathNeed {
  readonly kind: "read" | "write";
  readonly path: string;
  readonly entry?: boolean;
  readonly tree?: boolean;
  /** A folder with unknown content may come to stand there, so that a deny or a protected place below it refuses the whole. */
  readonly arrives?: boolean;
  /** Where a relative path starts: the working directory, or the system's folder for temporary files. */
  readonly from?: "tmp";
}

export interface NetNeed {
  readonly kind: "net";
  readonly url: string;
  readonly method: string;
  /** A WebSocket is meant: `http:` and `https:` stand for `ws:` and `wss:`. */
  readonly socket?: boolean;
}

export interface DataNeed {
  readonly kind: "data";
  readonly dataset: string;
  readonly fields?: readonly string[];
  /** `describe`: what the catalog says of it, and nothing that it holds. The data set `*`: whatever is granted of any. */
  readonly access: "read" | "write" | "count" | "describe";
}

export interface EnvNeed {
  readonly kind: "env";
  /** A name; `*` asks for every name that some grant covers. */
  readonly name: string;
}

export interface HostNeed {
  readonly kind: "host";
  readonly name: string;
}

/** Something that the run opened earlier; its original needs are judged again. */
export interface HandleNeed {
  readonly kind: "handle";
  readonly handle: number;
  readonly type: HandleType;
  /** Which side of the thing is used. */
  readonly side: "in" | "out" | "any";
}

export type HandleType = "file" | "folder" | "response" | "upload" | "socket" | "watcher" | "rows";

export type GovernedNeed = PathNeed | NetNeed | DataNeed | EnvNeed | HostNeed;
export type Need = GovernedNeed | HandleNeed;

/** Resolved path. `lexical` is absolute and normalised; `canonical` has every symbolic link followed (for an `entry`, all but the
 *  last name). Equal for a plain file. Both use `/` on every system. */
export interface PathTarget {
  readonly kind: "read" | "write";
  /** What the plugin called it. The only form that a plugin may see again. */
  readonly words: string;
  readonly lexical: string;
  readonly canonical: string;
  readonly entry: boolean;
  readonly tree: boolean;
  readonly arrives?: boolean;
  readonly type: "file" | "folder" | "link" | "missing" | SpecialFile;
}

/** Files that are doors to something else. `forbidden` are those that no grant opens (CONTRACT 3). */
export type SpecialFile = "device" | "fifo" | "socket" | "kernel" | "forbidden";
export const specialFiles: readonly string[] = [
  "device",
  "fifo",
  "socket",
  "kernel",
  "forbidden",
] satisfies SpecialFile[];

export interface NetTarget {
  readonly kind: "net";
  readonly words: string;
  readonly scheme: "http" | "https" | "ws" | "wss";
  /** As the URL standard prints it: lower case, IDNA, IPv4 dotted, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Percent-normalised path, always with a leading slash; no query. */
  readonly path: string;
  readonly method: string;
  /** Set once the name was resolved: the address that would be dialled. */
  readonly address?: string;
}

export interface DataTarget extends DataNeed {
  readonly words: string;
  /** Those of `fields` that carry a label, so that a grant must name them. */
  readonly labelled?: readonly string[];
  /** No catalog of this run knows it, or one of its fields: refused like what is not granted, and nobody is asked. */
  readonly unknown?: boolean;
}

/** What a query names, field by field: each may be granted by another rule. */
export function fieldsApart(target: DataTarget): readonly DataTarget[] {
  const { fields = [] } = target;
  if (fields.length < 2) return [target];
  return fields.map((field) => withFields(target, [field]));
}

/** The same of these fields only. */
export function withFields(target: DataTarget, fields: readonly string[]): DataTarget {
  const { labelled } = target;
  return {
    ...target,
    fields,
    ...(labelled ? { labelled: labelled.filter((field) => fields.includes(field)) } : {}),
    words: fields.length ? `${target.dataset}.${fields.join("+")}` : target.dataset,
  };
}

export interface EnvTarget extends EnvNeed {
  readonly words: string;
}
export interface HostTarget extends HostNeed {
  readonly words: string;
}

export type Target = PathTarget | NetTarget | DataTarget | EnvTarget | HostTarget;

/** A target as people and the audit read it: resolved, unescaped. */
export function printTarget(target: Target): string {
  switch (target.kind) {
    case "read":
    case "write":
      return target.canonical;
    case "net": {
      const host = target.host.includes(":") ? `[${target.host}]` : target.host;
      return `${host}:${target.port}${target.path === "/" ? "" : target.path}`;
    }
    case "data":
      return target.fields?.length ? `${target.dataset}.${target.fields.join("+")}` : target.dataset;
    case "env":
    case "host":
      return target.name;
    default:
      return target satisfies never;
  }
}
