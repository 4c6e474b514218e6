import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PathTarget, Target } from "../../../runtime/core/capability.ts";
import { printGrant } from "../../../runtime/core/grant.ts";
import { Policy, type Rule, stateOf } from "../../../runtime/gate/policy.ts";
import { grantFor, remedyFor, scopesFor } from "../../../runtime/gate/remedy.ts";
import { CWD, flagGrants, HOME, START, World } from "../../support/world.ts";

const file = (path: string) => ({ kind: "read", path }) as const;
const env = (name: string) => ({ kind: "env", name }) as const;

const order: readonly {
  why: string;
  grants: string[];
  ceilings?: string[][];
  need: Parameters<World["decide"]>[0];
  is: string;
}[] = [
  { why: "silence is an open question", grants: [], need: file("a"), is: "open" },
  { why: "an allow grants", grants: ["--allow-read=."], need: file("a"), is: "granted" },
  {
    why: "a wide deny beats a narrow allow",
    grants: ["--allow-read=./a", "--deny-read=."],
    need: file("a"),
    is: "denied",
  },
  {
    why: "a bare deny beats a named allow",
    grants: ["--allow-read=./a", "--deny-read"],
    need: file("a"),
    is: "denied",
  },
  {
    why: "a narrow deny beats a bare allow",
    grants: ["--allow-read", "--deny-read=./a"],
    need: file("a"),
    is: "denied",
  },
  {
    why: "an ignore beats an allow",
    grants: ["--allow-read=.", "--ignore-read=./a"],
    need: file("a"),
    is: "ignored",
  },
  {
    why: "a deny beats an ignore",
    grants: ["--ignore-read=./a", "--deny-read=./a"],
    need: file("a"),
    is: "denied",
  },
  {
    why: "a bare ignore is no deny",
    grants: ["--ignore-read", "--allow-read=./a"],
    need: file("a"),
    is: "granted",
  },
  { why: "a bare ignore leaves the rest open", grants: ["--ignore-read"], need: file("a"), is: "open" },
  {
    why: "outside the ceiling nothing is granted",
    grants: ["--allow-read"],
    ceilings: [["read=./b"]],
    need: file("a"),
    is: "denied",
  },
  {
    why: "inside the ceiling an allow is still needed",
    grants: [],
    ceilings: [["read=."]],
    need: file("a"),
    is: "open",
  },
  {
    why: "an empty ceiling closes everything",
    grants: ["--allow-read"],
    ceilings: [[]],
    need: file("a"),
    is: "denied",
  },
  {
    why: "every ceiling must hold",
    grants: ["--allow-read"],
    ceilings: [["read=."], ["read=./b"]],
    need: file("a"),
    is: "denied",
  },
  {
    why: "a ceiling for files closes variables",
    grants: ["--allow-env"],
    ceilings: [["read=."]],
    need: env("A"),
    is: "denied",
  },
  {
    why: "an ignore answers before the ceiling",
    grants: ["--ignore-read=./a"],
    ceilings: [["read=./b"]],
    need: file("a"),
    is: "ignored",
  },
  { why: "/dev/null needs nobody's leave", grants: [], need: file("/dev/null"), is: "granted" },
  { why: "/dev/null can be denied", grants: ["--deny-read=/dev"], need: file("/dev/null"), is: "denied" },
  {
    why: "/dev/null is no hole in a ceiling",
    grants: [],
    ceilings: [["env"]],
    need: file("/dev/null"),
    is: "granted",
  },
  {
    why: "a name with a deny on its prefix",
    grants: ["--allow-env=A_B", "--deny-env=A_*"],
    need: env("A_B"),
    is: "denied",
  },
  {
    why: "a prefix denied beside a listing",
    grants: ["--allow-env=B", "--deny-env=A_*"],
    need: env("*"),
    is: "granted",
  },
];
describe("the decision:", () => {
  test.each(order)("$why", async ({ grants, ceilings, need, is }) => {
    const world = new World({ grants, ...(ceilings ? { ceilings } : {}), files: { a: "1" } });
    expect(await world.decide(need)).toBe(is);
  });
});

