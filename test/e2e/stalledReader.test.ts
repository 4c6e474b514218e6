/** A reader of standard output who has stopped reading cannot keep a run from being ended. */
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";

const endings: readonly { why: string; argv: string[]; signal?: NodeJS.Signals; code: number }[] = [
  { why: "by its time limit", argv: ["--timeout=1500ms"], code: 124 },
  { why: "by Ctrl-C", argv: [], signal: "SIGINT", code: 130 },
  { why: "by its output limit", argv: ["--output=100kb"], code: 125 },
];

describe("a run whose reader stalls is ended", () => {
  for (const { why, argv, signal, code } of endings)
    test(why, async () => {
      const dir = mkdtempSync(join(tmpdir(), "sbx-stalled-"));
      writeFileSync(
        join(dir, "p.ts"),
        `for (;;) { console.log("x".repeat(1000)); await new Promise((r) => setTimeout(r, 0)); }`,
      );
      const child = spawn(sbx, ["run", "p.ts", ...argv], {
        cwd: dir,
        env: { SBX_HOME: join(dir, "home") },
        stdio: ["ignore", "pipe", "ignore"],
      });
      child.stdout.pause();
      if (signal !== undefined) setTimeout(() => child.kill(signal), 2000);
      const ended = await new Promise((done) => child.on("exit", done));
      child.stdout.destroy();
      expect(ended).toBe(code);
    }, 15_000);
});
