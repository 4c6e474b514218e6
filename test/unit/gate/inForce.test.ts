/** What of a policy applies to whom, and that a lower policy opens nothing that a higher one closes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DataTarget, EnvTarget, NetTarget, Target } from "../../../runtime/core/capability.ts";
import type { Places } from "../../../runtime/core/cover.ts";
import { printGrant } from "../../../runtime/core/grant.ts";
import { Flow } from "../../../runtime/gate/flow.ts";
import {
  checkTrust,
  type Identity,
  type InForce,
  inForce,
  type Surroundings,
} from "../../../runtime/gate/inForce.ts";
import { Policy } from "../../../runtime/gate/policy.ts";
import { parsePolicy } from "../../../runtime/gate/policyFile.ts";
import { context } from "../../support/world.ts";

const script: Identity = { id: null, publisher: null, content: ["sha256-aa"] };
const plugin: Identity = { id: "a.b", publisher: "K1", content: [`sha256-${"b".repeat(64)}`] };
const here: Surroundings = { user: "ann", host: null, session: "kiosk" };

const read = (policy: object) =>
  parsePolicy(JSON.stringify({ version: 1, ...policy }), "policy.json", context);
const print = ({ allow, deny, ceilings, clear, limits }: InForce) => ({
  allow: allow.map(({ grant }) => printGrant(grant)),
  deny: deny.map(({ grant }) => printGrant(grant)),
  ceilings: ceilings.map((ceiling) => ceiling.map(({ grant }) => printGrant(grant))),
  clear: clear?.map(({ sink }) => (typeof sink === "string" ? sink : printGrant(sink))) ?? null,
  memory: limits.flatMap(({ memory }) => memory ?? []),
});
const nothing = { allow: [], deny: [], ceilings: [], clear: null, memory: [] };

describe("what applies:", () => {
  const all = {
    allow: ["env=A"],
    deny: ["env=B"],
    ceiling: ["env"],
    clear: { stdout: ["secret"] },
    limits: { memory: "1mb" },
  };
  const applied = {
    allow: ["env=A"],
    deny: ["env=B"],
    ceilings: [["env"]],
    clear: ["stdout"],
    memory: [1024 ** 2],
  };
  const restricting = { ...applied, allow: [], clear: [] };
  const unmet = { ...nothing, clear: [] };
  const cases: { why: string; policy: object; who?: Identity; gives: object }[] = [
    { why: "a file's own rules, to everybody", policy: all, gives: applied },
    { why: "a condition that holds", policy: { when: [{ user: "ann", ...all }] }, gives: applied },
    {
      why: "a condition with several names",
      policy: { when: [{ user: ["bob", "ann"], ...all }] },
      gives: applied,
    },
    { why: "not a condition that does not hold", policy: { when: [{ user: "bob", ...all }] }, gives: unmet },
    {
      why: "not where one of two conditions does not hold",
      policy: { when: [{ user: "ann", session: "desk", ...all }] },
      gives: unmet,
    },
    {
      why: "not a condition about what is not here",
      policy: { when: [{ host: "editor", ...all }] },
      gives: unmet,
    },
    { why: "a plugin's rules, to it", policy: { plugins: { "a.b": all } }, who: plugin, gives: applied },
    { why: "not to another plugin", policy: { plugins: { "a.c": all } }, who: plugin, gives: unmet },
    { why: "not to a script, which has no id", policy: { plugins: { "a.b": all } }, gives: unmet },
    {
      why: "to what has the stated publisher",
      policy: { plugins: { "a.b": { publisher: "K1", ...all } } },
      who: plugin,
      gives: applied,
    },
    {
      why: "only restrictions to the same id of another publisher",
      policy: { plugins: { "a.b": { publisher: "K2", ...all } } },
      who: plugin,
      gives: restricting,
    },
    {
      why: "to what has the stated content",
      policy: { plugins: { "a.b": { content: `sha256-${"b".repeat(64)}`, ...all } } },
      who: plugin,
      gives: applied,
    },
    {
      why: "only restrictions to the same id with other content",
      policy: { plugins: { "a.b": { content: `sha256-${"c".repeat(64)}`, ...all } } },
      who: plugin,
      gives: restricting,
    },
    {
      why: "to a script of the stated content",
      policy: { plugins: { "x.y": { content: `sha256-${"d".repeat(64)}`, ...all } } },
      who: { ...script, content: [`sha256-${"d".repeat(64)}`] },
      gives: applied,
    },
    {
      why: "only restrictions to a script of the stated content but without the stated publisher",
      policy: { plugins: { "x.y": { publisher: "K1", content: `sha256-${"d".repeat(64)}`, ...all } } },
      who: { ...script, content: [`sha256-${"d".repeat(64)}`] },
      gives: restricting,
    },
    {
      why: "no clearances at all where a file does not speak of them",
      policy: { deny: ["env=B"] },
      gives: { ...nothing, deny: ["env=B"] },
    },
  ];
  test.each(cases)("$why", ({ policy, who = script, gives }) => {
    expect(print(inForce(read(policy), who, here))).toEqual(gives);
  });
});

describe("trust:", () => {
  const cases = [
    {
      why: "an unsigned plugin is refused where a signature is required",
      trust: { requireSignature: true },
      who: script,
      refused: true,
    },
    { why: "and where a review is", trust: { requireReview: true }, who: script, refused: true },
    {
      why: "not where nothing is required",
      trust: { threshold: 2, keys: ["K1"] },
      who: script,
      refused: false,
    },
    {
      why: "nor where it is said that nothing is",
      trust: { requireSignature: false },
      who: script,
      refused: false,
    },
    { why: "a signed one is let through", trust: { requireSignature: true }, who: plugin, refused: false },
    {
      why: "by one of the stated keys",
      trust: { requireSignature: true, keys: ["K0", "K1"] },
      who: plugin,
      refused: false,
    },
    {
      why: "not by another key",
      trust: { requireSignature: true, keys: ["K2"] },
      who: plugin,
      refused: true,
    },
    {
      why: "nor where several must have signed",
      trust: { requireSignature: true, threshold: 2, keys: ["K1", "K2"] },
      who: plugin,
      refused: true,
    },
    {
      why: "nor where a review is required, which nothing can show yet",
      trust: { requireReview: true },
      who: plugin,
      refused: true,
    },
  ];
  test.each(cases)("$why", ({ trust, who, refused }) => {
    const check = () => checkTrust(read({ trust }), who, "notes.ts");
    if (refused) expect(check).toThrow(expect.objectContaining({ code: "E_SIGNATURE" }));
    else expect(check).not.toThrow();
  });
});

const places: Places = { secret: [], autorun: [], foldCase: false };
const names = ["A", "AB", "B"];
const hosts = ["a.example", "b.a.example", "b.example"];
const targets: Target[] = [
  ...names.map((name): EnvTarget => ({ kind: "env", name, words: name })),
  ...hosts.flatMap((host) =>
    ["GET", "POST"].map(
      (method): NetTarget => ({
        kind: "net",
        words: host,
        scheme: "https",
        host,
        port: 443,
        path: "/x/y",
        method,
      }),
    ),
  ),
  ...["f", "g"].map(
    (field): DataTarget => ({ kind: "data", dataset: "d", fields: [field], access: "read", words: "d" }),
  ),
];
const grant = fc.constantFrom(
  "env",
  "env=A",
  "env=A*",
  "env=B",
  "net",
  "net=*.example",
  "net=a.example",
  "net=*.a.example",
  "net=b.example:443",
  "net=GET a.example",
  "net=a.example/x",
  "net=a.example/z",
  "data=d",
  "data=d.f",
  "data=d.f+g",
);
const sink = fc.constantFrom(
  "stdout",
  "net=*.example",
  "net=a.example",
  "net=*.a.example",
  "net=GET a.example/x",
  "net=b.example:80",
);
const label = fc.constantFrom("personal", "secret");
const some = (grants: fc.Arbitrary<string>) => fc.array(grants, { maxLength: 3 });
const rules = fc.record(
  {
    allow: some(grant),
    deny: some(grant),
    ceiling: fc.array(grant, { minLength: 1, maxLength: 5 }),
    clear: fc.dictionary(sink, fc.uniqueArray(label, { minLength: 1 }), { maxKeys: 3 }),
    limits: fc.record({ memory: fc.constantFrom("1mb", "2mb", "3mb") }),
  },
  { requiredKeys: [] },
);
const policies = fc
  .tuple(rules, fc.array(fc.record({ user: fc.constantFrom("ann", "bob"), more: rules }), { maxLength: 2 }))
  .map(([base, when]) => ({ ...base, when: when.map(({ user, more }) => ({ user, ...more })) }));

const ruled = (files: readonly object[]): InForce[] => files.map((file) => inForce(read(file), script, here));

function decided(files: readonly object[]): string[] {
  const policy = new Policy(places, []);
  for (const one of ruled(files)) {
    for (const { grant: written, at } of [...one.allow, ...one.deny]) policy.add(written, at, 0);
    for (const ceiling of one.ceilings) policy.limitTo(ceiling.map(({ grant: written }) => written));
  }
  return targets.map((target) => policy.judge(target, ["op"], 0).kind);
}

/** Which label may go where. */
function cleared(files: readonly object[]): boolean[] {
  const stated = ruled(files).flatMap(({ clear }) => (clear === null ? [] : [clear]));
  return ["personal", "secret"].flatMap((name) => {
    const flow = new Flow(
      {
        labels: [{ source: { effect: "deny", kind: "env", scope: null, options: {} }, label: name }],
        clear: [],
        filed: stated,
        terminal: { stdout: false, stderr: false },
        strict: false,
      },
      places,
    );
    flow.raise([{ kind: "env", name: "A", words: "A" }]);
    const open = targets.map((target) => {
      try {
        flow.check(target, []);
        return true;
      } catch {
        return false;
      }
    });
    return [...open, flow.streamOpen("stdout")];
  });
}

