/** Node's `exports` and `imports` maps of package.json: which target a subpath has under a set of conditions. Pure.
 *  Source: Node.js documentation, "Modules: Packages" and the ESM resolution algorithm (PACKAGE_TARGET_RESOLVE).
 *
 *  Refuses to know: files. A target is returned as written; whether it exists is somebody else's question. */

/** `null`: the package closes this subpath. `undefined`: the map says nothing about it. */
export type Target = string | null | undefined;

type JsonObject = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nested conditions deeper than this are nobody's package. */
const maxDepth = 32;

/** Targets stay inside their package: no `..`, no way into another package's folder. */
const staysInside = (target: string): boolean =>
  target.startsWith("./") && !/(^|[\\/])(\.\.?|node_modules)([\\/]|$)/i.test(target.slice(2));

interface Question {
  readonly conditions: ReadonlySet<string>;
  /** What `*` stands for. */
  readonly wildcard: string | undefined;
  /** `imports` may name other packages. */
  readonly allowBare: boolean;
}

function targetOf(value: unknown, question: Question, depth: number): Target {
  if (depth > maxDepth) return null;
  if (value === null) return null;
  if (typeof value === "string") {
    const { wildcard } = question;
    const target = wildcard === undefined ? value : value.replaceAll("*", () => wildcard);
    if (staysInside(target)) return target;
    const isBare = question.allowBare && !/^(\.|\/|[a-z][a-z0-9+.-]*:)/i.test(target);
    return isBare || (question.allowBare && target.startsWith("sbx:")) ? target : null;
  }
  if (Array.isArray(value)) {
    let last: Target;
    for (const option of value) {
      last = targetOf(option, question, depth + 1);
      if (typeof last === "string") return last;
    }
    return last;
  }
  if (!isObject(value)) return undefined;
  for (const [condition, option] of Object.entries(value)) {
    if (condition !== "default" && !question.conditions.has(condition)) continue;
    const target = targetOf(option, question, depth + 1);
    if (target !== undefined) return target;
  }
  return undefined;
}

/** The part of `path` that `*` of `pattern` matches, or undefined. */
function wildcardOf(pattern: string, path: string): string | undefined {
  const star = pattern.indexOf("*");
  if (star < 0 || pattern.indexOf("*", star + 1) >= 0) return undefined;
  const before = pattern.slice(0, star);
  const after = pattern.slice(star + 1);
  if (path === before || path.length < pattern.length) return undefined;
  return path.startsWith(before) && path.endsWith(after)
    ? path.slice(star, path.length - after.length)
    : undefined;
}

/** Longest prefix first, then longest key, as Node orders patterns. */
const byPrecision = (a: string, b: string): number => b.indexOf("*") - a.indexOf("*") || b.length - a.length;

function match(map: JsonObject, path: string, conditions: ReadonlySet<string>, allowBare: boolean): Target {
  if (Object.hasOwn(map, path) && !path.includes("*")) {
    return targetOf(map[path], { conditions, wildcard: undefined, allowBare }, 0);
  }
  const patterns = Object.keys(map).filter((key) => key.includes("*"));
  for (const pattern of patterns.sort(byPrecision)) {
    const wildcard = wildcardOf(pattern, path);
    if (wildcard !== undefined) return targetOf(map[pattern], { conditions, wildcard, allowBare }, 0);
  }
  return undefined;
}

/** Target of `subpath` ("." or "./…") in the value of a package's `exports`. */
export function exportsTarget(exports: unknown, subpath: string, conditions: ReadonlySet<string>): Target {
  const hasPaths = isObject(exports) && Object.keys(exports).some((key) => key.startsWith("."));
  if (hasPaths) return match(exports, subpath, conditions, false);
  if (subpath !== ".") return undefined;
  return targetOf(exports, { conditions, wildcard: undefined, allowBare: false }, 0);
}

/** Target of `#name` in the value of a package's `imports`: "./…" below the package, another package, or sbx:. */
export function importsTarget(imports: unknown, name: string, conditions: ReadonlySet<string>): Target {
  return isObject(imports) ? match(imports, name, conditions, true) : undefined;
}
