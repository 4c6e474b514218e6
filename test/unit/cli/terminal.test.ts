/** Questions on a real pseudo terminal, through the code that asks. */
import { afterAll, describe, expect, test } from "vitest";
import type { Question } from "../../../runtime/gate/consent.ts";
import { type PtyOptions, PtyRun, pause, ptySupport } from "../../support/pty.ts";

const driver = new URL("../../support/askDriver.ts", import.meta.url).pathname;
const DEAF = 650;
const UP = "\x1b[A";
const DOWN = "\x1b[B";

const open: PtyRun[] = [];
afterAll(() => {
  for (const run of open) run.kill();
});

function ask(questions: readonly Partial<Question>[], options: PtyOptions = {}, ...flags: string[]): PtyRun {
  const run = new PtyRun(process.execPath, [driver, JSON.stringify(questions), ...flags], options);
  open.push(run);
  return run;
}

/** Waits for a question, gives the person time to read it, types, and gives back the answer that was printed. */
async function answer(run: PtyRun, keys: string, wait = DEAF): Promise<string> {
  const since = run.raw.length;
  await run.until(/This once/);
  await pause(wait);
  run.type(keys);
  await run.until(/ANSWER \d+ (.*)\r\n/, { since });
  return /ANSWER \d+ (.*)\r\n/.exec(run.raw.slice(since))?.[1] ?? "";
}

const scopes = [
  { label: "read=/home/ada/notes", grant: "read=/home/ada/notes" },
  { label: "read=/home/ada", grant: "read=/home/ada" },
];

const typed: readonly { why: string; keys: string; gives: object }[] = [
  { why: "Enter is No", keys: "\r", gives: { choice: "no" } },
  { why: "y and Enter allow this once", keys: "y\r", gives: { choice: "once" } },
  { why: "yes and Enter allow this once", keys: "yes\r", gives: { choice: "once" } },
  { why: "n and Enter refuse", keys: "n\r", gives: { choice: "no" } },
  { why: "y with a space refuses", keys: "y \r", gives: { choice: "no" } },
  { why: "a look-alike of y refuses", keys: "\u0443\r", gives: { choice: "no" } },
  { why: "a megabyte and Enter refuse", keys: `${"a".repeat(2 ** 20)}\r`, gives: { choice: "no" } },
  { why: "Ctrl-D is No", keys: "\x04", gives: { choice: "no" } },
  { why: "Ctrl-Z and Enter is No", keys: "\x1a\r", gives: { choice: "no" } },
  { why: "Ctrl-C stops the plugin", keys: "\x03", gives: { choice: "stop" } },
  { why: "q stops the plugin", keys: "q", gives: { choice: "stop" } },
  { why: "up, down and Enter is No", keys: `${UP}${DOWN}\r`, gives: { choice: "no" } },
  { why: "two down is until the run ends", keys: `${DOWN}${DOWN}\r`, gives: { choice: "run" } },
  { why: "three down is one hour", keys: `${DOWN.repeat(3)}\r`, gives: { choice: "hour" } },
  { why: "four down is always", keys: `${DOWN.repeat(4)}\r`, gives: { choice: "always" } },
  { why: "up is never", keys: `${UP}\r`, gives: { choice: "never" } },
];