const memory = (files: readonly object[]): number =>
  Math.min(
    ...ruled(files).flatMap(({ limits }) =>
      limits.map((stated) => stated.memory ?? Number.POSITIVE_INFINITY),
    ),
  );

describe("a lower policy", () => {
  test("allows nothing that a higher one refuses, clears nothing that it does not, raises no limit", () => {
    let lowered = 0;
    fc.assert(
      fc.property(policies, policies, (higher, lower) => {
        const [before, after] = [decided([higher]), decided([higher, lower])];
        before.forEach((kind, i) => {
          if (kind === "denied") expect(after[i]).toBe("denied");
        });
        if (after.some((kind, i) => kind !== before[i])) lowered += 1;
        if (ruled([higher])[0]?.clear !== null) {
          const open = cleared([higher]);
          for (const [i, may] of cleared([higher, lower]).entries()) expect(may && !open[i]).toBe(false);
        }
        expect(memory([higher, lower])).toBeLessThanOrEqual(memory([higher]));
      }),
      { numRuns: 1000 },
    );
    // It does have something to say.
    expect(lowered).toBeGreaterThan(100);
  });

  test("that clears the same scope in other words is met where both agree", () => {
    const wide = { clear: { "net=*.example": ["personal"] } };
    const narrow = { clear: { "net=a.example": ["personal", "secret"] } };
    expect(cleared([wide, narrow])).toEqual(cleared([{ clear: { "net=a.example": ["personal"] } }]));
  });

  test("means the same in any order of the files", () => {
    fc.assert(
      fc.property(policies, policies, (one, other) => {
        expect(decided([one, other])).toEqual(decided([other, one]));
        expect(cleared([one, other])).toEqual(cleared([other, one]));
      }),
    );
  });
});
