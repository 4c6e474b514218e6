/** The decision order of CONTRACT 3 as a list that is read from top to bottom, and rule sets and requests over few names, so that they
 *  meet. Slow, short and without any index: what the policy is held against. */
import { grantContext } from "../../cli/compose/grants.ts";
import { fieldsApart, type Kind, type Target } from "../../runtime/core/capability.ts";
import { closes, isNullDevice, opens, type Places, within } from "../../runtime/core/cover.ts";
import { type Grant, parseGrant } from "../../runtime/core/grant.ts";
import { holdsPlace } from "../../runtime/core/places.ts";
import { stateOf } from "../../runtime/gate/policy.ts";
import type { Random } from "./random.ts";

const home = "/home/ana";
const folder = `${home}/project`;
export const context = grantContext({ folder, home, plugin: folder, data: `${home}/.local`, tmp: "/tmp" });

export interface ModelWorld {
  readonly rules: readonly Grant[];
  readonly ceilings: readonly (readonly Grant[])[];
  readonly protect: readonly string[];
  readonly places: Places;
}

const isPath = (target: Target): target is Target & { kind: "read" | "write" } =>
  target.kind === "read" || target.kind === "write";

/** granted, denied, ignored or open. Nothing was used yet; `age` is how old every rule is, in ms. */
export function modelDecision(
  world: ModelWorld,
  target: Target,
  names: readonly string[],
  age: number,
): string {
  const { rules, places } = world;
  if (isPath(target)) {
    const own = world.protect.some(
      (path) =>
        within(target.canonical, path) ||
        within(target.lexical, path) ||
        ((target.tree || target.arrives) && within(path, target.canonical)),
    );
    if (own || target.type === "forbidden") return "denied";
  }
  const closing = rules.filter((rule) => rule.effect !== "allow" && closes(rule, target, names, places));
  if (closing.some(({ effect }) => effect === "deny")) return "denied";
  if (isPath(target) && target.tree) {
    const taken = (rule: Grant): boolean =>
      (rule.kind === "read" || rule.kind === "write") &&
      rule.scope !== null &&
      closes({ ...rule, kind: target.kind, options: {} }, target, [], places);
    if (rules.some((rule) => rule.effect !== "allow" && taken(rule))) return "denied";
  }
  if (isPath(target) && (target.tree || target.arrives)) {
    const { secret, autorun } = places;
    if (holdsPlace(target.canonical, secret) || holdsPlace(target.canonical, autorun)) return "denied";
  }
  if (closing.some(({ effect, scope }) => effect === "ignore" && scope !== null)) return "ignored";
  if (isPath(target) && isNullDevice(target)) return "granted";
  // Each field of a query may be covered by another rule.
  const parts = target.kind === "data" ? fieldsApart(target) : [target];
  const covers = (grants: readonly Grant[]): boolean =>
    parts.every((part) => grants.some((grant) => opens(grant, part, names, places)));
  if (!world.ceilings.every(covers)) return "denied";
  const fresh = { id: 0, from: "", madeAt: 0, passing: false, uses: 0, calls: 0, bytes: 0, revoked: false };
  const valid = rules.filter(
    (grant) => grant.effect === "allow" && stateOf({ ...fresh, grant }, age) === "valid",
  );
  return covers(valid) ? "granted" : "open";
}

export const paths = [
  "/",
  "/a",
  "/a/b",
  "/a/b/c",
  "/a/bc",
  "/A/b",
  "/home/ana/.ssh",
  "/home/ana/.ssh/x",
  "/z",
];
const odd = ["/a/b/.env", "/home/ana", "/dev/null", "/a//x"];
const hosts = ["a.example", "b.a.example", "c.b.a.example", "example.org", "localhost", "x.localhost"];
const addresses = ["1.2.3.4", "10.0.0.7", "127.0.0.1", "[::1]", "[::ffff:10.0.0.7]", "[2001:db8::1]"];
const blocks = [
  "10.0.0.0/8",
  "1.2.3.0/24",
  "[::ffff:10.0.0.0]/104",
  "[2001:db8::]/32",
  "0.0.0.0/0",
  "[::]/0",
];
const webPaths = ["", "/x", "/x/y", "/X", "/%78", "/x;p", "/a%2fb", "/a/b"];
const variables = ["A", "A_B", "A_B_C", "AB"];
const functions = ["math.add", "math.deep.sub", "io.print", "math"];
const fields = ["name", "birthday", "email"];

