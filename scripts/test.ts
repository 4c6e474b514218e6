/** `npm test`: everything that must hold, in the order in which a failure is cheapest to understand. Goes on after a
 *  failure. The last line counts: `N passed, N failed, N skipped`, where a failed step is one failure. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { isStale } from "../test/support/build.ts";

const root = resolve(import.meta.dirname, "..");
const report = join(root, "dist/test-report.json");

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

function step(title: string, script: string, ...args: string[]): boolean {
  console.log(`\n— ${title}`);
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) console.log(`FAILED: ${title}`);
  return status === 0;
}

/** Files that could not even be loaded have no results of their own, and count as one failure each. */
function readReport(passed: boolean): Counts {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const read = JSON.parse(readFileSync(report, "utf8")) as Report;
  const unloaded = read.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const failed = read.numFailedTests + unloaded;
  return {
    passed: read.numPassedTests,
    failed: failed === 0 && !(passed && read.success) ? 1 : failed,
    skipped: read.numPendingTests + read.numTodoTests,
  };
}

const steps: boolean[] = [
  step("format and lint", "node_modules/@biomejs/biome/bin/biome", "check", "."),
  step("types, layer by layer", "scripts/types.ts"),
];
if (existsSync(join(root, "scripts/gen.ts"))) {
  steps.push(step("generated files are current", "scripts/gen.ts", "--check"));
}
const built = !isStale() || step("build", "scripts/build.ts");
steps.push(built);
rmSync(report, { force: true });
const vitest = step(
  built ? "tests" : "tests that need no executable",
  "node_modules/vitest/vitest.mjs",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...(built ? [] : ["--project=unit"]),
);
const counts = readReport(vitest);
const failed = counts.failed + steps.filter((ok) => !ok).length;
const passed = counts.passed + steps.filter((ok) => ok).length;
console.log(`\n${passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
