/** Real folders, a real bundler and a real cache for the tests of the loader. */
import { hash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bundlerBounds, startBundler } from "../../../runtime/engine/hosts/bundler.ts";
import type { Bundler } from "../../../runtime/engine/transpile/bundle.ts";
import type { LoaderWorld } from "../../../runtime/engine/transpile/load.ts";
import { openCache } from "../../../runtime/powers/cache.ts";
import { placeExecutable } from "../../../runtime/powers/executable.ts";

const require = createRequire(import.meta.url);
const api = readFileSync(require.resolve("esbuild"), "utf8");
const binaryName = `@esbuild/${process.platform}-${process.arch}/${process.platform === "win32" ? "esbuild.exe" : "bin/esbuild"}`;
export const esbuildBinary: Uint8Array = readFileSync(
  require.resolve(binaryName, { paths: [require.resolve("esbuild")] }),
);

const folders: string[] = [];

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sbx-transpile-"));
  folders.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Files by path; a value that begins with "-> " is a link. */
export function writeFiles(folder: string, files: { readonly [path: string]: string | Uint8Array }): string {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof content === "string" && content.startsWith("-> ")) symlinkSync(content.slice(3), target);
    else writeFileSync(target, content);
  }
  return folder;
}

export interface World extends LoaderWorld {
  /** How many bundlers were started. */
  readonly started: () => number;
}

export function worldWith(
  bounds: Partial<typeof bundlerBounds> | object = {},
  cacheFolder = tempFolder(),
): World {
  let started = 0;
  return {
    cache: openCache(cacheFolder),
    digest: (text) => hash("sha256", text, "hex"),
    known: new Set(["sbx:fs", "sbx:net", "sbx:plugin"]),
    versions: "test",
    started: () => started,
    bundler: (): Bundler => {
      started++;
      const executable = placeExecutable(esbuildBinary, "esbuild", cacheFolder);
      const bundler = startBundler({ command: executable.path, api, ...bundlerBounds, ...bounds });
      return {
        build: (options) => bundler.build(options),
        stop: () => {
          bundler.stop();
          executable.close();
        },
      };
    },
  };
}
