/** Questions of the built executable on a real pseudo terminal: what is shown, what a key does, and what the plugin then gets. */
import { mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { PtyRun, pause, ptySupport } from "../support/pty.ts";

/** Answers in the first 400 ms are not heard. */
const DEAF = 650;
const DOWN = "\x1b[B";
const open: PtyRun[] = [];
afterAll(() => {
  for (const run of open) run.kill();
});

interface Place {
  readonly dir: string;
  run(...argv: string[]): PtyRun;
  shell(line: string): PtyRun;
}

/** A folder of its own with `p.ts`, `a.txt` and `b.txt`, and sbx's own files beside it. */
function place(source: string): Place {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-prompt-")));
  const dir = join(base, "work");
  const env = { SBX_HOME: join(base, "home"), HOME: base };
  for (const name of ["work"]) mkdir(join(base, name));
  writeFileSync(join(dir, "a.txt"), "alpha");
  writeFileSync(join(dir, "b.txt"), "beta");
  writeFileSync(join(dir, "p.ts"), source);
  const start = (command: string, argv: readonly string[]): PtyRun => {
    const run = new PtyRun(command, argv, { cwd: dir, env });
    open.push(run);
    return run;
  };
  return {
    dir,
    run: (...argv) => start(sbx, ["run", ...argv]),
    shell: (line) => start("/bin/sh", ["-c", line, sbx]),
  };
}

function mkdir(path: string): void {
  const { mkdirSync } = process.getBuiltinModule("node:fs");
  mkdirSync(path, { recursive: true });
}

async function press(run: PtyRun, keys: string, since = 0): Promise<void> {
  await run.until(/This once/, { since, within: 20_000 });
  await pause(DEAF);
  run.type(keys);
}

const reads = (name: string, times = 1): string => `import { readTextFile } from "sbx:fs";
for (let i = 0; i < ${times}; i++) {
  try { console.log("GOT " + await readTextFile(${JSON.stringify(name)})); } catch (e) { console.log("DENIED " + (e as any).code); }
}`;

describe.skipIf(ptySupport() === undefined)("asking on a terminal", () => {
  test("yes grants this once, and the second time asks again", async () => {
    const run = place(reads("a.txt", 2)).run("p.ts");
    await press(run, "y\r");
    await run.until(/GOT alpha/);
    await press(run, "n\r", run.raw.indexOf("GOT alpha"));
    await run.until(/DENIED E_/);
    expect(await run.exit()).toMatchObject({ code: 0 });
  });

  test("until the run ends asks only once", async () => {
    const run = place(reads("a.txt", 3)).run("p.ts");
    await press(run, `${DOWN}${DOWN}\r`);
    await run.exit();
    expect(run.raw.match(/GOT alpha/g)).toHaveLength(3);
  });

  test("always and never are remembered for the script's content, listed, and revoked", async () => {
    const here = place(reads("a.txt"));
    const first = here.run("p.ts");
    await press(first, `${DOWN.repeat(4)}\r`);
    await first.exit();
    const second = here.run("p.ts");
    await second.exit();
    expect(second.raw).toContain("GOT alpha");
    expect(second.raw).not.toContain("This once");
    const listed = here.shell(`"$0" grants && "$0" revoke --all && "$0" run p.ts`);
    await listed.until(/always\s+read=.*a\.txt/);
    await press(listed, "\r");
    await listed.until(/DENIED E_READ/);
  });

  test("the target is shown with its links followed", async () => {
    const here = place(reads("link.txt"));
    symlinkSync(join(here.dir, "b.txt"), join(here.dir, "link.txt"));
    const run = here.run("p.ts");
    await press(run, "y\r");
    await run.until(/GOT beta/);
    expect((await run.screen()).replace(/\n│ {2}/g, "")).toContain(join(here.dir, "b.txt"));
  });

  test("escape sequences in a name reach no terminal", async () => {
    const run = place(reads("x\x1b[2J\u202e\x1b]0;t\x07.txt")).run("p.ts");
    await press(run, "\r");
    await run.exit();
    expect(run.raw).not.toMatch(/\x1b\[2J|\u202e|\x1b\]|\x07/);
    expect(run.raw).toContain("\\u{1b}[2J");
  });

  test("keys typed ahead do not answer", async () => {
    const run = place(reads("a.txt")).run("p.ts");
    run.type("y\ry\ry\r");
    await run.until(/This once/, { within: 20_000 });
    run.type("y\r");
    await pause(DEAF + 100);
    run.type("\r");
    await run.until(/DENIED E_READ/);
  });

  test("the plugin's output waits while a question is open", async () => {
    const run = place(`import { readTextFile } from "sbx:fs";
      const asked = readTextFile("a.txt").catch(() => "no");
      for (let i = 0; i < 20; i++) { await new Promise((r) => setTimeout(r, 20)); console.log("TICK"); }
      await asked;`).run("p.ts");
    await run.until(/This once/, { within: 20_000 });
    const before = run.raw.match(/TICK/g)?.length ?? 0;
    await pause(DEAF);
    expect(run.raw.match(/TICK/g)?.length ?? 0).toBe(before);
    run.type("\r");
    await run.exit();
    expect(run.raw.match(/TICK/g)).toHaveLength(20);
  });

  test("Ctrl-C in a question ends with 130, q with 77, and the terminal is as before", async () => {
    const here = place(reads("a.txt"));
    for (const [keys, code] of [
      ["\x03", 130],
      ["q", 77],
    ] as const) {
      const run = here.shell(
        `stty -a > before; "$0" run p.ts; echo CODE $?; stty -a > after; cmp before after && echo SAME`,
      );
      await press(run, keys);
      await run.until(new RegExp(`CODE ${code}\\r\\n[\\s\\S]*SAME`));
    }
  });

  test("three refusals in a row end the asking", async () => {
    const run = place(
      Array.from(
        { length: 5 },
        (_, i) =>
          `await import("sbx:fs").then((fs) => fs.readTextFile("${i}.txt")).catch((e) => console.log("DENIED ${i} " + e.code));`,
      ).join("\n"),
    ).run("p.ts");
    let since = 0;
    for (let i = 0; i < 3; i += 1) {
      await press(run, "\r", since);
      await run.until(new RegExp(`DENIED ${i}`));
      since = run.raw.indexOf(`DENIED ${i}`);
    }
    await run.until(/DENIED 4 E_READ/);
    expect(run.raw.slice(since)).not.toContain("This once");
  });
});

describe.skipIf(ptySupport() === undefined)("nobody is asked", () => {
  const cases = [
    { why: "with --no-prompt", line: `"$0" run p.ts --no-prompt; echo CODE $?` },
    { why: "with CI set", line: `CI=1 "$0" run p.ts; echo CODE $?` },
    { why: "when stderr goes elsewhere", line: `"$0" run p.ts 2>/dev/null; echo CODE $?` },
    { why: "without a controlling terminal", line: `setsid -w "$0" run p.ts; echo CODE $?` },
  ];
  for (const { why, line } of cases)
    test(`${why}, and what would be asked is denied`, async () => {
      const run = place(reads("a.txt")).shell(line);
      await run.until(/DENIED E_READ[\s\S]*CODE 0/, { within: 20_000 });
      expect(run.raw).not.toContain("This once");
    });

  test("answers on standard input answer nothing", async () => {
    const run = place(reads("a.txt")).shell(`yes y | "$0" run p.ts; echo CODE $?`);
    await press(run, "\r");
    await run.until(/DENIED E_READ/);
  });
});

test.skipIf(ptySupport() === undefined)("the remedy of a denial, pasted back, works", async () => {
  const here = place(
    `import { writeTextFile } from "sbx:fs"; await writeTextFile("out put.txt", "x"); console.log("DONE");`,
  );
  const run = here.shell(`"$0" run p.ts --no-prompt -- -A 'a b'; echo CODE $?`);
  await run.until(/CODE 77/, { within: 20_000 });
  const remedy = /to allow it: {2}(\S*sbx run .*)/.exec(stripVTControlCharacters(run.raw))?.[1] ?? "";
  expect(remedy).toContain("--allow-write=");
  const again = here.shell(`sbx() { "$0" "$@"; }; ${remedy}`);
  await again.until(/DONE/, { within: 20_000 });
  expect(readFileSync(join(here.dir, "out put.txt"), "utf8")).toBe("x");
});
