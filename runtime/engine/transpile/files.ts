/** Finds the file that a path below the root stands for: exactly, as a TypeScript twin, with an extension, as a folder or as a
 *  package. Reaches nothing but what its tree answers.
 *
 *  Refuses to know: specifiers and where a package is searched. */
import type { LookRefusal, SourceTree } from "../../core/sources.ts";
import { exportsTarget } from "./exports.ts";
import { type PackageInfo, type Packages, packagesOf } from "./packages.ts";
import { extensionOf, joinPath, parentPath, walkPath } from "./paths.ts";
import { notFound, outOfRoot } from "./refusals.ts";

export type ImportStyle = "import" | "require";

export type Resolution =
  | { readonly is: "file"; readonly path: string; readonly sideEffects: boolean }
  | { readonly is: "sbx"; readonly name: string }
  /** A package declares that this module is empty outside Node. */
  | { readonly is: "empty" }
  | { readonly is: "refused"; readonly message: string };

const ownExtensions = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];
const packageExtensions = [".js", ".mjs", ".cjs", ".json", ".ts", ".mts", ".cts"];
const typescriptTwins: { readonly [extension: string]: string } = {
  ".js": ".ts",
  ".mjs": ".mts",
  ".cjs": ".cts",
};

const conditionsFor = (style: ImportStyle): ReadonlySet<string> =>
  new Set(["sbx", "worker", "browser", "module", style]);

/** The names under which packages choose what to offer; "default" holds always. */
export const conditions: { readonly [style in ImportStyle]: ReadonlySet<string> } = {
  import: conditionsFor("import"),
  require: conditionsFor("require"),
};

export const whyRefused: { readonly [why in LookRefusal]: string } = {
  outside: "leads out of the plugin's folder",
  special: "is not an ordinary file",
  "too-large": "is larger than a source file may be",
  "too-many": "does not fit: the program has too many files or too many bytes",
  unreadable: "cannot be read",
};

export const refuse = (message: string): Resolution => ({ is: "refused", message });

const inPackageFolder = (path: string): boolean => /(^|\/)node_modules\//.test(path);

/** `shown` is the specifier as written, quoted, for messages. */
export class FileFinder {
  readonly packages: Packages;
  readonly #tree: SourceTree;

  constructor(tree: SourceTree) {
    this.#tree = tree;
    this.packages = packagesOf(tree);
  }

  /** What `browser` of the package that `folder` belongs to says of one of its files ("./…") or imports. */
  remapped(folder: string, key: string): string | false | undefined {
    const map = this.packages.scopeOf(folder)?.browser;
    if (map === undefined || map.size === 0) return undefined;
    return map.get(key) ?? map.get(`${key}.js`) ?? (key.startsWith("./") ? map.get(key.slice(2)) : undefined);
  }

  /** A file by its path, after its package's `browser` map. Undefined: nothing there. */
  asPath(path: string, shown: string): Resolution | undefined {
    const scope = this.packages.scopeOf(parentPath(path) ?? "");
    if (scope !== undefined && scope.browser.size > 0) {
      const inner = scope.folder === "" ? path : path.slice(scope.folder.length + 1);
      const target = this.remapped(scope.folder, `./${inner}`);
      if (target === false) return { is: "empty" };
      const moved = target === undefined ? undefined : walkPath(scope.folder, target);
      if (moved !== undefined) return this.#asFile(moved, shown);
    }
    return this.#asFile(path, shown);
  }

  /** A folder's main module or index. Undefined: no folder, or nothing in it. */
  asFolder(path: string, style: ImportStyle, shown: string): Resolution | undefined {
    const look = this.#tree.look(path);
    if (look.is !== "folder") return undefined;
    const info = this.packages.at(look.path);
    for (const field of info === undefined ? [] : this.#mainFields(info, style)) {
      const target = field === undefined ? undefined : walkPath(look.path, field);
      if (target === undefined) continue;
      const main = this.asPath(target, shown) ?? this.#asFile(joinPath(target, "index"), shown);
      if (main !== undefined) return main;
    }
    return this.#asFile(joinPath(look.path, "index"), shown);
  }

  /** `subpath` ("." or "./…") of the package in `folder`. */
  inPackage(folder: string, subpath: string, style: ImportStyle, shown: string): Resolution {
    const exports = this.packages.at(folder)?.exports;
    if (exports !== undefined) {
      const target = exportsTarget(exports, subpath, conditions[style]);
      if (target === undefined || target === null) return refuse(`${shown} is not exported by its package`);
      const path = walkPath(folder, target);
      const file = path === undefined ? undefined : this.asPath(path, shown);
      return file ?? refuse(`${shown} is exported by its package, but its file ${target} is missing`);
    }
    const path = walkPath(folder, subpath);
    if (path === undefined) return refuse(outOfRoot(shown));
    const file = subpath === "." ? undefined : this.asPath(path, shown);
    return file ?? this.asFolder(path, style, shown) ?? refuse(notFound(shown));
  }

  #mainFields(info: PackageInfo, style: ImportStyle): (string | undefined)[] {
    const [first, second] = style === "import" ? [info.module, info.main] : [info.main, info.module];
    return [info.browserMain, first, second];
  }

  #asFile(path: string, shown: string): Resolution | undefined {
    const extension = extensionOf(path);
    const twin = typescriptTwins[extension];
    const extensions = inPackageFolder(path) ? packageExtensions : ownExtensions;
    const candidates = [
      path,
      ...(twin === undefined ? [] : [path.slice(0, -extension.length) + twin]),
      ...extensions.map((added) => path + added),
      `${path}.tsx`,
      `${path}.jsx`,
    ];
    for (const candidate of candidates) {
      const look = this.#tree.look(candidate);
      if (look.is === "file") return this.#found(look.path);
      if (look.is === "refused") return refuse(`${shown} ${whyRefused[look.why]}`);
    }
    return undefined;
  }

  #found(path: string): Resolution {
    const sideEffects = this.packages.scopeOf(parentPath(path) ?? "")?.sideEffects ?? true;
    return { is: "file", path, sideEffects };
  }
}
