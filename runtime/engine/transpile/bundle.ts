/** One program as one ES module: whole TypeScript, JSX off, every own module inside, `sbx:` modules left outside.
 *  The bundler gets each file's bytes and each import's answer from here and has no other way to a file.
 *
 *  A refused static import fails the bundle. A refused literal `import()` or `require()` becomes a module that throws, so that
 *  a program can look for a feature and go on. An `import()` of a computed name stays for the engine to refuse. */
import type { BuildOptions, BuildResult, Message, OnLoadResult, OnResolveResult, Plugin } from "esbuild";
import type { SbxError } from "../../core/errors.ts";
import type { SourceTree } from "../../core/sources.ts";
import type { ImportStyle } from "./files.ts";
import { describeFailure } from "./messages.ts";
import { bundleOptions } from "./options.ts";
import { extensionOf } from "./paths.ts";
import { Resolver } from "./resolve.ts";
import { cleanMap, hideSourceMapComment } from "./sourcemaps.ts";

/** A running bundler: esbuild's `build`, in a process with bounds. `stop` ends it; nothing of it remains. */
export interface Bundler {
  build(options: BuildOptions): Promise<BuildResult>;
  stop(): void;
}

export interface BundleRequest {
  readonly tree: SourceTree;
  readonly entry: string;
  /** The `sbx:` modules that exist, with their prefix. */
  readonly known: ReadonlySet<string>;
}

export interface Bundled {
  readonly source: string;
  /** Source map, version 3, as JSON text; its sources are paths below the root. */
  readonly map: string;
  /** Every own file inside. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

/** Own namespaces: what is not in "file" esbuild never looks for on a disk. */
const own = "plugin";
const stub = "refused";
const empty = "empty";
const facade = "facade";

const loaders: { readonly [extension: string]: "ts" | "js" | "json" } = {
  ".ts": "ts",
  ".mts": "ts",
  ".cts": "ts",
  ".js": "js",
  ".mjs": "js",
  ".cjs": "js",
  ".json": "json",
};

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** A script's first line for the shell is not JavaScript inside a bundle; columns stay. */
const hideShebang = (text: string): string => (text.startsWith("#!") ? `//${text.slice(2)}` : text);

class BundlePlugin {
  readonly files = new Map<string, string>();
  /** Positions where an import of a computed name must be kept from being expanded into a folder's files. */
  readonly opaque = new Map<string, { line: number; column: number }[]>();
  readonly #request: BundleRequest;
  readonly #resolver: Resolver;

  constructor(request: BundleRequest) {
    this.#request = request;
    this.#resolver = new Resolver(request.tree, request.known);
  }

  setup: Plugin["setup"] = (build) => {
    build.onResolve({ filter: /.*/ }, (args) => {
      if (args.kind === "entry-point") return { path: this.#request.entry, namespace: own };
      if (args.namespace === facade) return { path: args.path, external: true };
      return this.#resolve(args.path, args.importer, args.kind, args.with);
    });
    build.onLoad({ filter: /.*/, namespace: own }, (args) => this.#load(args.path));
    build.onLoad({ filter: /.*/, namespace: empty }, () => ({
      contents: "module.exports = {};",
      loader: "js",
    }));
    build.onLoad({ filter: /.*/, namespace: facade }, (args) => ({
      contents: `export * from ${JSON.stringify(args.path)};`,
      loader: "js",
    }));
    build.onLoad({ filter: /.*/, namespace: stub }, (args) => ({
      contents: `throw Object.assign(new TypeError(${JSON.stringify(args.pluginData)}), { name: "ImportError", code: "E_IMPORT" });`,
      loader: "js",
    }));
  };

  #resolve(
    specifier: string,
    importer: string,
    kind: string,
    attributes: Record<string, string>,
  ): OnResolveResult {
    const style: ImportStyle = kind.startsWith("require") ? "require" : "import";
    const refuse = (message: string): OnResolveResult => {
      if (kind !== "import-statement") return { path: specifier, namespace: stub, pluginData: message };
      return { errors: [{ text: message }] };
    };
    const resolution = this.#resolver.resolve(specifier, importer, style);
    switch (resolution.is) {
      case "file":
        return this.#own(resolution.path, resolution.sideEffects, attributes, refuse);
      case "sbx":
        if (style === "require") return { path: resolution.name, namespace: facade };
        return { path: resolution.name, external: true };
      case "empty":
        return { path: specifier, namespace: empty };
      case "refused":
        return refuse(resolution.message);
      default:
        throw resolution satisfies never;
    }
  }

  #own(
    path: string,
    sideEffects: boolean,
    { type = "" }: { type?: string },
    refuse: (message: string) => OnResolveResult,
  ): OnResolveResult {
    const extension = extensionOf(path);
    const shown = JSON.stringify(path);
    if (extension === ".tsx" || extension === ".jsx") return refuse(`${shown} is JSX, which is off in sbx`);
    if (!(extension in loaders)) {
      return refuse(`${shown} is not a module: only .ts .mts .cts .js .mjs .cjs .json can be imported`);
    }
    if (type !== "" && (type !== "json" || extension !== ".json")) {
      return refuse(`${shown} cannot be imported with { type: ${JSON.stringify(type)} }`);
    }
    return { path, namespace: own, ...(sideEffects ? {} : { sideEffects: false }) };
  }

