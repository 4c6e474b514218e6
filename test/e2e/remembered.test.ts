/** What outlives a run: answers, counters and expiry in the store, shared by runs at the same time, listed and revoked. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { PtyRun, pause, ptySupport } from "../support/pty.ts";

const DOWN = "\x1b[B";

/** A folder of its own with sbx's files beside it. */
class Place {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-remembered-")));
  readonly dir = join(this.base, "work");
  readonly env = { ...process.env, SBX_HOME: join(this.base, "home"), HOME: this.base, CI: "", TOKEN_A: "a" };

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(this.dir);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.dir, name), text);
  }

  sbx(...argv: string[]) {
    const { status, stdout, stderr } = spawnSync(sbx, argv, {
      cwd: this.dir,
      env: this.env,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  }

  start(...argv: string[]): { child: ChildProcess; out: () => string; ended: Promise<number | null> } {
    const child = spawn(sbx, argv, { cwd: this.dir, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    child.stdout.on("data", (bytes: Buffer) => {
      out += bytes;
    });
    child.stderr.resume();
    const ended = new Promise<number | null>((done) => child.on("close", done));
    return { child, out: () => out, ended };
  }

  /** Runs with somebody at a terminal who answers the first question with these keys. */
  async answer(keys: string, ...argv: string[]): Promise<string> {
    const run = new PtyRun(sbx, argv, {
      cwd: this.dir,
      env: { SBX_HOME: this.env.SBX_HOME, HOME: this.base, TOKEN_A: "a" },
    });
    await run.until(/This once/, { within: 20_000 });
    await pause(650);
    run.type(keys);
    await run.exit(20_000);
    return run.screen();
  }

  /** The only remembered answer, with these options. */
  limit(options: string): void {
    const file = join(this.env.SBX_HOME, "data/answers.json");
    const kept = JSON.parse(readFileSync(file, "utf8")) as { answers: { grant: string }[] };
    for (const answer of kept.answers) answer.grant += options;
    writeFileSync(file, JSON.stringify(kept));
  }

  grants(): Record<string, unknown>[] {
    return JSON.parse(this.sbx("grants", "--json").stdout);
  }
}

const until = async (what: () => boolean): Promise<void> => {
  for (let waited = 0; !what(); waited += 20) {
    if (waited > 15_000) throw new Error("it did not happen");
    await delay(20);
  }
};

const getTimes = (times: number): string => `import { get } from "sbx:env";
let got = 0;
for (let i = 0; i < ${times}; i++) await get("TOKEN_A").then(() => got++, (e) => { if (!["E_LIMIT_CALLS", "E_ENV"].includes(e.code)) throw e; });
console.log("GOT " + got);`;

const total = (outputs: readonly string[]): number =>
  outputs.reduce((sum, out) => sum + Number(/GOT (\d+)/.exec(out)?.[1] ?? Number.NaN), 0);

describe("counters of a policy's grants", () => {
  const policies: readonly { why: string; grant: string; each: number; all: number }[] = [
    { why: "uses= is shared by eight runs at once", grant: "env=TOKEN_A,uses=20", each: 10, all: 20 },
    { why: "maxCalls= is too", grant: "env=TOKEN_A,maxCalls=33", each: 10, all: 33 },
    {
      why: "and more than there is asked for is all granted",
      grant: "env=TOKEN_A,uses=500",
      each: 10,
      all: 80,
    },
  ];
  test.each(policies)("$why", async ({ grant, each, all }) => {
    const place = new Place({
      "p.ts": getTimes(each),
      "policy.json": JSON.stringify({ version: 1, allow: [grant] }),
    });
    const runs = Array.from({ length: 8 }, () => place.start("run", "p.ts", "--policy=policy.json"));
    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual(Array(8).fill(0));
    expect(total(runs.map(({ out }) => out()))).toBe(all);
    expect(place.grants()).toMatchObject([{ origin: "policy", grant, calls: all }]);
  });

  test("maxBytes= is shared, and no run gets the bytes that another took", async () => {
    const place = new Place({
      "p.ts": `import { readFile } from "sbx:fs"; let n = 0;
        for (let i = 0; i < 10; i++) n += await readFile("kb").then((b) => b.length, () => 0);
        console.log("GOT " + n / 1024);`,
      kb: "x".repeat(1024),
      "policy.json": JSON.stringify({ version: 1, allow: ["read=kb,maxBytes=25kb"] }),
    });
    const runs = Array.from({ length: 4 }, () => place.start("run", "p.ts", "--policy=policy.json"));
    await Promise.all(runs.map(({ ended }) => ended));
    expect(total(runs.map(({ out }) => out()))).toBe(25);
    expect(place.grants()).toMatchObject([{ bytes: 25 * 1024, left: { bytes: 0 } }]);
  });

  test("for= begins when the grant was first seen, not with each run", async () => {
    const place = new Place({
      "p.ts": getTimes(1),
      "policy.json": JSON.stringify({ version: 1, allow: ["env=TOKEN_A,for=3s"] }),
    });
    expect(place.sbx("run", "p.ts", "--policy=policy.json").stdout).toBe("GOT 1\n");
    await delay(3100);
    const late = place.sbx("eval", "--policy=policy.json", 'await (await import("sbx:env")).get("TOKEN_A")');
    expect(late).toMatchObject({ status: 77, stderr: expect.stringContaining("E_EXPIRED") });
    expect(place.grants()).toMatchObject([{ expired: true }]);
  });

  test("a grant without counters or time leaves no trace in the store", () => {
    const place = new Place({
      "p.ts": getTimes(1),
      "policy.json": JSON.stringify({ version: 1, allow: ["env=TOKEN_A"] }),
    });
    expect(place.sbx("run", "p.ts", "--policy=policy.json").stdout).toBe("GOT 1\n");
    expect(place.grants()).toEqual([]);
  });
});

describe.skipIf(ptySupport() === undefined)("remembered answers", () => {
  test("are shown with their last use, and counted across runs", async () => {
    const place = new Place({ "p.ts": getTimes(2) });
    await place.answer(`${DOWN.repeat(4)}\r`, "run", "p.ts");
    expect(place.grants()).toMatchObject([
      { number: 1, effect: "allow", grant: "env=TOKEN_A", name: "p.ts", calls: 2, expires: null, left: {} },
    ]);
    place.limit(",uses=5");
    const outputs = [1, 2, 3].map(() => place.sbx("run", "p.ts").stdout);
    expect(outputs).toEqual(["GOT 2\n", "GOT 1\n", "GOT 0\n"]);
    expect(place.sbx("grants").stdout).toMatch(
      /^1 {2}always {2}env=TOKEN_A,uses=5 {2}p\.ts {2}since [\d-]+; last used [\d-]+ [\d:]+Z; 0 uses left\n$/,
    );
  });

  test("end when their time is over, counted from the answer", async () => {
    const place = new Place({ "p.ts": getTimes(1) });
    await place.answer(`${DOWN.repeat(4)}\r`, "run", "p.ts");
    place.limit(",for=1ms");
    expect(place.sbx("run", "p.ts", "--no-prompt").stdout + place.sbx("grants").stdout).toMatch(/ended 20/);
    expect(place.grants()).toMatchObject([{ expired: true }]);
  });

  const words: readonly { why: string; word: (place: Place) => string }[] = [
    { why: "by its number", word: () => "1" },
    { why: "by its grant", word: (place) => `read=${place.dir}/a.txt` },
    { why: "by its grant with a relative path", word: () => "read=a.txt" },
    { why: "by its script's name", word: () => "p.ts" },
    { why: "by its script's path", word: () => "./p.ts" },
    { why: "with all others", word: () => "--all" },
  ];
  test.each(words)("are revoked $why", async ({ word }) => {
    const place = new Place({
      "p.ts": `import { readTextFile } from "sbx:fs"; console.log(await readTextFile("a.txt"));`,
      "a.txt": "alpha",
    });
    await place.answer(`${DOWN.repeat(4)}\r`, "run", "p.ts");
    expect(place.sbx("run", "p.ts").stdout).toBe("alpha\n");
    expect(place.sbx("revoke", "2").status).toBe(66);
    expect(place.sbx("revoke", word(place))).toMatchObject({ status: 0, stderr: "forgotten: 1 answer\n" });
    expect(place.sbx("run", "p.ts").stderr).toContain("E_READ");
    expect(place.grants()).toEqual([]);
  });

  test("are lost by a plugin that runs, as soon as they are revoked: calls, handles and what listens", async () => {
    const place = new Place({
      "p.ts": `import { open, readTextFile } from "sbx:fs";
        import { permissions } from "sbx:permissions";
        const status = await permissions.query({ name: "read", path: "a.txt" });
        status.onchange = () => console.log("CHANGE " + status.state);
        const file = await open("a.txt");
        console.log("READ " + await readTextFile("a.txt"));
        if (${"args"}[0] === "stay") {
          for (let i = 0; ; i++) {
            const one = await readTextFile("a.txt").catch((e) => e.code);
            const two = await file.read(new Uint8Array(1)).catch((e) => e.code);
            if (one !== "alpha" || typeof two === "string") { console.log("LOST " + one + " " + two); break; }
            await new Promise((r) => setTimeout(r, 10));
          }
        }`.replace("import {", 'import { args } from "sbx:plugin";\nimport {'),
      "a.txt": "alpha",
    });
    await place.answer(`${DOWN.repeat(4)}\r`, "run", "p.ts");
    const run = place.start("run", "p.ts", "stay");
    await until(() => run.out().includes("READ alpha"));
    await delay(100);
    expect(run.out()).not.toContain("LOST");
    expect(place.sbx("revoke", "p.ts").status).toBe(0);
    expect(await run.ended).toBe(0);
    expect(run.out()).toMatch(/LOST E_REVOKED E_REVOKED/);
    expect(run.out()).toMatch(/CHANGE denied/);
    const record = place
      .sbx("audit", "--json")
      .stdout.split("\n")
      .find((line) => line.includes('"op":"revoke"'));
    expect(record).toContain("was revoked");
  });

  test("never is heard by a run of the same script at the same time", async () => {
    const place = new Place({
      "p.ts": `import { get } from "sbx:env"; import { args } from "sbx:plugin";
        console.log("FIRST " + await get("TOKEN_A").catch((e) => e.code));
        for (let i = 0; i < 2000 && args[0] === "stay"; i++) {
          if (await get("HOME").catch((e) => e.code) === "E_ENV") { console.log("LOST"); break; }
          await new Promise((r) => setTimeout(r, 5));
        }
        if (args[0] === "ask") await get("HOME").catch(() => {});`,
    });
    await place.answer(`${DOWN.repeat(4)}\r`, "run", "p.ts");
    const run = place.start("run", "--allow-env=HOME", "p.ts", "stay");
    await until(() => run.out().includes("FIRST a"));
    await place.answer(`${DOWN.repeat(5)}\r`, "run", "p.ts", "ask");
    expect(await run.ended).toBe(0);
    expect(run.out()).toContain("LOST");
  });

  test("given by several runs at once are all kept", async () => {
    const names = ["a", "b", "c", "d"];
    const place = new Place(Object.fromEntries(names.map((n) => [`${n}.ts`, `${getTimes(1)} // ${n}`])));
    await Promise.all(names.map((n) => place.answer(`${DOWN.repeat(4)}\r`, "run", `${n}.ts`)));
    const rows = place.grants();
    expect(rows.map(({ name }) => name).sort()).toEqual(names.map((n) => `${n}.ts`));
    expect(new Set(rows.map(({ number }) => number)).size).toBe(4);
  });
});

describe("no way to say yes beforehand without naming what", () => {
  const shortcuts = [
    "--yes",
    "-y",
    "--assume-yes",
    "--no-confirm",
    "--yes-to-all",
    "--force",
    "--prompt=yes",
  ];
  test.each(shortcuts)("there is no %s", (flag) => {
    const place = new Place({ "p.ts": getTimes(1) });
    expect(place.sbx("run", "p.ts", flag).status).toBe(2);
  });

  test("and no variable does it", () => {
    const place = new Place({ "p.ts": getTimes(1) });
    for (const name of ["SBX_YES", "SBX_ASSUME_YES", "SBX_ALLOW_ALL", "SBX_PROMPT", "DEBIAN_FRONTEND"])
      Object.assign(place.env, { [name]: "1" });
    expect(place.sbx("run", "p.ts").stdout).toBe("GOT 0\n");
  });
});
