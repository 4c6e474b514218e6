/** Runs the pages for users: a fence with a file's name writes that file, a console fence runs its commands with the built executable.
 *  In what is expected, `…` stands for anything within a line (or for the rest, at an end), and `[N]` for an exit code other than 0. */
import { spawnSync } from "node:child_process";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { PtyRun, ptySupport } from "../support/pty.ts";

const root = resolve(import.meta.dirname, "../..");
const pages = ["README.md", ...globSync(["docs/*.md", "examples/*/README.md"], { cwd: root }).sort()].filter(
  (page) => /^```console$/m.test(readFileSync(join(root, page), "utf8")),
);

interface Block {
  readonly info: string;
  readonly body: string;
}

interface Step {
  readonly command: string;
  readonly expected: string;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```(\S+(?: \S+)?)\n([\s\S]*?)^```$/gm)].map(([, info = "", body = ""]) => ({
    info,
    body,
  }));
}

function stepsOf(body: string): Step[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      return { command: part.slice(0, end), expected: part.slice(end + 1) };
    });
}

function prepared(page: string): string {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-docs-")));
  const dir = join(base, "work");
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  };
  mkdirSync(join(dir, "out"), { recursive: true });
  mkdirSync(join(base, "bin"));
  symlinkSync(sbx, join(base, "bin/sbx"));
  symlinkSync(join(root, "examples"), join(dir, "examples"));
  write("notes/today.md", "# Today\n\nwater the plants");
  write("notes/private.md", "# Private\n");
  for (const { info, body } of blocksOf(page)) {
    const [, name] = info.split(" ");
    if (name !== undefined) write(name, body);
  }
  return base;
}

function run(base: string, command: string): string {
  const env = { PATH: `${join(base, "bin")}:${process.env.PATH}`, SBX_HOME: join(base, "home"), HOME: base };
  const { stdout, status } = spawnSync("/bin/sh", ["-c", `exec 2>&1; ${command}`], {
    cwd: join(base, "work"),
    env,
    encoding: "utf8",
    input: "",
  });
  return status === 0 ? stdout : `${stdout}[${status}]\n`;
}

/** The expected text as a pattern: `…` at a line's end covers the lines that follow it too. */
function pattern(expected: string): RegExp {
  const source = expected
    .split("…\n")
    .map((part) =>
      part
        .split("…")
        .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
        .join(".*"),
    )
    .join("[\\s\\S]*?\n");
  return new RegExp(`^${source}$`);
}

describe.skipIf(process.platform === "win32").each(pages)("%s", (page) => {
  const base = prepared(page);
  const steps = blocksOf(page).flatMap(({ info, body }) => (info === "console" ? stepsOf(body) : []));
  for (const { command, expected } of steps)
    test(command, () => expect(run(base, command)).toMatch(pattern(expected)));
});

test.skipIf(ptySupport() === undefined)("README.md shows a question as it is drawn", async () => {
  const base = prepared("README.md");
  const env = { PATH: `${join(base, "bin")}:${process.env.PATH}`, SBX_HOME: join(base, "home"), HOME: base };
  const run = new PtyRun("/bin/sh", ["-c", "exec sbx run digest.ts --allow-read=notes"], {
    cwd: join(base, "work"),
    env,
  });
  await run.until(/Never/);
  const screen = await run.screen();
  run.kill();
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(`\`\`\`text\n${screen}\n\`\`\`\n`);
});
