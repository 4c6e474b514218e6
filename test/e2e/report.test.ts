/** `--report` on the built file: what was used and how often, what was not, and when a person is told so. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Folder } from "../support/sbx.ts";

const folder = new Folder();
beforeAll(() => {
  folder.put("docs/a.txt", "AAAA");
  folder.put("docs/b.txt", "BB");
  folder.put("policy.json", `{ "version": 1, "allow": ["env=LANG", "env=TERM"] }`);
});
afterAll(() => folder.remove());

const reading = `import { open, readTextFile } from "sbx:fs";
await readTextFile("docs/a.txt");
const handle = await open("docs/b.txt");
while (await handle.read(new Uint8Array(1)));
await handle.close();`;

const report = () => JSON.parse(readFileSync(folder.at("report.json"), "utf8"));

test("grants that were used stand with their counts, those that were not are told", async () => {
  const options = [
    "--allow-read=docs,other",
    "--allow-env=LANG,HOME",
    "--deny-read=x",
    "--report=report.json",
  ];
  const { code, err } = await folder.run(reading, options);
  expect(code).toBe(0);
  expect(err.split("\n").filter((line) => line.startsWith("hint"))).toEqual([
    "hint: never used in this run: --allow-read=other, --allow-env=LANG, --allow-env=HOME",
  ]);
  expect(report().grants).toEqual({
    used: ["read=docs"],
    unused: ["read=other", "env=LANG", "env=HOME"],
    counts: { "read=docs": { uses: 2, calls: 5, bytes: 6 } },
  });
});

const rows: readonly {
  why: string;
  source?: string;
  options: string[];
  code: number;
  hint: RegExp | undefined;
}[] = [
  { why: "a run that needed everything is told nothing", options: ["-R=docs"], code: 0, hint: undefined },
  {
    why: "grants of a policy are counted, not listed",
    options: ["-R=docs", "--policy=policy.json"],
    code: 0,
    hint: /^hint: never used in this run: 2 of policies$/m,
  },
  {
    why: "a bare -A is told kind by kind",
    options: ["-A"],
    code: 0,
    hint: /^hint: never used in this run: --allow-write, --allow-net, --allow-data, --allow-env, --allow-host$/m,
  },
  {
    why: "after a denial, even a caught one, nothing is told",
    source: `${reading}\nawait readTextFile("plugin.ts").catch(() => {});`,
    options: ["-R=docs", "-W=docs"],
    code: 0,
    hint: undefined,
  },
  {
    why: "after an error nothing is told",
    source: `${reading}\nthrow new Error("so");`,
    options: ["-R=docs", "-W=docs"],
    code: 1,
    hint: undefined,
  },
  { why: "--quiet is quiet", options: ["-R=docs", "-W=docs", "--quiet"], code: 0, hint: undefined },
];
test.each(rows)("$why", async ({ source = reading, options, code, hint }) => {
  const ran = await folder.run(source, [...options, "--report=report.json"]);
  expect(ran.code).toBe(code);
  if (hint === undefined) expect(ran.err).not.toContain("never used");
  else expect(ran.err).toMatch(hint);
});

test("without --report nothing is told", async () => {
  const { err } = await folder.run(reading, ["-R=docs", "-W=docs"]);
  expect(err).toBe("");
});
