/** Network scopes: what a `net` grant or deny says, and which requests it covers. Pure; names are compared as the URL standard
 *  prints them, which a caller supplies. Never resolves a name: a target carries its address once somebody did. */
import {
  type Address,
  type AddressBlock,
  blockOf,
  canonical,
  canonicalBlock,
  classOf,
  inBlock,
  parseAddress,
  printAddress,
  printBlock,
  sameAddress,
} from "./address.ts";
import type { NetTarget } from "./capability.ts";
import { fail } from "./errors.ts";
import { isUnderPath, isUnderPathForDeny, normalisePath } from "./webPath.ts";

/** `any`: every public address. `below`: the name and every depth below it. */
export type ScopeHost =
  | { readonly type: "any" }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "below"; readonly name: string }
  | { readonly type: "address"; readonly address: Address }
  | { readonly type: "block"; readonly block: AddressBlock };

export interface NetScope {
  /** Upper case, sorted; null for every method. */
  readonly methods: readonly string[] | null;
  readonly host: ScopeHost;
  /** null for every port. */
  readonly port: number | null;
  /** Percent-normalised, with a leading and without a trailing slash; null for every path. */
  readonly path: string | null;
}

/** A host's canonical form by the URL standard (lower case, IDNA, IPv4 in any spelling made dotted), or undefined if it has none. */
export type ToHost = (text: string) => string | undefined;

const wrong = (text: string, why: string) =>
  fail(
    "E_USAGE",
    `"${text}" is not a network scope: ${why}. Write [METHOD+METHOD ]host[:port][/path], for example api.example.com:443`,
  );

/** @throws E_USAGE naming what is wrong */
export function parseNetScope(text: string, toHost: ToHost): NetScope {
  const bad = (why: string) => wrong(text, why);
  const trimmed = text.replace(/^[ \t]+|[ \t]+$/g, "");
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) throw bad("a scope has no scheme");
  const [, verbs, rest = ""] = /^(?:([A-Za-z+-]+)[ \t]+)?(.*)$/s.exec(trimmed) ?? [];
  if (/[\s@?#\\]/.test(rest)) throw bad("spaces, @, ?, # and \\ cannot stand in it");
  const { host, after } = splitHost(rest, bad);
  const [, bits, port, path] = /^(?:\/(\d{1,3})(?=$|[:/]))?(?::(\d{1,5}))?(\/.*)?$/.exec(after.text) ?? [];
  if (after.text !== "" && bits === undefined && port === undefined && path === undefined)
    throw bad("what follows the host is neither a port nor a path");
  if (port !== undefined && Number(port) > 65_535) throw bad("a port is at most 65535");
  return {
    methods: verbs === undefined ? null : parseMethods(verbs, bad),
    host: parseHost(host, after.address && bits !== undefined ? Number(bits) : undefined, toHost, bad),
    port: port === undefined ? null : Number(port),
    path: parsePath((after.address || bits === undefined ? path : `/${bits}${path ?? ""}`) ?? "", bad),
  };
}

type Bad = (why: string) => Error;

/** Where the host ends: IPv6 stands in brackets (its prefix length inside or behind), or bare with nothing but a prefix length. */
function splitHost(text: string, bad: Bad): { host: string; after: { text: string; address: boolean } } {
  if (text.startsWith("[")) {
    const [, inner, bits, rest] = /^\[([^\]/]*)(\/\d{1,3})?\](.*)$/.exec(text) ?? [];
    if (inner === undefined || !parseAddress(inner)) throw bad("in brackets stands an IPv6 address");
    return { host: inner, after: { text: `${bits ?? ""}${rest ?? ""}`, address: true } };
  }
  const bare = /^([^/]*)(\/\d{1,3})?$/.exec(text);
  if (bare?.[1]?.includes(":") && parseAddress(bare[1]))
    return { host: bare[1], after: { text: bare[2] ?? "", address: true } };
  const end = /[:/]/.exec(text)?.index ?? text.length;
  const host = text.slice(0, end);
  return { host, after: { text: text.slice(end), address: /^[0-9a-fx.]+$/i.test(host) && /\d$/.test(host) } };
}

