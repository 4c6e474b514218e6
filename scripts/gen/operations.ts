/** The operations, found by their files: `stdlib/fs/readFile.ts` is `fs.readFile`. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Operation } from "../../runtime/op.ts";
import type { NamedOperation } from "../../runtime/print/reference.ts";
import { root } from "../bundle.ts";

const notAreas = ["web", "generated"];

export async function loadOperations(): Promise<NamedOperation[]> {
  const files = globSync("stdlib/*/*.ts", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !notAreas.includes(path.split("/")[1] ?? ""))
    .sort();
  return Promise.all(
    files.map(async (path) => {
      const [, area = "", file = ""] = path.split("/");
      const module = (await import(pathToFileURL(join(root, path)).href)) as { default: Operation };
      return { name: `${area}.${file.replace(/\.ts$/, "")}`, area, path, operation: module.default };
    }),
  );
}
