/** `npm run gen`: everything that is derived from the operations' declarations and the guest's modules. Committed, and compared by a
 *  test; `--check` only compares and says what is stale. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { printReference } from "../runtime/print/reference.ts";
import { root } from "./bundle.ts";
import { guestTypes } from "./gen/guestTypes.ts";
import { loadOperations } from "./gen/operations.ts";
import { printRegistry } from "./gen/registry.ts";

/** Every generated file, by its path from the root. */
export async function generate(): Promise<Map<string, string>> {
  const operations = await loadOperations();
  return new Map([
    ["stdlib/generated/registry.ts", printRegistry(operations)],
    ["stdlib/generated/sbx.d.ts", guestTypes()],
    ["docs/reference.md", printReference(operations)],
  ]);
}

/** Paths whose content on disk differs. */
export function stale(files: ReadonlyMap<string, string>): string[] {
  return [...files]
    .filter(
      ([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text,
    )
    .map(([path]) => path);
}

if (import.meta.main) {
  const files = await generate();
  const old = stale(files);
  if (process.argv.includes("--check")) {
    for (const path of old) console.error(`${path} is stale: run "npm run gen"`);
    process.exitCode = old.length > 0 ? 1 : 0;
  } else {
    for (const path of old) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), files.get(path) ?? "");
      console.log(`wrote ${path}`);
    }
  }
}