const options: readonly {
  why: string;
  grants: string[];
  use: (world: World) => Promise<unknown[]>;
  is: unknown[];
}[] = [
  {
    why: "for= ends the grant to the millisecond",
    grants: ["--allow-read=.,for=10m"],
    use: async (world) => {
      const before = await world.read("a");
      world.clock.turn(599_999);
      const last = await world.read("a");
      world.clock.turn(1);
      return [before, last, await world.read("a")];
    },
    is: ["12345", "12345", "E_EXPIRED"],
  },
  {
    why: "uses= counts operations",
    grants: ["--allow-read=.,uses=2"],
    use: async (world) => [
      await world.read("a"),
      await world.outcome("fs.stat", { path: "a" }),
      await world.read("a"),
    ],
    is: ["12345", "ok", "E_LIMIT_CALLS"],
  },
  {
    why: "uses= counts opening, not what is done with what is open",
    grants: ["--allow-read=.,uses=1"],
    use: async (world) => {
      const handle = await world.attempt("fs.open", { path: "a" });
      return [
        handle,
        await world.outcome("fs.fileRead", { handle, size: 2 }),
        await world.outcome("fs.fileRead", { handle, size: 2 }),
        await world.read("a"),
      ];
    },
    is: [1, "ok", "ok", "E_LIMIT_CALLS"],
  },
  {
    why: "maxCalls= counts what is done with what is open too",
    grants: ["--allow-read=.,maxCalls=2"],
    use: async (world) => {
      const handle = await world.attempt("fs.open", { path: "a" });
      return [
        handle,
        await world.outcome("fs.fileRead", { handle, size: 2 }),
        await world.outcome("fs.fileRead", { handle, size: 2 }),
      ];
    },
    is: [1, "ok", "E_LIMIT_CALLS"],
  },
  {
    why: "one use is enough for a request, its address included",
    grants: ["--allow-net=a.example,uses=1"],
    use: async (world) => [await world.fetch("https://a.example/"), await world.fetch("https://a.example/")],
    is: [200, "E_LIMIT_CALLS"],
  },
  {
    why: "one use is enough for an operation on two places of one grant",
    grants: ["--allow-read=.", "--allow-write=.,uses=1"],
    use: async (world) => [await world.outcome("fs.rename", { from: "a", to: "b" }), await world.write("c")],
    is: ["ok", "E_LIMIT_CALLS"],
  },
  {
    why: "maxBytes= stops before the byte too many",
    grants: ["--allow-read=.,maxBytes=12b"],
    use: async (world) => [await world.read("a"), await world.read("a"), await world.read("a")],
    is: ["12345", "12345", "E_LIMIT_BYTES"],
  },
  {
    why: "maxBytes= counts all scopes of a flag apart",
    grants: ["--allow-read=./a,./b,maxBytes=5b"],
    use: async (world) => [await world.read("a"), await world.read("b"), await world.read("a")],
    is: ["12345", "E_NOT_FOUND", "E_LIMIT_BYTES"],
  },
  {
    why: "ops= opens for the named operations only",
    grants: ["--allow-read=.,ops=stat+exists"],
    use: async (world) => [
      await world.outcome("fs.stat", { path: "a" }),
      await world.attempt("fs.exists", { path: "z" }),
      await world.read("a"),
    ],
    is: ["ok", false, "E_READ"],
  },
  {
    why: "a deny can name operations",
    grants: ["--allow-read=.", "--deny-read=.,ops=stat"],
    use: async (world) => [await world.read("a"), await world.outcome("fs.stat", { path: "a" })],
    is: ["12345", "E_READ"],
  },
  {
    why: "local=yes lets a name lead to a private address",
    grants: ["--allow-net=in.example,local=yes", "--allow-net=out.example"],
    use: async (world) => [await world.fetch("http://in.example/"), await world.fetch("http://out.example/")],
    is: [200, "E_NET_LOCAL"],
  },
  {
    why: "the freest of several grants pays",
    grants: ["--allow-read=.,uses=1", "--allow-read=.", "--allow-read=.,maxBytes=5b"],
    use: async (world) => [
      await world.read("a"),
      await world.read("a"),
      world.policy.rules.map((rule) => rule.uses),
    ],
    is: ["12345", "12345", [0, 2, 0]],
  },
  {
    why: "when one grant is used up the next one pays",
    grants: ["--allow-read=.,uses=1", "--allow-read=.,uses=1"],
    use: async (world) => [await world.read("a"), await world.read("a"), await world.read("a")],
    is: ["12345", "12345", "E_LIMIT_CALLS"],
  },
];
describe("options:", () => {
  test.each(options)("$why", async ({ grants, use, is }) => {
    const sites = { "in.example": { address: "10.0.0.7" }, "out.example": { address: "10.0.0.7" } };
    expect(await use(new World({ grants, files: { a: "12345" }, sites }))).toEqual(is);
  });
});

/** Rules and requests over few names, so that they meet. */
const paths = fc.constantFrom("/a", "/a/b", "/a/b/c", "/a/d", "/l", "/ab");
const flag = fc
  .tuple(
    fc.constantFrom("allow", "deny", "ignore"),
    fc.option(paths, { freq: 6 }),
    fc.constantFrom("", ",uses=1", ",for=1s", ",maxBytes=1b", ",ops=stat"),
  )
  .map(
    ([effect, path, option]) =>
      `--${effect}-read${path === null ? "" : `=${path}${effect === "allow" || option === ",ops=stat" ? option : ""}`}`,
  );
