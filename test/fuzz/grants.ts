// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${…} is part of the grammar
/** Grants as text: what a person meant, written with every kind, option and escape, is read as that and printed as text that is read as
 *  the same; and text that is nobody's grant is refused by the grammar, never read as something wider. */
import type { Kind } from "../../runtime/core/capability.ts";
import { isSbxError } from "../../runtime/core/errors.ts";
import { type Effect, type Grant, parseGrant, printGrant, type Scope } from "../../runtime/core/grant.ts";
import { Random } from "../support/random.ts";
import { CWD, context } from "../support/world.ts";
import type { Fuzzer } from "./fuzzer.ts";

/** A grant as somebody means it, beside the text in which they write it. */
interface Meant {
  readonly kind: Kind;
  /** A scope each; the text of the scope without escapes, and what it must be read as. */
  readonly scopes: readonly { readonly text: string; readonly is: (scope: Scope) => boolean }[];
  readonly options: readonly { readonly text: string; readonly name: string; readonly value: unknown }[];
}

const pieces =
  "a b Z 9 . - _ , = \\ \\\\ \\, : ~ * $ + ' \" [ ] ( ) é 字 😀 ü . .. uses=3 for= local=yes read= net= deny ä%2c %".split(
    " ",
  );
const word = (random: Random): string =>
  `${random.pick(["a", "docs", "x1"])}${random.list(4, () => random.pick([...pieces, " "])).join("")}`;

type Draw = (random: Random) => Meant["scopes"][number];

const path: Draw = (random) => {
  const parts = [word(random), ...random.list(3, () => word(random))].filter(
    (part) => !/^\.{1,2}$/.test(part),
  );
  const below = parts.join("/").replace(/\/+$/, "");
  const [start, at] = random.pick([
    ["./", `${CWD}/`],
    ["/srv/", "/srv/"],
    ["", `${CWD}/`],
  ] as const);
  return {
    text: start + below,
    is: (scope) => "lexical" in scope && scope.lexical === at + below && scope.written === start + below,
  };
};

const label = (random: Random): string => random.pick(["a", "api", "xn--bcher-kva", "x-1", "example", "com"]);

const net: Draw = (random) => {
  const methods = random.chance(0.4)
    ? [...new Set(random.list(2, () => random.pick(["GET", "POST", "X-PUT"])))]
    : [];
  const [host, type] = random.pick([
    [`${label(random)}.${label(random)}`, "name"],
    [`*.${label(random)}.example`, "below"],
    ["127.0.0.1", "address"],
    ["[2001:db8::1]", "address"],
    ["10.0.0.0/8", "block"],
    ["[2001:db8::]/32", "block"],
  ] as const);
  const port = random.chance(0.5) ? random.below(65_536) : null;
  const at = random.chance(0.4) ? `/${random.pick(["v1", "a,b", "a=b", "x/y", "%7Ea", "ü"])}` : "";
  return {
    text: `${methods.length ? `${methods.join("+")} ` : ""}${host}${port === null ? "" : `:${port}`}${at}`,
    is: (scope) =>
      scope.kind === "net" &&
      scope.net.host.type === type &&
      scope.net.port === port &&
      (scope.net.path === null) === (at === "") &&
      (scope.net.methods?.join("+") ?? "") === [...methods].sort().join("+"),
  };
};

const data: Draw = (random) => {
  const dataset = random.pick(["contacts", "a_b", "D-1"]);
  const fields = [...new Set(random.list(3, () => random.pick(["name", "f1", "_x"])))];
  const access = random.pick(["read", "count", "write"] as const);
  return {
    text: `${dataset}${fields.length ? `.${fields.join("+")}` : ""}${access === "read" ? "" : `:${access}`}`,
    is: (scope) =>
      scope.kind === "data" &&
      scope.dataset === dataset &&
      scope.fields.join() === fields.join() &&
      scope.access === access,
  };
};

const named =
  (kind: "env" | "host", names: readonly string[]): Draw =>
  (random) => {
    const name = random.pick(names);
    return { text: name, is: (scope) => scope.kind === kind && scope.name === name };
  };

const draws: Readonly<Record<Kind, Draw>> = {
  read: path,
  write: path,
  net,
  data,
  env: named("env", ["HOME", "LC_*", "A.B", "x y", "ÄÖ", "A,B"]),
  host: named("host", ["math.double", "math.*", "f", "a-b.c_d"]),
};

const optionDraws: readonly ((random: Random) => Meant["options"][number])[] = [
  (random) => {
    const [text, value] = random.pick([
      ["10m", 600_000],
      ["1.5s", 1500],
      ["2h", 7_200_000],
      ["90ms", 90],
    ] as const);
    return { name: "for", text, value };
  },
  (random) => counted("uses", 1 + random.below(1000)),
  (random) => counted("maxCalls", 1 + random.below(1000)),
  (random) => {
    const [text, value] = random.pick([
      ["10mb", 10 * 1024 ** 2],
      ["1kb", 1024],
      ["7b", 7],
    ] as const);
    return { name: "maxBytes", text, value };
  },
];
const counted = (name: string, value: number) => ({ name, text: String(value), value });

