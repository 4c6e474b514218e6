/** Four racers swap files, folders, parents and chains of links for links that lead outside, while two plugins read, watch, write, move, copy,
 *  make and remove below what they were granted: nothing outside is read, told of or touched, not even for a moment. Some seconds here;
 *  RACE_SECONDS=60 npx vitest run test/attacks/racers gives it a minute. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sbx } from "../../support/build.ts";

const SECONDS = Number(process.env.RACE_SECONDS ?? 5);
const here = import.meta.dirname;
const racers = ["files", "folders", "parents", "chains"];

let root: string;
let running: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sbx-race-"));
  for (const path of ["in/own", "home", "outside/like/q/r", "outside/sub/deep", "outside/like/q/r/sub"])
    mkdirSync(join(root, path), { recursive: true });
  for (const path of [
    "x",
    "out-name",
    "sub/out-deep",
    "sub/deep/out-deeper",
    "like/q/r/x",
    "like/q/r/out-name",
  ])
    writeFileSync(join(root, "outside", path), "OUTSIDE".padEnd(4321, "."));
});
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running = [];
  rmSync(root, { recursive: true, force: true });
});

/** Content and every time stamp, so that what was there only for a moment shows too. Access times are left out: looking is seen by content. */
function everything(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    const stats = lstatSync(path, { bigint: true });
    const facts = `${stats.ino} ${stats.mode} ${stats.nlink} ${stats.mtimeNs} ${stats.ctimeNs}`;
    if (stats.isDirectory()) {
      found[path] = facts;
      for (const name of readdirSync(path)) visit(join(path, name));
    } else
      found[path] = `${facts} ${stats.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, "utf8")}`;
  };
  visit(folder);
  return found;
}

/** Files below it whose content came from outside. No link is followed. */
function leaked(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((found) => {
    const path = join(folder, found.name);
    if (found.isDirectory()) return leaked(path);
    return found.isFile() && readFileSync(path, "utf8").includes("OUTSIDE") ? [path] : [];
  });
}

function start(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    ...(env ? { env } : {}),
  });
  running.push(child);
  return child;
}

function plugin(name: string): Promise<string> {
  const child = start(
    sbx,
    [
      "run",
      join(here, "fixtures", name),
      "-R=in",
      "-W=in",
      "--no-prompt",
      "--cpu=10m",
      "--inflight=128",
      "--",
      String(SECONDS),
    ],
    { PATH: process.env.PATH ?? "", HOME: join(root, "home"), SBX_HOME: join(root, "sbx") },
  );
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes) => (text += bytes));
  return new Promise((done) => child.on("close", (code) => done(`${text}exit ${code}`)));
}

type Counts = Readonly<Record<string, readonly [through: number, stopped: number]>>;
const countsOf = (said: string): Counts => JSON.parse(/^COUNTS (.*)$/m.exec(said)?.[1] ?? "{}");

describe.skipIf(process.platform !== "linux")(`racers for ${SECONDS} s`, () => {
  test("nothing leads out", { timeout: SECONDS * 1000 + 60_000 }, async () => {
    const before = everything(join(root, "outside"));
    const ready = racers.map((what) => {
      const child = start(process.execPath, [join(here, "racer.mjs"), root, what]);
      return new Promise<void>((done) => child.stdout?.once("data", () => done()));
    });
    await Promise.all(ready);
    const [reads, writes] = await Promise.all([plugin("reads.ts"), plugin("writes.ts")]);
    for (const child of running) child.kill("SIGKILL");
    for (const said of [reads, writes]) expect(said).toMatch(/exit 0$/);
    expect(reads.split("\n").filter((line) => line.startsWith("SEEN"))).toEqual([]);
    expect(everything(join(root, "outside"))).toEqual(before);
    expect(leaked(join(root, "in"))).toEqual([]);
    // The race was on: every path was met both ways, and work was done in between.
    const [read, written] = [countsOf(reads), countsOf(writes)];
    for (const path of ["in/file", "in/folder/x", "in/parent/q/r/x", "in/first/x"]) {
      expect(read[path]?.[0], `${path} read`).toBeGreaterThan(0);
      expect(read[path]?.[1], `${path} refused`).toBeGreaterThan(0);
    }
    expect(read.watch?.[0]).toBeGreaterThan(0);
    for (const what of ["write", "mkdir", "copy out"]) expect(written[what]?.[0], what).toBeGreaterThan(0);
    for (const what of ["write", "mkdir", "move in", "remove all"])
      expect(written[what]?.[1], what).toBeGreaterThan(0);
    if (process.env.RACE_SECONDS)
      console.log(`reads ${JSON.stringify(read)}\nwrites ${JSON.stringify(written)}`);
  });
});
