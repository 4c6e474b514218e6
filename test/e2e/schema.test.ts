/** Published schemas hold for what the built executable really prints, judged by a validator that is not sbx's. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-schema-")));
const dir = join(base, "work");
afterAll(() => rmSync(base, { recursive: true, force: true }));

function run(...argv: string[]): string {
  const { stdout, stderr } = spawnSync(sbx, argv, {
    cwd: dir,
    env: { PATH: process.env.PATH, SBX_HOME: join(base, "home"), HOME: base },
    encoding: "utf8",
  });
  return argv.includes("--report=r.json")
    ? readFileSync(join(dir, "r.json"), "utf8")
    : argv[0] === "run"
      ? stderr
      : stdout;
}

const names = (JSON.parse(plain("schema", "--json")) as { name: string }[]).map(({ name }) => name);
function plain(...argv: string[]): string {
  return spawnSync(sbx, argv, { encoding: "utf8" }).stdout;
}

const checks = new Map<string, ValidateFunction>();
function validator(name: string): ValidateFunction {
  const known = checks.get(name);
  if (known) return known;
  const made = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(plain("schema", name)),
  );
  checks.set(name, made);
  return made;
}

const catalog = (more: object): object => ({
  version: 1,
  datasets: {
    c: {
      source: { type: "csv", path: "c.csv" },
      fields: { a: { type: "integer" }, b: { type: "text", label: "personal", mask: "hash" } },
      ...more,
    },
  },
});

beforeAll(() => {
  mkdirSync(join(dir, "docs"), { recursive: true });
  mkdirSync(join(dir, "out"));
  writeFileSync(join(dir, "docs/a.txt"), "a");
  writeFileSync(
    join(dir, "main.ts"),
    'import * as fs from "sbx:fs"; console.log(await fs.readTextFile("docs/a.txt")); await fs.writeTextFile("out/b", "b");\n' +
      'try { await fs.readTextFile("/etc/hostname"); } catch {}',
  );
  writeFileSync(join(dir, "throws.ts"), 'throw new Error("no")');
  writeFileSync(join(dir, "denied.ts"), 'import * as fs from "sbx:fs"; await fs.readTextFile("docs/a.txt");');
  writeFileSync(
    join(dir, "p.json"),
    '{ "version": 1, "deny": ["read=./docs"], "allow": ["env=A,uses=3"], "labels": {"env=B": "secret"}, "clear": {"stdout": ["secret"]}, "limits": {"memory": "64mb"}, "plugins": {"a.b": {"deny": ["env"]}} }',
  );
  writeFileSync(join(dir, "env.ts"), 'import { get } from "sbx:env"; await get("A");');
  run("run", "-R=./docs", "-W=./out", "-E=X", "--no-prompt", "--quiet", "main.ts");
  run("run", "--policy=p.json", "--quiet", "env.ts");
  writeFileSync(join(dir, "c.csv"), "a,b\n1,2\n");
  writeFileSync(join(dir, "c.json"), JSON.stringify(catalog({ allow: ["data.ts"] })));
  writeFileSync(join(dir, "data.ts"), 'import { open } from "sbx:data"; await (await open("c")).query();');
  run("run", "--catalog=c.json", "-D=c", "--quiet", "data.ts");
});

describe("what is printed fits its schema:", () => {
  const outputs: { name: string; argv: string[]; why?: string; lines?: true }[] = [
    {
      name: "report",
      why: "a run that was refused something",
      argv: ["run", "-R=./docs", "-W=./out", "-E=X", "--no-prompt", "--quiet", "--json", "main.ts"],
    },
    {
      name: "report",
      why: "with its flow",
      argv: [
        "run",
        "-R=./docs",
        "-W=./out",
        "--label=read=./docs:personal",
        "--explain-flow",
        "--report=r.json",
        "main.ts",
      ],
    },
    { name: "report", why: "into a file", argv: ["run", "-R=./docs", "--report=r.json", "main.ts"] },
    { name: "report", why: "a run that threw", argv: ["run", "--quiet", "--report=r.json", "throws.ts"] },
    { name: "report", why: "a run that ended with a denial", argv: ["run", "--report=r.json", "denied.ts"] },
    { name: "learn", argv: ["learn", "-R=./docs", "--json", "main.ts"] },
    { name: "audit-record", argv: ["audit", "export"], lines: true },
    { name: "audit", argv: ["audit", "--json"] },
    { name: "audit", why: "who wrote a file", argv: ["audit", "who", "--json", "out/b"] },
    { name: "audit-verify", argv: ["audit", "verify", "--json"] },
    { name: "grants", argv: ["grants", "--json"] },
    { name: "policy-check", argv: ["policy", "check", "--json", "p.json"] },
    { name: "policy-show", argv: ["policy", "show", "--json", "p.json"] },
    { name: "data-list", argv: ["data", "list", "--json", "--catalog=c.json"] },
    { name: "data-check", argv: ["data", "check", "--json", "--catalog=c.json"] },
    { name: "data-who", argv: ["data", "who", "--json", "--catalog=c.json"] },
    { name: "explain", argv: ["explain", "E_READ", "--json"] },
    { name: "doctor", argv: ["doctor", "--json"] },
    { name: "version", argv: ["version", "--json"] },
    { name: "schema", argv: ["schema", "--json"] },
  ];
  test.each(outputs)("$name $why", ({ name, argv, lines }) => {
    const text = run(...argv).trim();
    const values = (lines ? text.split("\n") : [text]).map((one) => JSON.parse(one) as unknown);
    expect(values.length).toBeGreaterThan(0);
    if (Array.isArray(values[0])) expect(values[0].length).toBeGreaterThan(0);
    const check = validator(name);
    for (const value of values) expect(check(value) ? null : check.errors).toBeNull();
  });

  test("every schema but a file's is held against something", () => {
    expect([...new Set([...outputs.map(({ name }) => name), "policy", "catalog"])].sort()).toEqual(
      [...names].sort(),
    );
  });

  test("no member that it does not name", () => {
    const value = JSON.parse(run("version", "--json")) as object;
    expect(validator("version")({ ...value, more: 1 })).toBe(false);
    expect(validator("version")({})).toBe(false);
  });
});

describe("the policy's schema and the reader of policies agree about", () => {
  const rows: { why: string; policy: object; ok: boolean }[] = [
    { why: "the smallest", policy: { version: 1 }, ok: true },
    {
      why: "all that there is",
      policy: {
        $schema: "policy.schema.json",
        version: 1,
        allow: ["read=./a,uses=3"],
        deny: ["net=*.tracker.example"],
        ignore: ["env=HOME"],
        ceiling: ["read=.", "net"],
        labels: { "read=./a": ["personal", "own"], "env=T": "secret" },
        clear: { stdout: ["secret"], "write=./b": { labels: "personal", release: true } },
        limits: { memory: "64mb", cpu: "2s", handles: 8 },
        plugins: { "a.b": { publisher: "K", content: `sha256-${"0".repeat(64)}`, allow: [] } },
        when: [{ user: "ann", session: ["kiosk"], deny: ["write"] }],
        monitor: { secrets: "ask", canaries: { values: ["long enough"], do: "stop" } },
        trust: { requireSignature: false, requireReview: false, threshold: 2, keys: ["K"] },
      },
      ok: true,
    },
    { why: "a version that is none", policy: { version: 2 }, ok: false },
    { why: "a missing version", policy: {}, ok: false },
    { why: "an unknown key", policy: { version: 1, alow: [] }, ok: false },
    {
      why: "an unknown key under a condition",
      policy: { version: 1, when: [{ user: "a", alow: [] }] },
      ok: false,
    },
    { why: "a list that is none", policy: { version: 1, deny: "read" }, ok: false },
    { why: "a grant that is none", policy: { version: 1, deny: [7] }, ok: false },
    { why: "a limit that is none", policy: { version: 1, limits: { heap: "1mb" } }, ok: false },
    { why: "a limit without a unit", policy: { version: 1, limits: { memory: 64 } }, ok: false },
    { why: "a count that is none", policy: { version: 1, limits: { handles: "8" } }, ok: false },
    {
      why: "a release that is none",
      policy: { version: 1, clear: { stdout: { labels: ["a"], release: 1 } } },
      ok: false,
    },
    { why: "a monitor that there is not", policy: { version: 1, monitor: { newHost: "ask" } }, ok: false },
    {
      why: "a monitor that does nothing known",
      policy: { version: 1, monitor: { secrets: "shout" } },
      ok: false,
    },
    { why: "a threshold that is none", policy: { version: 1, trust: { threshold: 0 } }, ok: false },
  ];
  test.each(rows)("$why", ({ policy, ok }) => {
    writeFileSync(join(dir, "q.json"), JSON.stringify(policy));
    const { status } = spawnSync(sbx, ["policy", "check", "q.json"], {
      cwd: dir,
      env: { HOME: base, SBX_HOME: join(base, "none") },
    });
    expect([validator("policy")(policy), status]).toEqual(ok ? [true, 0] : [false, 78]);
  });
});

describe("the catalog's schema and the reader of catalogs agree about", () => {
  const postgres = { type: "postgres", url: "postgres://a@localhost/b", table: "t" };
  test.each([
    { why: "the smallest", value: catalog({}), ok: true },
    {
      why: "all that there is",
      value: catalog({
        title: "T",
        description: "D",
        source: { type: "sqlite", path: "a.db", table: "t" },
        writable: true,
        filter: { or: [{ a: { gte: 1 } }, { a: null }] },
        allow: ["a.b"],
        label: ["x", "y"],
        fields: {
          a: { type: "integer", description: "A", column: "the a", label: "z" },
          d: { type: "date", mask: "year" },
        },
        summaries: { s: { groupBy: ["d"], aggregate: { sum: "a" }, filter: { a: 1 }, minGroup: 3, uses: 1 } },
      }),
      ok: true,
    },
    { why: "a server", value: catalog({ source: postgres }), ok: true },
    { why: "the host application", value: catalog({ source: { type: "host" } }), ok: true },
    { why: "an unknown source", value: catalog({ source: { type: "xml", path: "a" } }), ok: false },
    { why: "an unknown key", value: catalog({ feilds: {} }), ok: false },
    { why: "an unknown type", value: catalog({ fields: { a: { type: "string" } } }), ok: false },
    { why: "an unknown mask", value: catalog({ fields: { a: { type: "text", mask: "black" } } }), ok: false },
    { why: "no truth value", value: catalog({ writable: 1 }), ok: false },
    { why: "another version", value: { ...catalog({}), version: 2 }, ok: false },
    { why: "groups of nobody", value: catalog({ summaries: { s: { minGroup: 0 } } }), ok: false },
  ])("$why", ({ value, ok }) => {
    writeFileSync(join(dir, "d.json"), JSON.stringify(value));
    const { status } = spawnSync(sbx, ["data", "list", "--catalog=d.json"], {
      cwd: dir,
      env: { HOME: base, SBX_HOME: join(base, "none") },
    });
    expect([validator("catalog")(value), status]).toEqual(ok ? [true, 0] : [false, 78]);
  });
});

test("a name that there is not is refused, with the nearest", () => {
  const { status, stderr } = spawnSync(sbx, ["schema", "reprot"], { encoding: "utf8" });
  expect(status).toBe(2);
  expect(stderr).toContain('Did you mean "report"?');
});