function anyMeant(random: Random): Meant {
  const kind = random.pick(["read", "write", "net", "data", "env", "host"] as const);
  const scopes = [draws[kind](random), ...random.list(2, () => draws[kind](random))];
  const options = optionDraws.filter(() => random.chance(0.25)).map((draw) => draw(random));
  const local = kind === "net" && random.chance(0.3) ? [{ name: "local", text: "yes", value: true }] : [];
  return { kind, scopes, options: [...options, ...local] };
}

/** Escapes what must be, and now and then what need not. */
const written = (text: string): string => text.replace(/[\\,=]/g, (c) => `\\${c}`);

function fault(meant: Meant): string | undefined {
  const options = meant.options.map(({ name, text }) => `,${name}=${text}`).join("");
  const text = `${meant.kind}=${meant.scopes.map((scope) => written(scope.text)).join(",")}${options}`;
  const read = parseGrant(text, context);
  if (read.length !== meant.scopes.length) return `${text} is read as ${read.length} grants`;
  for (const [i, grant] of read.entries()) {
    if (grant.kind !== meant.kind || grant.scope === null || !meant.scopes[i]?.is(grant.scope))
      return `${text} is read as ${shown(grant)}`;
    const expected = Object.fromEntries(meant.options.map(({ name, value }) => [name, value]));
    if (!same(grant.options, expected)) return `${text} has the options ${shown(grant.options)}`;
    const again = printedAgain(grant);
    if (again !== undefined) return again;
  }
  return undefined;
}

function printedAgain(grant: Grant): string | undefined {
  const text = printGrant(grant);
  const read = parseGrant(text, context, grant.effect);
  if (read.length !== 1 || !same(read[0], grant)) return `${text} is not read back: ${shown(read)}`;
  return printGrant(read[0] as Grant) === text ? undefined : `${text} is printed differently when read again`;
}

const sorted = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => [key, sorted(one)]),
      )
    : value;
const shown = (value: unknown): string =>
  JSON.stringify(sorted(value), (_, one: unknown) => (typeof one === "bigint" ? String(one) : one));
const same = (a: unknown, b: unknown): boolean => shown(a) === shown(b);

const scraps = [
  ...[
    "read",
    "net",
    "data",
    "env",
    "host",
    "write",
    "=",
    "=",
    ",",
    ",",
    "\\",
    "*",
    "*.",
    ".",
    "..",
    "/",
    ":",
    "+",
    " ",
  ],
  ...[
    "for=",
    "uses=",
    "local=",
    "ops=",
    "10m",
    "3",
    "yes",
    "readFile",
    "GET",
    "a",
    "example.com",
    "1.2.3.4",
    "[::1]",
  ],
  ...["\0", "\n", "\u202e", "\ud800", "%2f", "?", "#", "@", "[", "]", "${home}", "~/", "kv", ":write", "é"],
];

/** Text that nobody means: refused in words, or read as no more than it says. */
function garbage(random: Random): string | undefined {
  const text = `${random.pick(["read=", "net=", "data=", "env=", "host=", ""])}${random.list(8, () => random.pick(scraps)).join("")}`;
  const effect = random.pick(["allow", "deny", "ignore"] as const) satisfies Effect;
  let read: Grant[];
  try {
    read = parseGrant(text, context, effect);
  } catch (error) {
    return isSbxError(error) && error.code === "E_USAGE"
      ? undefined
      : `${JSON.stringify(text)} throws ${error}`;
  }
  for (const grant of read) {
    // Only a bare kind or a star of its own may stand for everything.
    const everything =
      grant.scope === null || (grant.scope.kind === "net" && grant.scope.net.host.type === "any");
    if (
      everything &&
      !/^\w+$|(?:^|[=, ])\*(?:$|[ ,:/])/.test(text) &&
      !/^\w+=(?:[A-Za-z]+=[^,]*,?)+$/.test(text)
    )
      return `${JSON.stringify(text)} is read as everything`;
    const again = printedAgain(grant);
    if (again !== undefined) return `${JSON.stringify(text)}: ${again}`;
  }
  return undefined;
}

export const fuzzer: Fuzzer = {
  name: "grants",
  why: "what is meant is what is read, what is printed is read back as the same, and nothing else is read as more than it says",
  async batch(seed, count) {
    const random = new Random(seed);
    for (let n = 0; n < count; n += 1) {
      const wrong = random.chance(0.5) ? fault(anyMeant(random)) : garbage(random);
      if (wrong !== undefined) throw new Error(`seed ${seed}, case ${n}: ${wrong}`);
    }
  },
};
