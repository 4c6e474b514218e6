/** Bundles the programs inside the executable: boot, broker, engine child, and the guest's chunks.
 *
 *  Each becomes ASCII text; those that boot loads are functions of (exports, require, module, __filename, __dirname).
 *  The same sources give the same bytes, wherever the folder lies. Entries that do not exist yet are skipped. */
import { existsSync, globSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { chunkFunction, chunkOptions } from "./chunk.ts";

export const root = resolve(import.meta.dirname, "..");

/** Files to go into the executable, by asset name; and every source that they were made from. */
export interface Bundles {
  readonly texts: ReadonlyMap<string, string>;
  readonly inputs: ReadonlySet<string>;
  readonly skipped: readonly string[];
}

const common: BuildOptions = {
  absWorkingDir: root,
  // Module names in the output are relative to the root, also where node_modules is a link.
  preserveSymlinks: true,
  bundle: true,
  write: false,
  metafile: true,
  charset: "ascii",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
  outdir: "dist",
};

const nodeProgram: BuildOptions = {
  ...common,
  format: "cjs",
  platform: "node",
  target: "node26",
  mainFields: ["module", "main"],
  // A program inside the executable has require, and no module loader behind import().
  supported: { "dynamic-import": false },
  define: { "import.meta.url": '"file:///sbx"' },
};

const programs: readonly (readonly [asset: string, entry: string])[] = [
  ["boot.js", "cli/boot.ts"],
  ["cli.js", "cli/main.ts"],
  ["engine.js", "runtime/engine/guest/child.ts"],
  ["data.js", "runtime/powers/data/server/main.ts"],
];

async function bundle(entry: string, options: BuildOptions): Promise<{ text: string; inputs: string[] }> {
  const result = await build({ ...options, entryPoints: [entry] });
  const [output] = result.outputFiles ?? [];
  if (output === undefined) throw new Error(`esbuild gave nothing for ${entry}`);
  return { text: output.text, inputs: Object.keys(result.metafile?.inputs ?? {}) };
}

/** @param partial skips, instead of failing on, an entry that does not bundle. */
export async function bundleAll(partial: boolean): Promise<Bundles> {
  const chunks = globSync("stdlib/web/{chunks,modules}/*.ts", { cwd: root }).filter(
    (path) => !path.endsWith(".d.ts"),
  );
  const jobs = [
    ...programs.map(([asset, entry]) => ({
      asset,
      entry,
      options: nodeProgram,
    })),
    ...chunks
      .map((entry) => entry.replaceAll("\\", "/"))
      .sort()
      .map((entry) => ({
        asset: `guest/${entry.includes("/modules/") ? "module/" : ""}${basename(entry, ".ts")}.js`,
        entry,
        options: { ...common, ...chunkOptions },
      })),
  ];
  const texts = new Map<string, string>();
  const inputs = new Set<string>();
  const skipped: string[] = [];
  for (const { asset, entry, options } of jobs) {
    if (!existsSync(join(root, entry))) {
      skipped.push(entry);
      continue;
    }
    const made = await bundle(entry, options).catch((error: unknown) => {
      if (!partial) throw error;
      skipped.push(entry);
    });
    if (made === undefined) continue;
    for (const input of made.inputs) inputs.add(input);
    texts.set(asset, wrap(asset, made.text));
  }
  return { texts, inputs, skipped };
}

/** boot.js is the executable's own main, which Node wraps; guest chunks are functions for `sbx:chunk/…`. */
function wrap(asset: string, text: string): string {
  if (asset === "boot.js") return text;
  if (asset.startsWith("guest/")) return chunkFunction(text);
  return `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
}