  #load(path: string): OnLoadResult {
    const look = this.#request.tree.look(path);
    if (look.is !== "file") return { errors: [{ text: `${JSON.stringify(path)} cannot be read` }] };
    this.files.set(look.path, look.sha256);
    const extension = extensionOf(path);
    const isEntry = path === this.#request.entry;
    const loader = loaders[extension] ?? (isEntry && extension === "" ? "ts" : undefined);
    if (loader === undefined || (isEntry && loader === "json")) {
      const jsx = extension === ".tsx" || extension === ".jsx" ? ": JSX is off in sbx" : "";
      return { errors: [{ text: `${JSON.stringify(path)} is not a program that sbx can run${jsx}` }] };
    }
    let text: string;
    try {
      text = strict.decode(look.bytes);
    } catch {
      return { errors: [{ text: `${JSON.stringify(path)} is not a text file in UTF-8` }] };
    }
    if (loader === "json") return { contents: text, loader };
    if (text.includes("\0") && text.slice(0, 4096).includes("\0")) {
      return { errors: [{ text: `${JSON.stringify(path)} is a binary file, not a program` }] };
    }
    return { contents: hideSourceMapComment(this.#keepOpaque(path, hideShebang(text))), loader };
  }

  /** An operand that esbuild cannot fold makes a computed name opaque to it: it would otherwise list folders for
   *  `import("./x/" + name)`. */
  #keepOpaque(path: string, text: string): string {
    const positions = this.opaque.get(path);
    if (positions === undefined) return text;
    const lines = text.split("\n");
    for (const { line, column } of [...positions].sort((a, b) => b.column - a.column)) {
      const bytes = Buffer.from(lines[line - 1] ?? "");
      lines[line - 1] = `${bytes.subarray(0, column)}[][0]||${bytes.subarray(column)}`;
    }
    return lines.join("\n");
  }
}

/** esbuild wanted to expand an import of a computed name. */
const isExpansion = (message: Message): boolean =>
  message.location !== null && /^Could not resolve (import|require)\(".*\*.*"\)$/s.test(message.text);

const errorsOf = (failure: unknown): readonly Message[] | undefined =>
  typeof failure === "object" && failure !== null && "errors" in failure && Array.isArray(failure.errors)
    ? (failure.errors as Message[])
    : undefined;

const pathOf = (file: string): string => file.replace(/^plugin:/, "");

/** @throws SbxError E_IMPORT with file, line, column and the source line; E_LIMIT_TIME and E_LIMIT_MEMORY from the bundler */
export async function bundle(request: BundleRequest, bundler: Bundler): Promise<Bundled> {
  const opaque = new Map<string, { line: number; column: number }[]>();
  for (let round = 0; ; round++) {
    const plugin = new BundlePlugin(request);
    for (const [path, positions] of opaque) plugin.opaque.set(path, positions);
    try {
      const result = await bundler.build({
        ...bundleOptions,
        entryPoints: [request.entry],
        plugins: [{ name: "sbx", setup: plugin.setup }],
      });
      return bundledOf(result, plugin);
    } catch (failure) {
      const errors = errorsOf(failure);
      if (errors === undefined) throw failure;
      if (round > 0 || !errors.some(isExpansion)) throw describeFailure(errors) satisfies SbxError;
      for (const { location } of errors.filter(isExpansion)) {
        if (location === null) continue;
        const path = pathOf(location.file);
        opaque.set(path, [...(opaque.get(path) ?? []), { line: location.line, column: location.column }]);
      }
    }
  }
}

function bundledOf(result: BuildResult, plugin: BundlePlugin): Bundled {
  const text = (end: string): string =>
    result.outputFiles?.find((file) => file.path.endsWith(end))?.text ?? "";
  const files = [...plugin.files]
    .map(([path, sha256]) => ({ path, sha256 }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { source: text(".js"), map: cleanMap(text(".js.map"), new Set(plugin.files.keys())), files };
}