function parseHost(text: string, bits: number | undefined, toHost: ToHost, bad: Bad): ScopeHost {
  if (text === "") throw bad("the host is missing");
  if (text === "*") return { type: "any" };
  const below = text.startsWith("*.");
  const written = below ? text.slice(2) : text;
  if (written.includes("*")) throw bad("a * stands only alone or as the first label");
  const host = parseAddress(written) ? written : trimDot(toHost(written) ?? "");
  const address = parseAddress(host.replace(/^\[|\]$/g, ""));
  if (address) {
    if (below) throw bad("an address has nothing below it");
    if (bits === undefined) return { type: "address", address: canonical(address) };
    const block = blockOf(address, bits);
    if (!block) throw bad("bits are set behind the prefix, or it is too long");
    return { type: "block", block: canonicalBlock(block) };
  }
  if (bits !== undefined || !isName(host)) throw bad("the host is not a name or an address");
  return { type: below ? "below" : "name", name: host };
}

function parseMethods(text: string, bad: Bad): readonly string[] {
  const names = text.toUpperCase().split("+");
  if (names.some((name) => !/^[A-Z][A-Z-]*$/.test(name))) throw bad("methods are words joined by +");
  return [...new Set(names)].sort();
}

function parsePath(text: string, bad: Bad): string | null {
  const path = normalisePath(text).replace(/\/+$/, "");
  if (path === "") return null;
  if (path.split("/").some((part) => part === "." || part === "..")) throw bad("a path has no . or .. in it");
  return path;
}

const trimDot = (host: string): string => (host.endsWith(".") ? host.slice(0, -1) : host);

/** A host name without empty labels, in the form the URL standard prints. */
export const isName = (host: string): boolean =>
  host.length <= 253 && host.split(".").every((label) => label.length > 0) && !/[*:[\]/\s]/.test(host);

/** The form that `parseNetScope` reads back as the same scope. */
export function printNetScope({ methods, host, port, path }: NetScope): string {
  return `${methods ? `${methods.join("+")} ` : ""}${printHost(host)}${port === null ? "" : `:${port}`}${path ?? ""}`;
}

function printHost(host: ScopeHost): string {
  switch (host.type) {
    case "any":
      return "*";
    case "name":
      return host.name;
    case "below":
      return `*.${host.name}`;
    case "address":
      return host.address.family === 4 ? printAddress(host.address) : `[${printAddress(host.address)}]`;
    case "block":
      return printBlock(host.block);
    default:
      return host satisfies never;
  }
}

/** Names that every system answers with its own loopback address (RFC 6761). */
const isLocalName = (host: string): boolean => host === "localhost" || host.endsWith(".localhost");

const matchesName = (scope: ScopeHost & { name: string }, host: string): boolean =>
  host === scope.name || (scope.type === "below" && host.endsWith(`.${scope.name}`));

/** The method of a target whose server may take it for any method (an override header): no allow that names methods covers it, every
 *  deny that names some does. */
export const anyMethod = "*";

/** What a request's host and address say. */
export interface Seen {
  /** The host without a dot at its end. */
  readonly name: string;
  /** The address in the URL itself. */
  readonly literal: Address | undefined;
  /** The address that would be dialled, as written. */
  readonly dialled: Address | undefined;
  /** An address was given that cannot be read. */
  readonly broken: boolean;
  /** Whether `dialled` is a public one. */
  readonly isPublic: boolean;
}

/** The last target that was looked at: one decision looks at the same one several times. A target is plain data that nobody changes. */
let last: { readonly target: NetTarget; readonly seen: Seen } | undefined;

export function look(target: NetTarget): Seen {
  if (last?.target !== target) last = { target, seen: read(target) };
  return last.seen;
}