describe.skipIf(ptySupport() === undefined)("a question on a terminal", () => {
  for (const { why, keys, gives } of typed)
    test.concurrent(why, async ({ expect }) => {
      const run = ask([{}]);
      expect(JSON.parse(await answer(run, keys))).toMatchObject(gives);
      const { code } = await run.exit();
      expect(code).toBe(0);
      expect(run.raw).toContain(`INTERRUPTED ${keys === "\x03" ? 1 : 0}`);
    });

  test("shows who, what, why, what it makes possible and where, in at most eight lines", async () => {
    const run = ask([
      {
        target: `/home/ada/${"deep/".repeat(50)}notes.md`,
        reason: "To list your notes",
        combination: "together with net=api.example.com this could send it there",
        at: "notes.ts:22:14",
      },
    ]);
    await run.until(/This once/);
    const lines = (await run.screen()).split("\n");
    const header = lines.slice(0, lines.indexOf("│"));
    expect(header.length).toBeLessThanOrEqual(8);
    const text = header.join("\n").replace(/\n│ {2}/g, "");
    for (const part of [
      "notes.ts asks to read",
      `/home/ada/${"deep/".repeat(50)}notes.md`,
      'it says: "To list your notes"',
      "together with net=api.example.com",
      "at notes.ts:22:14",
    ])
      expect(text).toContain(part);
  });

  test("escapes what came from the plugin and the file system", async () => {
    const run = ask([
      {
        who: "evil\x1b[2J\u202e.ts",
        target: "/tmp/a\nb\x1b]0;title\x07\u200b",
        reason: '" (verified)\n│  target: ./docs\n[Y/n]',
        at: "x\x9b2J.ts:1:1",
      },
    ]);
    expect(JSON.parse(await answer(run, "\r"))).toMatchObject({ choice: "no" });
    expect(run.raw).not.toMatch(/\x1b\]|\x1b\[2J|\u202e|\u200b|\x07|\x9b/);
    const screen = await run.screen();
    expect(screen).toContain("/tmp/a\\u{a}b\\u{1b}]0;title\\u{7}\\u{200b}");
    expect(screen).toContain('it says: "\' (verified)\\u{a}│\\u{20}\\u{20}target: ./docs\\u{a}[Y/n]"');
  });

  test("does not ask about a target that cannot be shown whole", async () => {
    const run = ask([{ target: `/home/${"a/".repeat(2000)}` }]);
    await run.until(/ANSWER 0 "unfit"/);
    expect(run.raw).not.toContain("This once");
  });

  test("does not ask on a screen that is too small", async () => {
    const run = ask([{}], { rows: 8 });
    await run.until(/ANSWER 0 "unfit"/);
  });

  test("throws away keys typed before it was asked, and in its first moments", async () => {
    const run = ask([{}]);
    run.type("y\ry\r");
    await run.until(/This once/);
    run.type("y\r");
    await pause(150);
    run.type("y\r");
    expect(JSON.parse(await answer(run, "\r", 700))).toMatchObject({ choice: "no" });
  });

  test("asks one question at a time, each with its own first moments", async () => {
    const run = ask([{ who: "first.ts" }, { who: "second.ts" }]);
    await run.until(/This once/);
    await pause(DEAF);
    expect(run.raw).not.toContain("second.ts");
    run.type("y\r");
    await run.until(/second\.ts/);
    run.type("y\r");
    await pause(DEAF);
    run.type("\r");
    await run.until(/ANSWER 1/);
    expect(run.raw).toContain('ANSWER 0 {"choice":"once"');
    expect(run.raw).toContain('ANSWER 1 {"choice":"no"');
  });

  test("e chooses another scope, which the answer then carries and the question names", async () => {
    const run = ask([{ scopes }]);
    await run.until(/This once/);
    await pause(DEAF);
    run.type("e");
    await run.until(/Which scope/);
    run.type(`${DOWN}\r`);
    await run.until(/Allow read=\/home\/ada\?/);
    run.type("y\r");
    await run.until(/ANSWER 0 .*\r\n/);
    expect(run.raw).toContain('ANSWER 0 {"choice":"once","scope":1}');
  });

  test("d shows details and asks again", async () => {
    const run = ask([{ details: ["the grant read=/x expired"] }]);
    await run.until(/This once/);
    await pause(DEAF);
    run.type("d");
    await run.until(/the grant read=\/x expired/);
    await run.until(/This once/, { since: run.raw.indexOf("expired") });
    run.type("n\r");
    await run.until(/ANSWER 0 {"choice":"no"/);
  });

  test("offers no remembering where nothing can be remembered", async () => {
    const run = ask([{ canRemember: false }]);
    await answer(run, "\r");
    expect(run.raw).not.toMatch(/Always|Never/);
  });

  test("a question that is withdrawn is a refusal", async () => {
    const run = ask([{}], { env: { WITHDRAW_AFTER: "300" } });
    await run.until(/ANSWER 0 {"choice":"no"}|ANSWER 0 {"choice":"no"/);
  });

  test("gives the terminal back as it was", async () => {
    const shell = new PtyRun(
      "/bin/sh",
      [
        "-c",
        `stty -a > before.txt; "$0" "$1" '[{}]'; stty -a > after.txt; cmp before.txt after.txt && echo SAME`,
        process.execPath,
        driver,
      ].map(String),
      { cwd: await folder() },
    );
    open.push(shell);
    await answer(shell, "\x03");
    await shell.until(/SAME/);
  });
});

describe.skipIf(ptySupport() === undefined)("a window that changes its size", () => {
  const question = { reason: "To list your notes and to find out which of them are old" };
  /** How often the question was drawn from its first line on. */
  const drawn = (run: PtyRun): number => run.raw.split("asks to read").length - 1;

  test("has the whole question drawn again for its width, with first moments of its own", async () => {
    const run = ask([question], { columns: 100 });
    await run.until(/This once/);
    await pause(DEAF);
    run.type("y");
    run.resize(50);
    await run.until(/asks to read[\s\S]*asks to read[\s\S]*Never/);
    run.type("y\r");
    await pause(DEAF);
    expect(run.raw).not.toContain("ANSWER");
    run.type("\r");
    await run.until(/ANSWER 0 {"choice":"no"/);
    const screen = await run.screen();
    expect(screen.slice(screen.lastIndexOf("┌"))).toContain('it says: "To list your notes and to find out…"');
  });

  test("is drawn for once, when it has come to rest", async () => {
    const run = ask([question], { columns: 100 });
    await run.until(/This once/);
    for (let columns = 99; columns > 60; columns -= 3) {
      run.resize(columns);
      await pause(20);
    }
    await pause(400);
    expect(drawn(run)).toBe(2);
  });

  test("and becomes too small says so, answers nothing but No, and asks again when it has room", async () => {
    const run = ask([question], { columns: 100 });
    await run.until(/This once/);
    run.resize(30);
    await run.until(/too small/);
    await pause(DEAF);
    run.type("y");
    await pause(50);
    expect(run.raw).not.toContain("ANSWER");
    run.resize(90);
    await run.until(/too small[\s\S]*This once/);
    await pause(DEAF);
    run.type("y\r");
    await run.until(/ANSWER 0 {"choice":"once"/);
  });
});

describe.skipIf(ptySupport() === undefined)("without drawing", () => {
  const plain: readonly { why: string; env: Record<string, string>; keys: string; gives: object }[] = [
    { why: "SBX_PLAIN=1, a number", env: { SBX_PLAIN: "1" }, keys: "3\r", gives: { choice: "run" } },
    { why: "TERM=dumb, a number", env: { TERM: "dumb" }, keys: "2\r", gives: { choice: "once" } },
    { why: "yes", env: { SBX_PLAIN: "1" }, keys: "yes\r", gives: { choice: "once" } },
    { why: "Enter is No", env: { SBX_PLAIN: "1" }, keys: "\r", gives: { choice: "no" } },
    {
      why: "a number that is not there is No",
      env: { SBX_PLAIN: "1" },
      keys: "9\r",
      gives: { choice: "no" },
    },
    { why: "two numbers are No", env: { SBX_PLAIN: "1" }, keys: "22\r", gives: { choice: "no" } },
    { why: "a number taken back", env: { SBX_PLAIN: "1" }, keys: "5\x7f2\r", gives: { choice: "once" } },
    { why: "arrows mean nothing", env: { SBX_PLAIN: "1" }, keys: `${DOWN}\r`, gives: { choice: "no" } },
    { why: "q and Enter stop", env: { SBX_PLAIN: "1" }, keys: "q\r", gives: { choice: "stop" } },
    { why: "Ctrl-C stops", env: { SBX_PLAIN: "1" }, keys: "\x03", gives: { choice: "stop" } },
    { why: "Ctrl-D is No", env: { SBX_PLAIN: "1" }, keys: "\x04", gives: { choice: "no" } },
  ];
  for (const { why, env, keys, gives } of plain)
    test.concurrent(why, async ({ expect }) => {
      const run = ask([{ scopes }], { env });
      expect(JSON.parse(await answer(run, keys))).toMatchObject(gives);
      // No box, no colour, no way to move the cursor but one step back for a letter taken back.
      expect(run.raw).not.toMatch(/\x1b|[┌│└◆◇●○]/);
    });

  test("SBX_PLAIN=0 draws", async () => {
    const run = ask([{}], { env: { SBX_PLAIN: "0" } });
    await run.until(/●/);
  });
});

test.skipIf(ptySupport() === undefined)(
  "keys that a slow line delivers byte by byte are the same keys",
  async () => {
    const run = ask([{}]);
    await run.until(/This once/);
    await pause(DEAF);
    for (const byte of `${DOWN}${DOWN}\r`) {
      run.type(byte);
      await pause(60);
    }
    await run.until(/ANSWER 0 {"choice":"run"/);
  },
);

describe.skipIf(ptySupport() === undefined)("nobody is asked", () => {
  const cases: readonly { why: string; env?: Record<string, string>; flags?: string[]; shell?: string }[] = [
    { why: "with CI set", env: { CI: "true" } },
    { why: "with --no-prompt", flags: ["--no-prompt"] },
    { why: "when stderr goes elsewhere", shell: `"$0" "$1" '[{}]' 2>/dev/null` },
    { why: "when there is no controlling terminal", shell: `setsid -w "$0" "$1" '[{}]' </dev/null` },
  ];
  for (const { why, env, flags, shell } of cases)
    test(why, async () => {
      const run =
        shell === undefined
          ? ask([{}], env === undefined ? {} : { env }, ...(flags ?? []))
          : new PtyRun("/bin/sh", ["-c", shell, process.execPath, driver]);
      open.push(run);
      await run.until(/ANSWER nobody/);
      expect(run.raw).not.toContain("This once");
    });

  test("when stderr is some other terminal", async () => {
    const other = new PtyRun("/bin/sh", ["-c", "tty; sleep 20"]);
    open.push(other);
    await other.until(/(\/dev\/\S+)\r\n/);
    const device = /\/dev\/\S+/.exec(other.raw)?.[0] ?? "";
    const run = new PtyRun("/bin/sh", ["-c", `"$0" "$1" '[{}]' 2>${device}`, process.execPath, driver]);
    open.push(run);
    await run.until(/ANSWER nobody/);
    expect(other.raw).not.toContain("This once");
  });

  test("but with stdin and stdout elsewhere they are, and stdout stays clean", async () => {
    const dir = await folder();
    const run = new PtyRun(
      "/bin/sh",
      ["-c", `"$0" "$1" '[{}]' < /dev/null > out.txt; cat out.txt`, process.execPath, driver],
      { cwd: dir },
    );
    open.push(run);
    expect(JSON.parse(await answer(run, "y\r"))).toMatchObject({ choice: "once" });
    await run.exit();
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(`${dir}/out.txt`, "utf8")).toBe(
      'ANSWER 0 {"choice":"once","scope":0}\nINTERRUPTED 0\n',
    );
  });
});

async function folder(): Promise<string> {
  const { mkdtempSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  return mkdtempSync(`${tmpdir()}/sbx-terminal-`);
}
