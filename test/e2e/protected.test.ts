/** What no grant opens, however it is reached: sbx's own folders (under a link too), the executable, the audit file in use. */
import { execFileSync } from "node:child_process";
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
import { afterAll, beforeAll, expect, test } from "vitest";

const sbx = resolve(import.meta.dirname, "../../dist/sbx");
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sbx-protected-")));
  mkdirSync(join(folder, "real"));
  symlinkSync("real", join(folder, "link"));
  writeFileSync(
    join(folder, "main.ts"),
    `import * as fs from "sbx:fs"; import { args } from "sbx:plugin";
     for (const path of args) console.log(await fs.writeTextFile(path, "x").then(() => "written", (e) => e.code));`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tries = (paths: readonly string[], ...grants: string[]): string[] =>
  execFileSync(sbx, ["run", "main.ts", ...grants, "--audit=audit.jsonl", "--no-prompt", "--", ...paths], {
    cwd: folder,
    env: { HOME: folder, SBX_HOME: join(folder, "link"), PATH: process.env.PATH },
    encoding: "utf8",
  })
    .trim()
    .split("\n");

test.each([
  ["sbx's folders by the name in SBX_HOME", "link/state/x"],
  ["sbx's folders behind the link", "real/data/x"],
  ["a new file right in SBX_HOME", "real/new"],
  ["the audit file in use", "audit.jsonl"],
  ["the script itself", "main.ts"],
  ["a manifest beside the script", "sbx.json"],
  ["modules beside the script", "node_modules/a/index.js"],
])("%s cannot be written under a grant of the whole folder", (_, path) => {
  expect(tries([path, "free.txt"], "-W=.")).toEqual(["E_WRITE", "written"]);
  expect(readFileSync(join(folder, "main.ts"), "utf8")).toContain("sbx:fs");
});

test("the executable cannot be replaced", () => {
  expect(tries([sbx], `-W=${join(sbx, "..")}`)).toEqual(["E_WRITE"]);
});
