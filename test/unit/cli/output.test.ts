import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const printer = new URL("../../support/printer.ts", import.meta.url).pathname;
const run = (shell: string) => {
  const said = join(mkdtempSync(join(tmpdir(), "sbx-output-")), "said");
  const { stdout, status } = spawnSync("/bin/sh", ["-c", shell, process.execPath, printer, said], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  return {
    stdout,
    status,
    said: JSON.parse(readFileSync(said, "utf8")) as { closed: boolean; whole: boolean; ticks: number },
  };
};

describe.skipIf(process.platform === "win32")("output", () => {
  test("into a fast pipe arrives whole", () => {
    const { stdout, said } = run(`"$0" "$1" 5000000 2>"$2" | wc -c`);
    expect(Number(stdout)).toBe(5_000_000);
    expect(said).toMatchObject({ closed: false, whole: true });
  });
  test("into a file arrives whole", () => {
    const { stdout } = run(`"$0" "$1" 3000000 2>"$2" >"$2.out"; wc -c < "$2.out"`);
    expect(Number(stdout)).toBe(3_000_000);
  });
  test("into a stalled pipe waits without stopping the clock, and then arrives whole", () => {
    const { stdout, said } = run(`"$0" "$1" 1000000 2>"$2" | (sleep 2; wc -c)`);
    expect(Number(stdout)).toBe(1_000_000);
    expect(said.ticks).toBeGreaterThan(10);
  });
  test("to a reader who leaves ends quietly", () => {
    const { stdout, said, status } = run(`"$0" "$1" 50000000 2>"$2" | head -c 10`);
    expect(stdout).toBe("aaaaaaaaaa");
    expect(status).toBe(0);
    expect(said).toMatchObject({ closed: true, whole: false });
  });
  test.skipIf(!existsSync("/dev/full"))("onto a full disk is an error that says so", () => {
    const { stderr, status } = spawnSync(
      "/bin/sh",
      ["-c", `"$0" "$1" 10 > /dev/full`, process.execPath, printer],
      { encoding: "utf8" },
    );
    expect(stderr).toContain("ENOSPC");
    expect(status).not.toBe(0);
  });
  test("of nothing at all is fine", () => {
    expect(execFileSync(process.execPath, [printer, "0"]).length).toBe(0);
  });
});
