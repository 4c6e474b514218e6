/** Type-checks each layer under its own tsconfig, so that a layer without Node cannot lean on Node's globals.
 *  A layer that has no source yet is skipped, and said so. Exit code 1 when any layer fails. */
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const layers = [
  "tsconfig.core.json",
  "tsconfig.stdlib.json",
  "tsconfig.guest.json",
  "tsconfig.json",
  "examples/tsconfig.json",
];

/** tsc's error for a project without files. */
const NO_INPUTS = "error TS18003";

type LayerResult = { readonly layer: string; readonly ok: boolean; readonly output: string };

function check(layer: string): Promise<LayerResult> {
  return new Promise((done) => {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const child = spawn(process.execPath, [tsc, "-p", join(root, layer), "--pretty", "false"], { cwd: root });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("close", (code) => {
      if (output.includes(NO_INPUTS)) done({ layer, ok: true, output: "no source yet" });
      else done({ layer, ok: code === 0, output });
    });
  });
}

let failed = false;
for (const layer of layers) {
  const result = await check(layer);
  failed ||= !result.ok;
  console.log(
    `types ${result.layer}: ${result.ok ? "ok" : "FAILED"}${result.output ? `\n${result.output}` : ""}`,
  );
}
process.exit(failed ? 1 : 0);
