/** Shows that the build is reproducible: two copies of the repository in two folders give the same bytes. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, createReadStream, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve, sep } from "node:path";

const root = resolve(import.meta.dirname, "..");
const LEFT_OUT = new Set(["node_modules", "dist", ".git"]);

function copy(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(relative(from, path).split(sep)[0] ?? ""),
  });
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"), "junction");
}

function buildIn(folder: string): string {
  const made = spawnSync(process.execPath, [join(folder, "scripts/build.ts")], {
    cwd: folder,
    stdio: "inherit",
  });
  if (made.status !== 0) throw new Error(`the build in ${folder} failed`);
  return join(folder, process.platform === "win32" ? "dist/sbx.exe" : "dist/sbx");
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

const temporary = mkdtempSync(join(tmpdir(), "sbx-reproduce-"));
try {
  const folders = [join(temporary, "a"), join(temporary, "another/place with a longer name")] as const;
  copy(root, folders[0]);
  copy(folders[0], folders[1]);
  const digests: string[] = [];
  for (const folder of folders) digests.push(await digest(buildIn(folder)));
  console.log(digests.join("\n"));
  const same = new Set(digests).size === 1;
  console.log(same ? "the same file" : "DIFFERENT FILES");
  process.exitCode = same ? 0 : 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