function read(target: NetTarget): Seen {
  const literal = parseAddress(target.host);
  const dialled = target.address === undefined ? literal : parseAddress(target.address);
  return {
    name: trimDot(target.host),
    literal,
    dialled,
    broken: target.address !== undefined && !dialled,
    isPublic: dialled !== undefined && classOf(dialled) === "public",
  };
}

const portFits = (scope: NetScope, target: NetTarget): boolean =>
  scope.port === null || scope.port === target.port;

/** What a bare `net` grant says. */
const everyPublic: NetScope = { methods: null, host: { type: "any" }, port: null, path: null };

/** Whether an allow with this scope (null: a bare one) covers the request. Without an address a name is judged alone; once the name was resolved the
 *  same question must be asked again with the address. An address that is not public is covered only by a scope that names it (the
 *  address, a block, or `localhost`), or by a host's scope with `local`. */
export function covers(written: NetScope | null, target: NetTarget, { local }: { local: boolean }): boolean {
  const scope = written ?? everyPublic;
  const seen = look(target);
  if (seen.broken || !portFits(scope, target)) return false;
  if (scope.methods !== null && !scope.methods.includes(target.method.toUpperCase())) return false;
  if (scope.path !== null && !isUnderPath(scope.path, target.path)) return false;
  const { literal, dialled, isPublic } = seen;
  switch (scope.host.type) {
    case "any":
      return dialled ? isPublic : !isLocalName(seen.name);
    case "name":
    case "below":
      if (literal) return false;
      if (target.address !== undefined && scope.host.name === "localhost" && scope.host.type === "name")
        return dialled !== undefined && classOf(dialled) === "loopback";
      return matchesName(scope.host, seen.name) && (!dialled || isPublic || local);
    case "address":
      return dialled !== undefined && sameAddress(scope.host.address, canonical(dialled));
    case "block":
      return dialled !== undefined && inBlock(scope.host.block, canonical(dialled));
    default:
      return scope.host satisfies never;
  }
}

/** Whether a deny with this scope covers the request: by its name or by its address, in every spelling of address and path. */
export function coversForDeny(scope: NetScope, target: NetTarget): boolean {
  const { name, literal, dialled, broken } = look(target);
  if (!portFits(scope, target)) return false;
  if (
    scope.methods !== null &&
    target.method !== anyMethod &&
    !scope.methods.includes(target.method.toUpperCase())
  )
    return false;
  if (scope.path !== null && !isUnderPathForDeny(scope.path, target.path)) return false;
  if (broken) return true;
  const forms = [literal, dialled].flatMap((form) => (form ? [form, canonical(form)] : []));
  switch (scope.host.type) {
    case "any":
      return true;
    case "name":
    case "below":
      if (matchesName(scope.host, name)) return true;
      return (
        scope.host.name === "localhost" &&
        (isLocalName(name) || forms.some((form) => classOf(form) === "loopback"))
      );
    case "address": {
      const { address } = scope.host;
      return forms.some((form) => sameAddress(address, form));
    }
    case "block": {
      const { block } = scope.host;
      return forms.some((form) => inBlock(block, form));
    }
    default:
      return scope.host satisfies never;
  }
}

/** Whether the request is for something that only a scope naming it can cover. */
export function isLocalTarget(target: NetTarget): boolean {
  const { name, dialled, isPublic } = look(target);
  return dialled ? !isPublic : isLocalName(name);
}

/** Whether an allow with this scope (null: a bare one) would cover the request if its address were public: then what is missing is
 *  not the host but the naming of a local address. */
export function lacksNaming(scope: NetScope | null, target: NetTarget): boolean {
  if (!isLocalTarget(target) || covers(scope, target, { local: false })) return false;
  const { host } = scope ?? everyPublic;
  if (host.type === "any")
    return covers(scope, { ...target, host: "name.invalid", address: somePublic }, { local: false });
  return covers(scope, target, { local: true });
}

const somePublic = "1.1.1.1";
