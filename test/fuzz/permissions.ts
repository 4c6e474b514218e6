/** `sbx:permissions` against the real gate: generated rules, labels and histories; after each question one operation that it speaks of. */

import { within } from "../../runtime/core/cover.ts";
import { askedOf, type Descriptor } from "../../runtime/core/descriptor.ts";
import { isSbxError } from "../../runtime/core/errors.ts";
import { posix } from "../../runtime/core/path.ts";
import { Random } from "../support/random.ts";
import { CWD, type Scripted, World, type WorldOptions } from "../support/world.ts";
import type { Fuzzer } from "./fuzzer.ts";

const files = {
  a: "A",
  "sub/x": "X",
  "sub/deep/y": "Y",
  "other/z": "Z",
  "sub/.env": "TOKEN=1",
  "link-in": { link: "sub" },
  "link-out": { link: "/srv/data" },
  "sub/up": { link: "../other" },
  "/srv/data/f": "F",
} as const;
const paths = [
  "a",
  "sub",
  "sub/x",
  "sub/deep",
  "sub/deep/y",
  "other",
  "other/z",
  "sub/.env",
  "link-in",
  "link-in/x",
];
const more = [
  "link-out",
  "link-out/f",
  "sub/up",
  "sub/up/z",
  "/srv/data",
  ".",
  "new",
  "sub/new/more",
  "../../ana",
];
const everyPath = [...paths, ...more];
const hosts = ["a.example", "b.a.example", "c.example"];
const ports = ["", ":80", ":443", ":8080"];
const webPaths = ["", "/api", "/api/v1", "/other"];
const methods = ["GET", "POST", "DELETE"];
const names = ["A_ONE", "A_TWO", "B"];

type Kind = "read" | "write" | "net" | "env" | "data";
const kinds: readonly Kind[] = ["read", "write", "net", "env", "data"];
const operations: Readonly<Record<Kind, readonly string[]>> = {
  read: ["readFile", "stat", "readDir"],
  write: ["writeFile", "mkdir", "remove"],
  net: ["fetch"],
  env: ["get"],
  data: ["get", "apply"],
};

function scope(random: Random, kind: Kind): string {
  switch (kind) {
    case "read":
    case "write":
      return random.pick(everyPath);
    case "net": {
      const verbs = random.chance(0.2) ? `${random.pick(methods)} ` : "";
      const host = random.pick([...hosts, "*.a.example"]);
      return `${verbs}${host}${random.pick(ports)}${random.pick(webPaths)}`;
    }
    case "env":
      return random.pick([...names, "A_*"]);
    case "data":
      return "kv";
    default:
      return kind satisfies never;
  }
}

function options(random: Random, kind: Kind): string {
  if (random.chance(0.6)) return "";
  return random.pick([",for=1m", ",uses=2", ",maxCalls=2", `,ops=${random.pick(operations[kind])}`]);
}

const optionsFor = (random: Random, kind: Kind, effect: string): string => {
  if (effect === "allow") return options(random, kind);
  return effect === "deny" && random.chance(0.2) ? `,ops=${random.pick(operations[kind])}` : "";
};

function flag(random: Random, focus: Kind): string {
  const kind = random.chance(0.7) ? focus : random.pick(kinds);
  const effects = kind === "read" || kind === "env" ? ["allow", "deny", "ignore"] : ["allow", "deny"];
  const effect = random.chance(0.7) ? "allow" : random.pick(effects);
  if (random.chance(0.15)) return `--${effect}-${kind}`;
  return `--${effect}-${kind}=${scope(random, kind)}${optionsFor(random, kind, effect)}`;
}

