/** `npm start`: builds the executable and shows what it does: the main job on real files, a refusal, and the audit of both.
 *  What it writes lies in dist/demo. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { sbx, setup } from "../test/support/build.ts";

const root = resolve(import.meta.dirname, "..");
const out = "dist/demo";
const notes = "examples/data/notes";
const home = join(root, out, "home");

function title(text: string): void {
  console.log(`\n\u2500\u2500 ${text}\n`);
}

/** Shows the command as a person would type it, then runs it. Both its outputs go to one place, in order. */
function show(...words: string[]): number {
  const program = relative(root, sbx);
  console.log(`$ ${[program, ...words].map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(" ")}`);
  const { status } = spawnSync(sbx, words, {
    argv0: program,
    cwd: root,
    stdio: ["ignore", 1, 1],
    env: { ...process.env, SBX_HOME: home },
  });
  return status ?? 1;
}

function expectCode(code: number, wanted: number): void {
  console.log(`[exit code ${code}]`);
  if (code !== wanted) throw new Error(`this should have ended with ${wanted}`);
}

/** @throws Error when something does not end as it should. */
function demo(): void {
  rmSync(join(root, out), { recursive: true, force: true });
  mkdirSync(join(root, out, "index"), { recursive: true });
  const run = ["run", "examples/markdown-indexer", `--allow-read=${notes}`];
  const words = ["--", notes, `${out}/index`];

  title("A plugin indexes 254 notes. It may read them, and write into one folder");
  expectCode(show(...run, `--allow-write=${out}/index`, ...words), 0);
  const page = readFileSync(join(root, out, "index/index.md"), "utf8").split("\n");
  console.log(`\n${page.slice(0, 3).join("\n")}\n…`);

  title("The same plugin without the second grant");
  rmSync(join(root, out, "index"), { recursive: true });
  expectCode(show(...run, "--no-prompt", ...words), 77);
  if (existsSync(join(root, out, "index"))) throw new Error("this should not have been made");

  title("What happened, from the audit: changes and refusals of both runs");
  expectCode(show("audit", "--kind=write"), 0);
  expectCode(show("audit", "verify"), 0);

  title("Go on");
  console.log("  README.md has a tour; npm test runs the tests; dist/sbx --help fits on one screen.\n");
}

setup();
demo();
