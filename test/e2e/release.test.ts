/** What a person lets out, on a real terminal and against a real server: the example that sends notes to a service. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { PtyRun, pause, ptySupport } from "../support/pty.ts";
import { type Site, site } from "../support/site.ts";

const example = resolve(import.meta.dirname, "../../examples/note-summariser");
const DOWN = "\x1b[B";

let base = "";
let service: Site;
beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-release-")));
  mkdirSync(join(base, "notes/deep"), { recursive: true });
  writeFileSync(join(base, "notes/a.md"), "# Monday\n\nsaw the doctor");
  writeFileSync(join(base, "notes/b.md"), "# Tuesday\n\nand again");
  writeFileSync(join(base, "notes/deep/c.md"), "# Wednesday\n\nbetter");
  symlinkSync(example, join(base, "note-summariser"));
  service = await site((_, response, body) => {
    const { text } = JSON.parse(body) as { text: string };
    response.end(JSON.stringify({ summary: `${text.length} characters` }));
  });
});
beforeEach(() => {
  service.requests.length = 0;
});
afterAll(async () => {
  await service.close();
  rmSync(base, { recursive: true, force: true });
});

/** Keys are pressed at each question; more questions than that fail the test. */
async function summarise(keys: readonly string[], more: readonly string[] = [], granted = true) {
  const net = granted ? [`--allow-net=127.0.0.1:${service.port}`] : [];
  const words = [
    ...["run", example, "--allow-read=notes", "--label=read=notes:personal", ...net, ...more],
    ...["--report=report.json", "--", "notes", `${service.origin}/s`],
  ];
  const run = new PtyRun(sbx, words, {
    cwd: base,
    env: { HOME: base, SBX_HOME: join(base, "home") },
    rows: 60,
  });
  let since = 0;
  for (const pressed of keys) {
    await run.until(/This once/, { since, within: 20_000 });
    await pause(700);
    since = run.raw.length;
    for (const key of pressed.split(" ")) run.type(key === "down" ? DOWN : "\r");
  }
  const { code } = await run.exit(20_000);
  const screen = await run.screen();
  return { code, screen, asked: screen.split("Let it out?").length - 1 };
}

describe.skipIf(process.platform === "win32" || !ptySupport())("a note summariser", () => {
  test("asks once, with a preview, and then sends all of them there", async () => {
    const { code, screen, asked } = await summarise(["down down enter"]);
    expect([code, asked]).toEqual([0, 1]);
    expect(screen).toMatch(
      /note-summariser asks to send what is labelled personal to\n.* 127\.0\.0\.1:\d+\/s\n/,
    );
    expect(screen).toMatch(/it read .*notes/);
    expect(screen).toMatch(/POST, \d+ bytes: POST http:\/\/127\.0\.0\.1/);
    expect(screen).toMatch(/Monday: \d+ characters\n[\s\S]*Wednesday: \d+ characters/);
    expect(service.requests.map(({ body }) => (JSON.parse(body) as { title: string }).title)).toEqual([
      "Monday",
      "Tuesday",
      "Wednesday",
    ]);
  });

  test("keeps them here when the answer is no, and asks no third time", async () => {
    const { code, screen, asked } = await summarise(["enter", "enter"]);
    expect([code, asked]).toEqual([0, 2]);
    expect(service.requests).toEqual([]);
    expect(screen).toContain("3 notes stayed here");
  });

  test("sends one when one was let out", async () => {
    const { screen } = await summarise(["down enter", "enter", "enter"]);
    expect(service.requests).toHaveLength(1);
    expect(screen).toContain("2 notes stayed here");
  });

  test("is granted the service by the same answer", async () => {
    const { code, asked } = await summarise(["down down enter"], [], false);
    expect([code, asked, service.requests.length]).toEqual([0, 1, 3]);
  });

  test("sends nothing where nobody is asked", async () => {
    const { screen } = await summarise([], ["--no-prompt"]);
    expect(service.requests).toEqual([]);
    expect(screen).toContain("3 notes stayed here");
    const report = JSON.parse(readFileSync(join(base, "report.json"), "utf8")) as { denials: object[] };
    expect(report.denials).toMatchObject([{ code: "E_FLOW" }, { code: "E_FLOW" }, { code: "E_FLOW" }]);
  });

  test("is not asked where a clearance answers beforehand", async () => {
    const { asked } = await summarise([], [`--clear=net=127.0.0.1:${service.port}:personal`]);
    expect([asked, service.requests.length]).toEqual([0, 3]);
  });
});

describe.skipIf(process.platform === "win32" || !ptySupport())("labelled output into a pipe", () => {
  const source = `import { readTextFile } from "sbx:fs";
console.log("before");
console.log(await readTextFile("notes/a.md"));
console.error("beside");
console.log("after");`;

  async function piped(key: string, more: readonly string[] = []) {
    writeFileSync(join(base, "print.ts"), source);
    const words = ["run", "print.ts", "--allow-read=notes", "--label=read=notes:secret", ...more];
    const line = `"$0" ${words.join(" ")} > piped.txt; echo "exit $?"`;
    const run = new PtyRun("/bin/sh", ["-c", line, sbx], {
      cwd: base,
      env: { HOME: base, SBX_HOME: join(base, "home") },
      rows: 40,
    });
    if (key !== "") {
      await run.until(/Let it out/, { within: 20_000 });
      await pause(700);
      run.type(key);
    }
    await run.exit(20_000);
    return { screen: await run.screen(), file: readFileSync(join(base, "piped.txt"), "utf8") };
  }

  test("is asked about once, and comes whole and in order", async () => {
    const { screen, file } = await piped("y\r");
    expect(file).toBe("before\n# Monday\n\nsaw the doctor\nafter\n");
    expect(screen).toMatch(
      /asks to print what is labelled secret to\n.*standard output, which is no terminal\n.*it read .*notes\/a\.md/,
    );
    expect(screen.split("Let it out?")).toHaveLength(2);
    expect(screen).toMatch(/beside[\s\S]*exit 0/);
  });

  test("is dropped and counted when the answer is no, and the exit code says that it is not told", async () => {
    const { screen, file } = await piped("\r");
    expect(file).toBe("before\n");
    expect(screen).toMatch(/bytes of output were not printed: they carry secret/);
    expect(screen).toMatch(/exit 76/);
  });

  test("is dropped unasked where nobody is asked", async () => {
    const { screen, file } = await piped("", ["--no-prompt"]);
    expect(file).toBe("before\n");
    expect(screen).toMatch(/exit 76/);
  });
});
