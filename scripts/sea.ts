/** Joins Node, the boot program and the assets into one executable, with Node's own `--build-sea`.
 *
 *  Run in the staging folder on relative names, so that the result does not know where it was built. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "./targets.ts";

/** Options that Node has from its first instruction and that nobody can add to (`execArgvExtension: "none"`).
 *  None of them may change V8's flag hash, or the code cache of Node's own modules is refused (+10 ms and more). */
export function execArgv(target: Target): string[] {
  return [
    "--disable-sigusr1",
    "--no-warnings",
    "--no-addons",
    target.linux ? "--openssl-config=/dev/null" : "--openssl-config=",
    "--use-bundled-ca",
    "--no-use-system-ca",
    "--no-use-env-proxy",
    "--max-semi-space-size=2",
  ];
}

/** Writes `output` into `stage`. `assets` are file names in `stage`, which are the assets' names too.
 *  @throws Error with what Node said. */
export function buildExecutable(
  target: Target,
  nodePath: string,
  stage: string,
  assets: readonly string[],
  output: string,
): void {
  const config = {
    main: "boot.js",
    executable: nodePath,
    output,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    execArgv: execArgv(target),
    execArgvExtension: "none",
    assets: Object.fromEntries(assets.map((name) => [name, name])),
  };
  writeFileSync(join(stage, "sea.json"), JSON.stringify(config, null, 2));
  const made = spawnSync(process.execPath, ["--build-sea", "sea.json"], { cwd: stage, encoding: "utf8" });
  if (made.status !== 0) throw new Error(`node --build-sea failed:\n${made.stdout}${made.stderr}`);
}
