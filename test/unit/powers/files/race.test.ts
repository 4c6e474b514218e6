import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { within } from "../../../../runtime/core/cover.ts";
import { isSbxError } from "../../../../runtime/core/errors.ts";
import { lease, World } from "./world.ts";

/** Another process makes `in/flip` a folder and a link to `out` in turn, as fast as it can. */
const racer = `
const fs = require("node:fs");
fs.mkdirSync("in/real"); fs.writeFileSync("in/real/x", "inside");
for (;;) {
  try { fs.renameSync("in/real", "in/flip"); fs.renameSync("in/flip", "in/real"); } catch {}
  try { fs.symlinkSync("../out", "in/flip"); fs.unlinkSync("in/flip"); } catch {}
}`;

let world: World;
let child: ChildProcess;
beforeEach(() => {
  world = new World("handles");
  mkdirSync(world.at("in"));
  mkdirSync(world.at("out"));
  writeFileSync(world.at("out/x"), "outside");
  child = spawn(process.execPath, ["-e", racer], { cwd: world.root, stdio: "ignore" });
});
afterEach(() => {
  child.kill("SIGKILL");
  world.end();
});

const allowed = (path: string): boolean => within(path, world.at("in"));
const MS = 1500;

test("what is read is what was checked, while a racer swaps folders for links", async () => {
  const seen = { inside: 0, outside: 0, refused: 0 };
  for (const end = performance.now() + MS; performance.now() < end; ) {
    const target = await world.target("read", "in/flip/x");
    try {
      const may = allowed(target.canonical);
      const power = await world.files.read.open(target, lease());
      const content = Buffer.from(await power.bytes(100)).toString();
      expect(content).toBe(may ? "inside" : "outside");
      seen[may ? "inside" : "outside"] += 1;
    } catch (error) {
      if (!isSbxError(error)) throw error;
      seen.refused += 1;
    } finally {
      world.files.read.release(target);
    }
  }
  // The race was really on: both sides were met.
  expect(seen.inside).toBeGreaterThan(0);
  expect(seen.outside).toBeGreaterThan(0);
});

test("nothing outside is made, changed or removed, while a racer swaps folders for links", async () => {
  let done = 0;
  for (const end = performance.now() + MS; performance.now() < end; ) {
    for (const entry of [false, true]) {
      const target = await world.target("write", entry ? "in/flip/x" : "in/flip/new", entry ? { entry } : {});
      try {
        if (!allowed(target.canonical)) continue;
        const power = await world.files.write.open(target, lease());
        if (entry) await power.remove({ recursive: true });
        else await power.replace(Buffer.from("new"), {});
        done += 1;
      } catch (error) {
        if (!isSbxError(error)) throw error;
      } finally {
        world.files.write.release(target);
      }
    }
  }
  expect(done).toBeGreaterThan(0);
  expect(readdirSync(world.at("out"))).toEqual(["x"]);
  expect(readFileSync(world.at("out/x"), "utf8")).toBe("outside");
});
