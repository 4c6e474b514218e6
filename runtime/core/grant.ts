/** The one grammar of grants (CONTRACT 3), parsed and printed here for flags, manifests, policies, consent answers and the host
 *  protocol: `KIND=SCOPE[,SCOPE…][,option=value…]`. Knows nothing of decisions, and of paths and hosts only what its context says. */
import { type Kind, kinds } from "./capability.ts";
import { fail } from "./errors.ts";
import { type NetScope, parseNetScope, printNetScope } from "./host.ts";
import { parseSize, parseTime, printSize, printTime } from "./units.ts";

export type Effect = "allow" | "deny" | "ignore";

export interface PathScope {
  readonly kind: "read" | "write";
  /** As it was written. */
  readonly written: string;
  readonly lexical: string;
  /** With symbolic links followed, once, at start; equals `lexical` until then. */
  readonly resolved: string;
}
export interface NetGrantScope {
  readonly kind: "net";
  readonly net: NetScope;
}
export interface DataScope {
  readonly kind: "data";
  readonly dataset: string;
  /** None: every field that carries no label. */
  readonly fields: readonly string[];
  readonly access: "read" | "count" | "write";
}
/** `NAME` or `PREFIX_*` for variables, `name` or `group.*` for functions of the host application. */
export interface NameScope {
  readonly kind: "env" | "host";
  readonly name: string;
}
export type Scope = PathScope | NetGrantScope | DataScope | NameScope;

export interface GrantOptions {
  /** Milliseconds from when the grant is made. */
  readonly for?: number;
  readonly uses?: number;
  readonly maxBytes?: number;
  readonly maxCalls?: number;
  readonly ops?: readonly string[];
  readonly local?: boolean;
}

export interface Grant {
  readonly effect: Effect;
  readonly kind: Kind;
  /** null: everything of the kind that needs no naming. */
  readonly scope: Scope | null;
  readonly options: GrantOptions;
}

/** What the text of a grant is relative to. All functions are pure from the grammar's point of view. */
export interface GrantContext {
  /** Absolute, normalised, `~/` and `${…}` replaced. @throws E_USAGE for an unknown variable */
  path(text: string): string;
  /** The URL standard's own form of a host, or undefined. */
  host(text: string): string | undefined;
  /** Operation names of a kind, for `ops=`. */
  operations(kind: Kind): readonly string[];
}

const optionNames = ["for", "uses", "maxBytes", "maxCalls", "ops", "local"] as const;

/** Cuts at unescaped commas; `\` escapes `,` `=` and itself. Each piece keeps where its first unescaped `=` stands. */
function segments(text: string): { text: string; equals: number }[] {
  const found = [{ text: "", equals: -1 }];
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at] as string;
    const last = found[found.length - 1] as { text: string; equals: number };
    const next = text[at + 1];
    if (c === "\\" && (next === "," || next === "=" || next === "\\")) {
      last.text += next;
      at += 1;
    } else if (c === ",") found.push({ text: "", equals: -1 });
    else {
      if (c === "=" && last.equals < 0) last.equals = last.text.length;
      last.text += c;
    }
  }
  return found;
}

const escape = (text: string): string => text.replace(/[\\,=]/g, (c) => `\\${c}`);

/** Scopes and options behind a kind, as in `--allow-read=./a,./b,for=10m`. `null` is the bare flag. @throws E_USAGE */
export function parseScopes(effect: Effect, kind: Kind, text: string | null, context: GrantContext): Grant[] {
  if (text === null) return [{ effect, kind, scope: null, options: {} }];
  const scopes: string[] = [];
  const options: Record<string, unknown> = {};
  for (const segment of segments(text)) {
    const word = segment.equals < 0 ? "" : segment.text.slice(0, segment.equals);
    if (!/^[A-Za-z]+$/.test(word)) scopes.push(segment.text);
    else if ((optionNames as readonly string[]).includes(word)) {
      if (word in options) throw fail("E_USAGE", `${kind}=${text}: the option ${word}= stands twice`);
      options[word] = parseOption(word, segment.text.slice(segment.equals + 1), kind, context);
    } else
      throw fail(
        "E_USAGE",
        `${kind}=${text}: "${word}=" is no option (${optionNames.join(", ")}); write "\\=" where a name holds "="`,
      );
  }
  if (effect !== "allow" && Object.keys(options).some((name) => name !== "ops"))
    throw fail("E_USAGE", `${kind}=${text}: only ops= can narrow a ${effect}`);
  if (scopes.length === 0) return [{ effect, kind, scope: null, options: options as GrantOptions }];
  return scopes.map((scope) => ({
    effect,
    kind,
    scope: parseScope(kind, scope, context),
    options: options as GrantOptions,
  }));
}