function scopeText(random: Random, kind: Kind): string {
  switch (kind) {
    case "read":
    case "write":
      return random.pick(random.chance(0.8) ? paths : odd);
    case "net": {
      const host = random.pick([...hosts, ...hosts.map((name) => `*.${name}`), ...addresses, ...blocks, "*"]);
      const method = random.chance(0.2) ? `${random.pick(["GET", "POST", "GET+HEAD"])} ` : "";
      return `${method}${host}${random.chance(0.3) ? ":443" : ""}${random.pick(webPaths)}`;
    }
    case "data": {
      const some = random.chance(0.6)
        ? `.${[...new Set([random.pick(fields), random.pick(fields)])].join("+")}`
        : "";
      return random.chance(0.2)
        ? "kv"
        : `${random.pick(["contacts", "notes"])}${some}${random.pick(["", ":count", ":write"])}`;
    }
    case "env":
      return random.chance(0.5) ? random.pick(variables) : `${random.pick(["A", "A_", "A_B_", "B"])}*`;
    case "host":
      return random.chance(0.5) ? random.pick(functions) : random.pick(["math.*", "math.deep.*", "io.*"]);
    default:
      return kind satisfies never;
  }
}

const opsOf: Record<Kind, readonly string[]> = {
  read: ["stat", "readFile"],
  write: ["mkdir", "rename"],
  net: ["fetch"],
  data: ["kvGet"],
  env: ["get"],
  host: ["call"],
};

/** Texts in the grammar, some without a scope, some with options. */
export function grantText(random: Random, effect: Grant["effect"], kind: Kind): string {
  const known = opsOf[kind].filter((op) => context.operations(kind).includes(op));
  const ops = random.chance(0.15) && known.length > 0 ? `,ops=${random.pick(known)}` : "";
  if (random.chance(0.06)) return ops === "" ? kind : `${kind}=*${ops}`;
  const local = kind === "net" && random.chance(0.3) ? ",local=yes" : "";
  const option =
    effect === "allow" ? `${random.pick(["", "", ",for=1s", ",uses=2", ",maxBytes=9b"])}${local}` : "";
  return `${kind}=${scopeText(random, kind)}${option}${ops}`;
}

export const grantOf = (random: Random, effect: Grant["effect"], kind: Kind): Grant[] =>
  parseGrant(grantText(random, effect, kind), context, effect).map((grant) => resolved(random, grant));

/** Some scopes lie elsewhere than they are called. */
function resolved(random: Random, grant: Grant): Grant {
  const { scope } = grant;
  if ((scope?.kind !== "read" && scope?.kind !== "write") || random.chance(0.8)) return grant;
  return { ...grant, scope: { ...scope, resolved: random.pick(paths) } };
}

export function targetOf(random: Random, kind: Kind): Target {
  switch (kind) {
    case "read":
    case "write": {
      const lexical = random.pick([...paths, ...odd, "/a/b/c/d/e", "/home/ana/.ssh/x/y"]);
      return {
        kind,
        words: lexical,
        lexical,
        canonical: random.chance(0.7) ? lexical : random.pick(paths),
        entry: random.chance(0.3),
        tree: random.chance(0.2),
        arrives: random.chance(0.1),
        type: random.pick(["file", "file", "folder", "missing", "device", "forbidden"]),
      };
    }
    case "net": {
      const host = random.pick([...hosts, ...addresses, "d.c.b.a.example", "a.example.", "xa.example"]);
      const found = random.pick([
        "1.2.3.4",
        "10.0.0.7",
        "127.0.0.1",
        "::1",
        "::ffff:10.0.0.7",
        "2001:db8::1",
        "?",
      ]);
      return {
        kind,
        words: host,
        scheme: "https",
        host: host.replace(/^\[|\]$/g, ""),
        port: random.pick([443, 80]),
        path: random.pick(["/", "/x", "/x/y/z", "/xy", "/X/y", "/a/b", "/a%2Fb", "/y/..%2Fx"]),
        method: random.pick(["GET", "POST", "*"]),
        ...(random.chance(0.5) ? { address: found } : {}),
      };
    }
    case "data": {
      const dataset = random.pick(["contacts", "notes", "kv"]);
      const some = [...new Set([random.pick(fields), random.pick(fields)])].slice(
        0,
        random.chance(0.3) ? 0 : 2,
      );
      const access = random.pick(["read", "write", "count"] as const);
      return { kind, words: dataset, dataset, access, ...(random.chance(0.8) ? { fields: some } : {}) };
    }
    case "env":
    case "host": {
      const name = random.chance(0.1) ? "*" : random.pick([...variables, ...functions]);
      return { kind, words: name, name };
    }
    default:
      return kind satisfies never;
  }
}
