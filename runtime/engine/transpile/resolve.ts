/** Turns an import specifier into a file of the plugin's own, an `sbx:` module, or a refusal that says why.
 *  Reaches nothing but what its tree answers, so that nothing outside the root can be named, found or distinguished.
 *
 *  Follows esbuild and Node: package.json `exports`, `imports`, `browser`, `module`, `main`; `./x.js` finds `x.ts`. */
import type { SourceTree } from "../../core/sources.ts";
import { importsTarget } from "./exports.ts";
import { conditions, FileFinder, type ImportStyle, type Resolution, refuse, whyRefused } from "./files.ts";
import { joinPath, parentPath, walkPath } from "./paths.ts";
import { notFound, outOfRoot, refuseScheme, unknownModule } from "./refusals.ts";

/** A redirect of a redirect (`imports` to a package, `browser` to a package) beyond this is a loop. */
const maxHops = 8;
const maxShown = 200;

const isRelative = (specifier: string): boolean => /^\.\.?(\/|$)/.test(specifier);
const namesFolder = (specifier: string): boolean => /\/$|(^|\/)\.\.?$/.test(specifier);

/** "name" or "@scope/name", and the rest as "." or "./…". */
function splitBare(specifier: string): { name: string; subpath: string } | undefined {
  const match = /^((?:@[^/%]+\/)?[^./%@#][^/%]*)(\/.*)?$/.exec(specifier);
  const name = match?.[1];
  return name === undefined ? undefined : { name, subpath: `.${match?.[2] ?? ""}` };
}

interface Question {
  readonly style: ImportStyle;
  /** The specifier as written, quoted and clipped. */
  readonly shown: string;
  readonly hops: number;
}

export class Resolver {
  readonly #tree: SourceTree;
  readonly #known: ReadonlySet<string>;
  readonly #files: FileFinder;

  /** @param known the `sbx:` modules that exist, with their prefix */
  constructor(tree: SourceTree, known: ReadonlySet<string>) {
    this.#tree = tree;
    this.#known = known;
    this.#files = new FileFinder(tree);
  }

  /** `importer` is the importing file below the root. Never throws. */
  resolve(specifier: string, importer: string, style: ImportStyle): Resolution {
    const clipped = specifier.length > maxShown ? `${specifier.slice(0, maxShown)}…` : specifier;
    const question = { style, shown: JSON.stringify(clipped), hops: 0 };
    return this.#resolve(specifier, parentPath(importer) ?? "", question);
  }

  #resolve(specifier: string, from: string, question: Question): Resolution {
    const { shown } = question;
    if (specifier.startsWith("sbx:")) {
      if (this.#known.has(specifier)) return { is: "sbx", name: specifier };
      return refuse(unknownModule(shown, specifier, this.#known));
    }
    const scheme = refuseScheme(specifier, shown);
    if (scheme !== undefined) return refuse(scheme);
    if (isRelative(specifier)) return this.#relative(specifier, from, question);
    if (question.hops >= maxHops) return refuse(`${shown} is redirected too often`);
    const next = { ...question, hops: question.hops + 1 };
    const scope = this.#files.packages.scopeOf(from);
    if (specifier.startsWith("#")) {
      const target = importsTarget(scope?.imports, specifier, conditions[question.style]);
      if (scope !== undefined && typeof target === "string") return this.#resolve(target, scope.folder, next);
      return refuse(`${shown} is not in its package's "imports"`);
    }
    const target = this.#files.remapped(from, specifier);
    if (target === false) return { is: "empty" };
    if (target === undefined || target === specifier) return this.#bare(specifier, from, question);
    return this.#resolve(target, scope?.folder ?? "", next);
  }

  #relative(specifier: string, from: string, { style, shown }: Question): Resolution {
    const path = walkPath(from, specifier);
    if (path === undefined) return refuse(outOfRoot(shown));
    const file = namesFolder(specifier) ? undefined : this.#files.asPath(path, shown);
    return file ?? this.#files.asFolder(path, style, shown) ?? refuse(notFound(shown));
  }

  #bare(specifier: string, from: string, { style, shown }: Question): Resolution {
    const parts = splitBare(specifier);
    if (parts === undefined) return refuse(notFound(shown));
    const own = this.#files.packages.scopeOf(from);
    if (own !== undefined && own.name === parts.name && own.exports !== undefined) {
      return this.#files.inPackage(own.folder, parts.subpath, style, shown);
    }
    for (let folder: string | undefined = from; folder !== undefined; folder = parentPath(folder)) {
      if (folder === "node_modules" || folder.endsWith("/node_modules")) continue;
      const look = this.#tree.look(joinPath(joinPath(folder, "node_modules"), parts.name));
      if (look.is === "folder") return this.#files.inPackage(look.path, parts.subpath, style, shown);
      if (look.is === "refused") return refuse(`package ${shown} ${whyRefused[look.why]}`);
    }
    return refuse(notFound(shown, specifier));
  }
}