function worldOf(random: Random, focus: Kind): WorldOptions {
  const labelled = random.chance(0.3);
  const asked: Scripted[] = Array.from({ length: 200 }, () =>
    random.pick(["no", "no", "run", "once", "never"]),
  );
  const ceiling = (): string[] =>
    kinds.flatMap((kind) =>
      random.chance(0.3) ? [] : [random.chance(0.5) ? `${kind}=*` : `${kind}=${scope(random, kind)}`],
    );
  return {
    files,
    grants: random.list(8, () => flag(random, focus)),
    sites: Object.fromEntries(hosts.map((host) => [host, {}])),
    env: { A_ONE: "1", B: "2" },
    ...(random.chance(0.2) ? { ceilings: [ceiling()] } : {}),
    ...(random.chance(0.3) ? { answers: asked } : {}),
    ...(labelled ? { labels: { [`read=${random.pick(paths)}`]: "personal" } } : {}),
    ...(labelled && random.chance(0.5)
      ? {
          clear: {
            [random.pick(["net=a.example", "net=a.example:443", "write=./sub", "net=*", "kv"])]: ["personal"],
          },
        }
      : {}),
  };
}

/** A question, an operation that it speaks of, and whether the operation is about exactly that (not about something inside of it). */
interface Probe {
  readonly descriptor: Descriptor;
  readonly operation: string;
  readonly args: object;
  readonly exact: boolean;
}

const inside = (random: Random, path: string): string =>
  random.chance(0.5) ? path : `${path}/${random.pick(["x", "deep/y", ".env", "fresh", "up/z"])}`;

function pathProbe(random: Random, name: "read" | "write"): Probe {
  const path = random.pick(everyPath);
  const at = inside(random, path);
  const plain = name === "read" ? ["fs.readFile", "fs.stat", "fs.exists"] : ["fs.writeFile"];
  const others = name === "read" ? ["fs.lstat", "fs.readDir"] : ["fs.remove", "fs.mkdir", "fs.remove tree"];
  const picked = random.pick([...plain, ...others]);
  const [operation = "", tree] = picked.split(" ");
  return {
    descriptor: { name, path },
    operation,
    args: { path: at, ...(tree ? { recursive: true } : {}) },
    exact: at === path && plain.includes(picked),
  };
}

function netProbe(random: Random): Probe {
  const host = random.pick(hosts);
  const port = random.pick(ports);
  const asUrl = random.chance(0.4);
  const method = random.chance(0.5) ? random.pick(methods) : undefined;
  const path = asUrl ? random.pick(webPaths) : "";
  const url = `http://${host}${port}${path}`;
  const scheme = port === "" && !asUrl ? "https" : "http";
  const used = method ?? random.pick(methods);
  const onPort = port === "" && !asUrl ? random.pick(ports) : port;
  const below = random.pick(["", "/x", "/api", "/v1"]);
  const target = `${scheme}://${host}${onPort}${path}${below}`;
  return {
    descriptor: {
      name: "net",
      host: asUrl ? url : `${host}${port}`,
      ...(method === undefined ? {} : { method }),
    },
    operation: "net.fetch",
    args: { url: target, method: used, headers: [], redirect: "follow", hasBody: false },
    exact: below === "" && onPort === port && used === (method ?? "GET"),
  };
}

function probe(random: Random, focus: Kind): Probe {
  const kind = random.chance(0.7) ? focus : random.pick(kinds);
  if (kind === "net") return netProbe(random);
  if (kind === "read" || kind === "write") return pathProbe(random, kind);
  if (kind === "env") {
    const variable = random.pick(names);
    return {
      descriptor: { name: "env", variable },
      operation: "env.get",
      args: { name: variable },
      exact: true,
    };
  }
  const writes = random.chance(0.5);
  return {
    descriptor: { name: "data", set: "kv" },
    operation: writes ? "data.apply" : "data.get",
    args: writes ? { changes: [{ op: "set", key: "k", value: "1" }] } : { key: "k" },
    exact: writes,
  };
}

/** Not known when a folder is asked about: where a link in it leads, and that a well-known secret, which must be named, lies in it. */
function isFoundOut(world: World, { descriptor: { path }, args }: Probe): boolean {
  const at = (args as { path?: string }).path;
  if (at === undefined || path === undefined || at === path) return false;
  const [outer, inner] = [path, at].map((text) => world.tree.follow(posix.absolute(text, CWD)));
  return at.endsWith(".env") || outer === undefined || inner === undefined || !within(inner, outer);
}

