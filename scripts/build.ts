/** `npm run build`: dist/sbx, one file with everything inside, from what npm installed and nothing else.
 *
 *  --target=NAME  another platform than this one (its Node and esbuild packages must be installed)
 *  --out=FOLDER   instead of dist
 *  --partial      leave out programs that do not bundle (while the sources are half written)
 *  --stage        stop before the executable: programs and assets lie in dist/stage */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleAll, root } from "./bundle.ts";
import { cacheCode } from "./codecache.ts";
import { takeImage } from "./image.ts";
import { notices } from "./notices.ts";
import { buildExecutable } from "./sea.ts";
import { findTarget, hostTarget, NODE_VERSION, type Target } from "./targets.ts";

const { values } = parseArgs({
  options: {
    target: { type: "string", default: hostTarget() },
    out: { type: "string", default: join(root, "dist") },
    stage: { type: "boolean", default: false },
    partial: { type: "boolean", default: false },
  },
});

const QUICKJS = "node_modules/@jitl/quickjs-ng-wasmfile-release-sync/dist/emscripten-module.wasm";
const ESBUILD_API = "node_modules/esbuild/lib/main.js";

/** npm skips an optional dependency that it cannot fetch without a word, and then runs the machine's own Node. */
function checkNode(): void {
  if (process.versions.node === NODE_VERSION) return;
  throw new Error(
    `this is Node ${process.versions.node}, and the build needs exactly ${NODE_VERSION}: run "npm ci" again`,
  );
}

function packaged([name, path]: readonly [string, string]): string {
  const file = join(root, "node_modules", name, path);
  if (existsSync(file)) return file;
  throw new Error(`${name} is not installed: "npm install --force --no-save ${name}@VERSION" adds it`);
}

/** Fills the staging folder and names the assets in it. */
async function stageAll(target: Target, stage: string): Promise<string[]> {
  const { texts, inputs, skipped } = await bundleAll(values.partial);
  for (const entry of skipped) console.log(`left out: ${entry}`);
  const assets: string[] = [];
  const put = (name: string, write: (path: string) => void) => {
    mkdirSync(dirname(join(stage, name)), { recursive: true });
    write(join(stage, name));
    assets.push(name);
  };
  for (const [name, text] of texts) put(name, (path) => writeFileSync(path, text));
  put("quickjs.wasm", (path) => copyFileSync(join(root, QUICKJS), path));
  put("esbuild.js", (path) => copyFileSync(join(root, ESBUILD_API), path));
  put("esbuild", (path) => copyFileSync(packaged(target.esbuild), path));
  put("sbx.d.ts", (path) => copyFileSync(join(root, "stdlib/generated/sbx.d.ts"), path));
  put("NOTICES", (path) => writeFileSync(path, notices(inputs, packaged(target.node))));
  assets.push(takeImage(process.execPath, stage));
  const programs = ["cli.js", "engine.js", "data.js"].filter((name) => texts.has(name));
  if (target.name === hostTarget()) assets.push(...cacheCode(target, packaged(target.node), stage, programs));
  return assets.filter((name) => name !== "boot.js").sort();
}

async function main(): Promise<void> {
  const started = performance.now();
  checkNode();
  const target = findTarget(values.target);
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  const stage = mkdtempSync(join(out, ".stage-"));
  try {
    const assets = await stageAll(target, stage);
    if (!values.stage) {
      buildExecutable(target, packaged(target.node), stage, assets, target.output);
      chmodSync(join(stage, target.output), 0o755);
      renameSync(join(stage, target.output), join(out, target.output));
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${join(out, target.output)} for ${target.name}, ${seconds} s`);
    }
    rmSync(join(out, "stage"), { recursive: true, force: true });
    renameSync(stage, join(out, "stage"));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(`build failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
