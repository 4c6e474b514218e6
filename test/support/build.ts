/** The built executable under test: `dist/sbx`, rebuilt first when a source is newer than it. */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** Absolute path of the executable. */
export const sbx = join(root, process.platform === "win32" ? "dist/sbx.exe" : "dist/sbx");

const SOURCES = ["cli", "runtime", "stdlib", "scripts", "package-lock.json"];

function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

export function isStale(): boolean {
  const built = newest(sbx);
  return SOURCES.some((source) => newest(join(root, source)) > built);
}

/** Builds when needed. @throws Error when the build fails. */
export function setup(): void {
  if (!isStale()) return;
  const made = spawnSync(process.execPath, [join(root, "scripts/build.ts")], { cwd: root, stdio: "inherit" });
  if (made.status !== 0) throw new Error("the build failed");
}