/** The same, asked about as a whole kind. */
const wholeKind = (one: Probe): Probe => ({
  ...one,
  descriptor: { name: one.descriptor.name },
  exact: false,
});

/** How the gate decided; "unheard" when it never came to a decision. */
async function decided(world: World, { operation, args }: Probe): Promise<string> {
  const before = world.sink.records.length;
  const body = operation === "fs.writeFile" ? { body: "new" } : {};
  try {
    await world.perform(operation, args, body);
  } catch (error) {
    if (!isSbxError(error)) throw error;
    // What only its own target finds out.
    if (error.code === "E_INVALID") return "unheard";
  }
  const decisions = world.sink.records
    .slice(before)
    .flatMap(({ decision, op }) => (decision && op === operation ? [decision] : []));
  const refused = decisions.find((decision) => decision !== "allowed" && decision !== "asked-yes");
  return refused ?? decisions[0] ?? "unheard";
}

async function happen(world: World, random: Random, focus: Kind): Promise<string> {
  const picked = random.below(5);
  if (picked === 0) {
    world.clock.turn(random.pick([1000, 30_000, 60_000]));
    return "time passes";
  }
  const one = probe(random, focus);
  if (picked === 1) {
    await world.permissions.revoke(askedOf(one.descriptor));
    return `revoke ${JSON.stringify(one.descriptor)}`;
  }
  await decided(world, one);
  return `${one.operation} ${JSON.stringify(one.args)}`;
}

/** What differs between question and operation, or undefined. */
async function difference(world: World, one: Probe, hasOps: boolean): Promise<string | undefined> {
  const { state, partial } = await world.permissions.query(askedOf(one.descriptor));
  const decision = await decided(world, one);
  const said = `${state}${partial ? " in part" : ""}`;
  const differs = `${JSON.stringify(one.descriptor)} is ${said}, but ${one.operation} ${JSON.stringify(one.args)} was ${decision}`;
  if (decision === "unheard" || isFoundOut(world, one)) return undefined;
  const granted = decision === "allowed";
  if (state === "granted" && !granted && (!partial || one.exact)) return differs;
  // The other way round, where the question is about just this operation: neither is it said to be closed when it is open.
  if (state === "denied" && granted && one.exact && !hasOps && one.descriptor.method === undefined)
    return differs;
  if (state === "prompt" && decision === "denied" && one.exact && !hasOps) return differs;
  return undefined;
}

async function sequence(seed: number): Promise<{ checks: number; found?: string }> {
  const random = new Random(seed);
  const focus = random.pick(kinds);
  const options = worldOf(random, focus);
  const world = new World(options);
  const history: string[] = [];
  let checks = 0;
  const hasOps = options.grants?.some((text) => text.includes("ops=")) === true;
  for (let step = 0; step < 6; step += 1) {
    history.push(await happen(world, random, focus));
    const one = probe(random, focus);
    const asked = random.chance(0.15) ? wholeKind(one) : one;
    checks += 1;
    const found = await difference(world, asked, hasOps);
    if (found !== undefined)
      return {
        checks,
        found: `${found}\n  world ${JSON.stringify({ ...options, files: undefined, answers: options.answers !== undefined })}\n  after ${history.join("; ")}`,
      };
    history.push(`${asked.operation} ${JSON.stringify(asked.args)}`);
  }
  return { checks };
}

export const fuzzer: Fuzzer = {
  name: "permissions",
  share: 5000,
  why: "what is said to be granted is not denied, and what is said to be denied is not granted",
  async batch(seed, count) {
    const random = new Random(seed);
    for (let done = 0; done < count; ) {
      const own = random.next();
      const { checks, found } = await sequence(own);
      done += checks;
      if (found !== undefined) throw new Error(`seed ${seed}, sequence ${own}: ${found}`);
    }
  },
};
