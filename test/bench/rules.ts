/** What a decision costs under few and under many rules: the policy alone, in this process, over requests that it has not seen before.
 *  Times are of the processor, so that other programs on the machine change little. */
import type { Target } from "../../runtime/core/capability.ts";
import { parseGrant } from "../../runtime/core/grant.ts";
import { autorunPlaces, secretPlaces } from "../../runtime/core/places.ts";
import { Policy } from "../../runtime/gate/policy.ts";
import { context } from "../support/rulesModel.ts";
import { median } from "./measure.ts";

interface Family {
  readonly rule: (n: number) => string;
  /** A request that rule `n` covers, or one that none does. */
  readonly asks: (n: number, covered: boolean) => Target;
  readonly ceiling?: true;
}

const file = (path: string): Target => ({
  kind: "read",
  words: path,
  lexical: path,
  canonical: path,
  entry: false,
  tree: false,
  type: "file",
});

const site = (host: string, more: { path?: string; address?: string } = {}): Target => ({
  kind: "net",
  words: host,
  scheme: "https",
  host,
  port: 443,
  path: "/v1/list",
  method: "GET",
  ...more,
});

const families: Readonly<Record<string, Family>> = {
  read: {
    rule: (n) => `read=/srv/shelf${n % 100}/book${n}`,
    asks: (n, covered) => file(`/srv/shelf${n % 100}/${covered ? "book" : "leaf"}${n}/part/page.txt`),
  },
  "net by name": {
    rule: (n) => `net=*.h${n}.example.com:443`,
    asks: (n, covered) =>
      site(`api.${covered ? "h" : "x"}${n}.example.com`, { address: `93.184.${n % 256}.7` }),
  },
  "net by address and path": {
    rule: (n) => (n % 2 ? `net=10.${n >> 8}.${n % 256}.0/24` : `net=api.example.com/v${n}`),
    asks: (n, covered) => {
      if (n % 2) return site("in.example", { address: `${covered ? 10 : 11}.${n >> 8}.${n % 256}.9` });
      return site("api.example.com", { path: `/${covered ? "v" : "x"}${n}/list`, address: "93.184.216.7" });
    },
  },
  env: {
    rule: (n) => (n % 2 ? `env=NAME_${n}` : `env=N${n}_*`),
    asks: (n, covered) => {
      const name = `${covered ? "" : "X"}${n % 2 ? `NAME_${n}` : `N${n}_HOME`}`;
      return { kind: "env", words: name, name };
    },
  },
  data: {
    rule: (n) => `data=set${n % 1000}.field${n}`,
    asks: (n, covered) => {
      const dataset = `set${n % 1000}`;
      return {
        kind: "data",
        words: dataset,
        dataset,
        fields: [`${covered ? "" : "x"}field${n}`],
        access: "read",
      };
    },
  },
};

/** Half of the rules deny, half allow; as a ceiling, all stand in one too. */
function policyOf({ rule, ceiling }: Family, count: number): Policy {
  const home = "/home/ana";
  const places = { secret: secretPlaces(home), autorun: autorunPlaces(home), foldCase: false };
  const policy = new Policy(places, []);
  const grants = Array.from({ length: count }, (_, n) => parseGrant(rule(n), context)).flat();
  if (ceiling) policy.limitTo(grants);
  for (const [n, grant] of grants.entries())
    policy.add({ ...grant, effect: n % 4 < 2 ? "allow" : "deny" }, `policy.json:${n}:5`, 0);
  return policy;
}

const cpu = (): number => process.cpuUsage().user;
const ROUNDS = 25;
const ASKED = 1000;

/** µs a decision: the median of rounds over requests of which every third is covered by no rule. */
function costOf(family: Family, count: number): number {
  const policy = policyOf(family, count);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const targets = Array.from({ length: ASKED }, (_, i) => family.asks((i * 7 + round) % count, i % 3 > 0));
    const before = cpu();
    for (let again = 0; again < 10; again += 1) for (const target of targets) policy.judge(target, ["x"], 0);
    times.push((cpu() - before) / ASKED / 10);
  }
  return median(times.slice(5));
}

/** ms to put this many parsed grants in force. */
function buildCost(count: number): number {
  const grants = Object.values(families).map(({ rule }) =>
    Array.from({ length: count / 5 }, (_, n) => parseGrant(rule(n), context)).flat(),
  );
  const times = Array.from({ length: 9 }, () => {
    const policy = new Policy({ secret: [], autorun: [], foldCase: false }, []);
    const before = cpu();
    for (const grant of grants.flat()) policy.add(grant, "policy.json:1:1", 0);
    return (cpu() - before) / 1000;
  });
  return median(times);
}

export interface RuleFigures {
  /** µs by kind of rule, for 10 and for 10 000. */
  readonly cost: readonly { readonly name: string; readonly few: number; readonly many: number }[];
  /** ms for 10 000. */
  readonly build: number;
}

export function measureRules(): RuleFigures {
  const all = Object.values(families);
  const at = (n: number): Family => all[n % all.length] as Family;
  const mixed: Family = {
    rule: (n) => at(n).rule(Math.floor(n / all.length)),
    asks: (n, covered) => at(n).asks(Math.floor(n / all.length), covered),
    ceiling: true,
  };
  const cost = Object.entries({ ...families, mixed }).map(([name, family]) => ({
    name,
    few: costOf(family, 10),
    many: costOf(family, 10_000),
  }));
  return { cost, build: buildCost(10_000) };
}