const target = fc
  .record({ lexical: paths, canonical: paths, tree: fc.boolean() })
  .map((some): PathTarget => ({ kind: "read", words: "x", entry: false, type: "file", ...some }));

describe("the order of the rules", () => {
  const judged = (flags: readonly string[], asked: PathTarget, now: number): unknown => {
    const policy = new Policy({ secret: [], autorun: [], foldCase: false }, []);
    for (const text of flags) for (const grant of flagGrants(text)) policy.add(grant, text, START);
    const decision = policy.judge(asked, ["stat"], now);
    return [decision.kind, "code" in decision ? decision.code : undefined];
  };
  test("never changes the decision, nor the code of a refusal", () => {
    fc.assert(
      fc.property(
        fc
          .array(flag, { maxLength: 6 })
          .chain((flags) =>
            fc.tuple(fc.constant(flags), fc.shuffledSubarray(flags, { minLength: flags.length })),
          ),
        target,
        fc.constantFrom(START, START + 1000),
        ([flags, shuffled], asked, now) => {
          expect(judged(shuffled, asked, now)).toEqual(judged(flags, asked, now));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("a further deny or ignore never opens, a further allow never closes", () => {
    const rank: Record<string, number> = { denied: 0, ignored: 1, open: 2, granted: 3 };
    const ranked = (flags: readonly string[], asked: PathTarget): number =>
      rank[(judged(flags, asked, START) as string[])[0] ?? ""] ?? -1;
    fc.assert(
      fc.property(fc.array(flag, { maxLength: 5 }), flag, target, (flags, more, asked) => {
        const [before, after] = [ranked(flags, asked), ranked([...flags, more], asked)];
        if (more.startsWith("--allow")) expect(after).toBeGreaterThanOrEqual(before);
        else expect(after).toBeLessThanOrEqual(before);
      }),
      { numRuns: 2000 },
    );
  });
});

test("why an earlier grant does not hold does not depend on the order of the rules", async () => {
  for (const grants of [
    ["--allow-read=.,uses=1", "--allow-read=.,for=1s"],
    ["--allow-read=.,for=1s", "--allow-read=.,uses=1"],
  ]) {
    const world = new World({ grants, files: { a: "1" } });
    await world.read("a");
    await world.read("a");
    world.clock.turn(1000);
    await world.read("a");
    expect(await world.read("a")).toBe("E_EXPIRED");
  }
});

const places: readonly { why: string; grants: string[]; need: Parameters<World["decide"]>[0]; is: string }[] =
  [
    {
      why: "sbx's own files are closed to every grant",
      grants: ["--allow-read", "--allow-read=/own/x"],
      need: file("/own/x"),
      is: "denied",
    },
    { why: "a link to them too", grants: ["--allow-read=."], need: file("to-own"), is: "denied" },
    {
      why: "what a link from them leads to as well",
      grants: ["--allow-read", "--allow-read=/own"],
      need: file("/own/out"),
      is: "denied",
    },
    {
      why: "a door to a process is closed to a grant that names it",
      grants: ["--allow-read=/proc/self/environ"],
      need: file("/proc/self/environ"),
      is: "denied",
    },
    {
      why: "a folder that holds them cannot be moved",
      grants: ["--allow-write=/"],
      need: { kind: "write", path: "/holds", entry: true, tree: true },
      is: "denied",
    },
    {
      why: "a tree with something ignored for reading cannot be removed",
      grants: ["--allow-write=.", "--ignore-read=./d/e"],
      need: { kind: "write", path: "d", entry: true, tree: true },
      is: "denied",
    },
    {
      why: "a tree with something denied for reading cannot be moved",
      grants: ["--allow-write=.", "--deny-read=./d/e"],
      need: { kind: "write", path: "d", entry: true, tree: true },
      is: "denied",
    },
    {
      why: "its neighbour can",
      grants: ["--allow-write=.", "--deny-read=./d/e"],
      need: { kind: "write", path: "f", entry: true, tree: true },
      is: "granted",
    },
    {
      why: "a home folder with secrets in it cannot be moved",
      grants: ["--allow-write=/home"],
      need: { kind: "write", path: HOME, entry: true, tree: true },
      is: "denied",
    },
  ];
describe("places:", () => {
  test.each(places)("$why", async ({ grants, need, is }) => {
    const world = new World({
      grants,
      protect: [
        { path: "/own", what: "sbx's own files" },
        { path: "/holds/inside", what: "the plugin's own files" },
      ],
      files: {
        a: "1",
        "d/e/x": "1",
        "f/x": "1",
        "/own/x": "1",
        "/own/out": { link: "/srv/x" },
        "/srv/x": "1",
        "to-own": { link: "/own/x" },
        "/proc/self/environ": { special: "forbidden" },
        "/holds/inside": null,
      },
    });
    expect(await world.decide(need)).toBe(is);
  });
});

const target1 = (words: string, more: Partial<PathTarget> = {}): PathTarget => ({
  kind: "read",
  words,
  lexical: `${CWD}/${words}`,
  canonical: `/real/${words}`,
  entry: false,
  tree: false,
  type: "file",
  ...more,
});
const site: Target = {
  kind: "net",
  words: "https://a.example/x",
  scheme: "https",
  host: "a.example",
  port: 443,
  path: "/x",
  method: "GET",
};

const remedies: readonly { why: string; target: Target; plugin: string; person: string; scopes: string[] }[] =
  [
    {
      why: "a file in the plugin's words, resolved for the person",
      target: target1("a,b"),
      plugin: "--allow-read=a\\,b",
      person: "--allow-read=/real/a\\,b",
      scopes: ["read=/real/a\\,b", "read=/real"],
    },
    {
      why: "a folder is not widened",
      target: target1("d", { type: "folder" }),
      plugin: "--allow-read=d",
      person: "--allow-read=/real/d",
      scopes: ["read=/real/d"],
    },
    {
      why: "a host with its port",
      target: site,
      plugin: "--allow-net=a.example:443",
      person: "--allow-net=a.example:443",
      scopes: ["net=a.example:443", "net=a.example"],
    },
    {
      why: "the address that was refused, for the person only",
      target: { ...site, address: "10.0.0.7" } as Target,
      plugin: "--allow-net=a.example:443,local=yes",
      person: "--allow-net=10.0.0.7:443",
      scopes: ["net=10.0.0.7:443", "net=10.0.0.7"],
    },
    {
      why: "an IPv6 address in brackets",
      target: { ...site, host: "::1" } as Target,
      plugin: "--allow-net=[::1]:443",
      person: "--allow-net=[::1]:443",
      scopes: ["net=[::1]:443", "net=[::1]"],
    },
    {
      why: "the own store",
      target: { kind: "data", dataset: "kv", access: "write", words: "kv" },
      plugin: "--allow-data=kv",
      person: "--allow-data=kv",
      scopes: ["data=kv"],
    },
    {
      why: "writing a data set says so",
      target: { kind: "data", dataset: "c", fields: ["a"], access: "write", words: "c" },
      plugin: "--allow-data=c.a:write",
      person: "--allow-data=c.a:write",
      scopes: ["data=c.a:write"],
    },
    {
      why: "a variable",
      target: { kind: "env", name: "A", words: "A" },
      plugin: "--allow-env=A",
      person: "--allow-env=A",
      scopes: ["env=A"],
    },
    {
      why: "all variables",
      target: { kind: "env", name: "*", words: "*" },
      plugin: "--allow-env",
      person: "--allow-env",
      scopes: ["env"],
    },
  ];
describe("the remedy for", () => {
  test.each(remedies)("$why", ({ target: asked, plugin, person, scopes }) => {
    expect([remedyFor(asked, "plugin"), remedyFor(asked, "person")]).toEqual([plugin, person]);
    expect(scopesFor(asked).map(printGrant)).toEqual(scopes);
  });

  test.each(remedies)("$why would really help", ({ target: asked }) => {
    const policy = new Policy({ secret: [], autorun: [], foldCase: false }, []);
    policy.add(grantFor(asked), "remedy", START);
    expect(policy.judge(asked, [], START).kind).toBe("granted");
  });
});

const rule = (options: Partial<Rule["grant"]["options"]>, used: Partial<Rule>): Rule => ({
  id: 1,
  grant: { effect: "allow", kind: "read", scope: null, options },
  from: "",
  madeAt: 0,
  passing: false,
  uses: 0,
  calls: 0,
  bytes: 0,
  revoked: false,
  ...used,
});
const states: readonly { why: string; rule: Rule; now: number; is: string }[] = [
  {
    why: "a rule without options lasts",
    rule: rule({}, { uses: 1e9, calls: 1e9, bytes: 1e9 }),
    now: 1e12,
    is: "valid",
  },
  { why: "revoked beats everything", rule: rule({ for: 1 }, { revoked: true }), now: 1, is: "revoked" },
  { why: "expired at its end", rule: rule({ for: 1000 }, {}), now: 1000, is: "expired" },
  { why: "valid just before", rule: rule({ for: 1000 }, {}), now: 999, is: "valid" },
  { why: "used", rule: rule({ uses: 1 }, { uses: 1 }), now: 0, is: "used" },
  { why: "called often enough", rule: rule({ maxCalls: 2 }, { calls: 2 }), now: 0, is: "used" },
  { why: "full", rule: rule({ maxBytes: 10 }, { bytes: 10 }), now: 0, is: "used" },
];
describe("the state of a rule:", () => {
  test.each(states)("$why", ({ rule: one, now, is }) => expect(stateOf(one, now)).toBe(is));
});
