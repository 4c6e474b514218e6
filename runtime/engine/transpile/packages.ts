/** What the resolver needs of a package.json, read once each. Anything in it that has the wrong type counts as absent.
 *  Refuses to know: how a specifier becomes a file. */
import type { SourceTree } from "../../core/sources.ts";
import { joinPath, parentPath } from "./paths.ts";

export interface PackageInfo {
  /** Folder below the root, "" for the root itself. */
  readonly folder: string;
  readonly name: string | undefined;
  readonly exports: unknown;
  readonly imports: unknown;
  readonly main: string | undefined;
  readonly module: string | undefined;
  /** `browser` as a main field. */
  readonly browserMain: string | undefined;
  /** `browser` as a map: false empties a module. */
  readonly browser: ReadonlyMap<string, string | false>;
  /** False only when the package says of itself that unused modules may be left out. */
  readonly sideEffects: boolean;
}

const utf8 = new TextDecoder("utf-8");

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function browserMap(value: unknown): ReadonlyMap<string, string | false> {
  const map = new Map<string, string | false>();
  if (typeof value !== "object" || value === null || Array.isArray(value)) return map;
  for (const [from, to] of Object.entries(value)) {
    if (typeof to === "string" || to === false) map.set(from, to);
  }
  return map;
}

function parsePackage(folder: string, bytes: Uint8Array): PackageInfo | undefined {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const field = (name: string): unknown =>
    Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  return {
    folder,
    name: text(field("name")),
    exports: field("exports") ?? undefined,
    imports: field("imports"),
    main: text(field("main")),
    module: text(field("module")),
    browserMain: text(field("browser")),
    browser: browserMap(field("browser")),
    sideEffects: field("sideEffects") !== false,
  };
}

export interface Packages {
  /** The package.json in exactly this folder, if there is a valid one. */
  at(folder: string): PackageInfo | undefined;
  /** The package that a folder belongs to: the nearest package.json above, not beyond a node_modules. */
  scopeOf(folder: string): PackageInfo | undefined;
}

export function packagesOf(tree: SourceTree): Packages {
  const known = new Map<string, PackageInfo | undefined>();
  const at = (folder: string): PackageInfo | undefined => {
    if (!known.has(folder)) {
      const look = tree.look(joinPath(folder, "package.json"));
      known.set(folder, look.is === "file" ? parsePackage(folder, look.bytes) : undefined);
    }
    return known.get(folder);
  };
  return {
    at,
    scopeOf(folder) {
      for (let here: string | undefined = folder; here !== undefined; here = parentPath(here)) {
        if (here === "node_modules" || here.endsWith("/node_modules")) return undefined;
        const found = at(here);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
