/** The sources of the repository, by path from its root with `/`. */
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../../..");

export function sources(...folders: string[]): Map<string, string> {
  const paths = folders.flatMap((folder) =>
    globSync(`${folder}/**/*.{ts,mts,cts,js,mjs,cjs}`, {
      cwd: root,
      exclude: ["**/node_modules/**", "**/fixtures/**", "test/attacks/programs/**"],
    }),
  );
  return new Map(
    paths
      .map((path) => path.replaceAll("\\", "/"))
      .sort()
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}