/** A whole grant, `read=./docs,for=10m`; `read` alone is the bare one. @throws E_USAGE */
export function parseGrant(text: string, context: GrantContext, effect: Effect = "allow"): Grant[] {
  const equals = text.indexOf("=");
  const word = equals < 0 ? text : text.slice(0, equals);
  const kind = kinds.find((k) => k === word);
  if (!kind) throw fail("E_USAGE", `"${text}": a grant begins with ${kinds.join("=, ")}=`);
  return parseScopes(effect, kind, equals < 0 ? null : text.slice(equals + 1), context);
}

function parseOption(name: string, value: string, kind: Kind, context: GrantContext): unknown {
  switch (name) {
    case "for":
      return positive(parseTime(value), "for=", value);
    case "maxBytes":
      return parseSize(value);
    case "uses":
    case "maxCalls":
      if (!/^\d{1,9}$/.test(value)) throw fail("E_USAGE", `${name}=${value}: write a whole number`);
      return positive(Number(value), `${name}=`, value);
    case "ops": {
      const known = context.operations(kind);
      const names = value.split("+");
      const unknown = names.find((n) => !known.includes(n));
      if (unknown !== undefined)
        throw fail("E_USAGE", `ops=${value}: "${unknown}" is no operation of ${kind} (${known.join(", ")})`);
      return names;
    }
    default:
      if (kind !== "net") throw fail("E_USAGE", "local=yes belongs to net grants");
      if (value !== "yes" && value !== "no") throw fail("E_USAGE", `local=${value}: write local=yes`);
      return value === "yes";
  }
}

function positive(value: number, name: string, text: string): number {
  if (value > 0) return value;
  throw fail("E_USAGE", `${name}${text}: must be more than nothing`);
}

function parseScope(kind: Kind, text: string, context: GrantContext): Scope | null {
  if (text === "") throw fail("E_USAGE", `${kind}=: an empty scope; leave "=" away for everything`);
  if (text.includes("\0")) throw fail("E_USAGE", `${kind}=: a scope cannot hold NUL`);
  if (text === "*") return null;
  switch (kind) {
    case "read":
    case "write": {
      const lexical = context.path(text);
      return { kind, written: text, lexical, resolved: lexical };
    }
    case "net": {
      const net = parseNetScope(text, context.host);
      const everything =
        net.host.type === "any" && net.port === null && net.path === null && net.methods === null;
      return everything ? null : { kind, net };
    }
    case "data":
      return parseDataScope(text);
    case "env":
    case "host": {
      const wild = kind === "env" ? /^[^*=\0]+\*?$/ : /^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*(\.\*)?$/;
      if (!wild.test(text))
        throw fail("E_USAGE", `${kind}=${text}: write a name, or ${kind === "env" ? "PREFIX_*" : "group.*"}`);
      return { kind, name: text };
    }
    default:
      return kind satisfies never;
  }
}

function parseDataScope(text: string): DataScope {
  const match = /^([A-Za-z_][\w-]*)(?:\.([A-Za-z_]\w*(?:\+[A-Za-z_]\w*)*))?(?::(count|write|read))?$/.exec(
    text,
  );
  if (!match?.[1])
    throw fail("E_USAGE", `data=${text}: write dataset, dataset.field+field, dataset:count or dataset:write`);
  const access = (match[3] ?? "read") as DataScope["access"];
  if (match[1] === "kv" && (match[2] || match[3]))
    throw fail("E_USAGE", "data=kv has no fields: it is the plugin's own store");
  return { kind: "data", dataset: match[1], fields: match[2]?.split("+") ?? [], access };
}

function printScope(scope: Scope): string {
  switch (scope.kind) {
    case "read":
    case "write":
      return scope.written;
    case "net":
      return printNetScope(scope.net);
    case "data":
      return `${scope.dataset}${scope.fields.length ? `.${scope.fields.join("+")}` : ""}${scope.access === "read" ? "" : `:${scope.access}`}`;
    case "env":
    case "host":
      return scope.name;
    default:
      return scope satisfies never;
  }
}

function printOptions(options: GrantOptions): string {
  const parts: string[] = [];
  if (options.for !== undefined) parts.push(`for=${printTime(options.for)}`);
  if (options.uses !== undefined) parts.push(`uses=${options.uses}`);
  if (options.maxBytes !== undefined) parts.push(`maxBytes=${printSize(options.maxBytes)}`);
  if (options.maxCalls !== undefined) parts.push(`maxCalls=${options.maxCalls}`);
  if (options.ops !== undefined) parts.push(`ops=${options.ops.join("+")}`);
  if (options.local !== undefined) parts.push(`local=${options.local ? "yes" : "no"}`);
  return parts.map((part) => `,${part}`).join("");
}

/** The text that parses back to the same grant. */
export function printGrant(grant: Pick<Grant, "kind" | "scope" | "options">): string {
  const options = printOptions(grant.options);
  if (grant.scope === null) return options ? `${grant.kind}=*${options}` : grant.kind;
  return `${grant.kind}=${escape(printScope(grant.scope))}${options}`;
}

/** As a flag: `--allow-read=./docs`. */
export const printFlag = (grant: Grant): string => `--${grant.effect}-${printGrant(grant)}`;
