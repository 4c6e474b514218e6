/** The licence texts of everything inside the executable, in one file. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./bundle.ts";

function packageFolder(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

function licenceOf(folder: string): string {
  const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (name !== undefined) return readFileSync(join(folder, name), "utf8").trim();
  const { license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { license?: string };
  return `Licence: ${license ?? "see the package"}`;
}

/** @param inputs paths of bundled files, relative to the root. @param nodePath the Node binary of the target. */
export function notices(inputs: ReadonlySet<string>, nodePath: string): string {
  const folders = [...inputs].flatMap((input) => packageFolder(input) ?? []);
  const always = ["node_modules/esbuild", "node_modules/@jitl/quickjs-ng-wasmfile-release-sync"];
  const all = [...new Set([...folders, ...always])].sort().map((folder) => join(root, folder));
  const node = dirname(dirname(nodePath));
  return [node, ...all]
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
        string,
        string
      >;
      return `${name} ${version}\n\n${licenceOf(folder)}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
