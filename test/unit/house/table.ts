/** Who may import whom. A file belongs to the first row whose `files` matches its path; a file without a row fails. */

export interface Layer {
  readonly name: string;
  /** Path from the repository's root, with `/`. */
  readonly files: RegExp;
  /** Layers, beside its own unless `alone`, whose files it may import. */
  readonly layers: readonly string[];
  /** Layers whose types it may name, and nothing else of them. */
  readonly types?: readonly string[];
  /** Files of other layers, by path. */
  readonly doors?: readonly string[];
  /** Node's modules: names without `node:`, or "all". */
  readonly node?: readonly string[] | "all";
  readonly packages?: readonly string[];
  /** Its files may not import each other. */
  readonly alone?: boolean;
}

export const table: readonly Layer[] = [
  { name: "core", files: /^runtime\/core\//, layers: [], packages: ["zod", "jsonc-parser"] },
  { name: "op", files: /^runtime\/op\.ts$/, layers: ["core"] },
  { name: "print", files: /^runtime\/print\//, layers: ["core", "op"] },
  { name: "gate", files: /^runtime\/gate\//, layers: ["core", "op"] },

  {
    name: "seal",
    files: /^runtime\/engine\/guest\/seal\//,
    layers: [],
    doors: ["runtime/core/errors.ts"],
    node: ["ffi", "fs", "os"],
  },
  {
    name: "engine guest",
    files: /^runtime\/engine\/guest\//,
    layers: ["engine", "pure", "seal"],
    doors: ["runtime/core/errors.ts", "runtime/engine/transpile/positions.ts"],
    node: ["fs", "ffi"],
    packages: ["quickjs-emscripten-core", "@jitl/quickjs-ng-wasmfile-release-sync"],
  },
  {
    name: "engine hosts",
    files: /^runtime\/engine\/hosts\//,
    layers: ["engine"],
    doors: ["runtime/core/errors.ts"],
    node: ["child_process", "ffi", "fs", "net", "stream", "vm"],
    packages: ["esbuild"],
  },
  { name: "pure", files: /^runtime\/engine\/pure\//, layers: [], node: ["url", "zlib", "crypto"] },
  {
    name: "transpile",
    files: /^runtime\/engine\/transpile\//,
    layers: ["core"],
    node: ["child_process", "ffi", "path", "stream"],
    packages: ["esbuild", "@jridgewell/trace-mapping"],
  },
  { name: "engine", files: /^runtime\/engine\/[^/]+$/, layers: [], doors: ["runtime/core/errors.ts"] },

  // sbx's own files: the store, the audit, the cache. No plugin reaches them.
  { name: "own", files: /^runtime\/powers\/own\//, layers: ["core"], types: ["gate"], node: "all" },
  {
    name: "powers",
    files: /^runtime\/powers\//,
    layers: ["core", "own"],
    // The data server is reached over the engine's frames.
    doors: ["runtime/engine/channel.ts"],
    node: "all",
    packages: [
      "tldts",
      "ws",
      "csv-parse",
      "postgres",
      "@secretlint/core",
      "@secretlint/secretlint-rule-preset-recommend",
    ],
  },
  {
    name: "session",
    files: /^runtime\/[^/]+\.ts$/,
    layers: ["core", "op", "gate", "engine"],
  },
  {
    name: "package and host",
    files: /^runtime\/(package|host)\//,
    layers: ["core", "session"],
    node: ["crypto"],
  },

  {
    name: "guest",
    files: /^stdlib\/(web|generated\/guest)\//,
    layers: [],
    packages: ["web-streams-polyfill", "sbx:*"],
  },
  { name: "registry", files: /^stdlib\/generated\//, layers: ["operations", "op", "core"] },
  { name: "operations", files: /^stdlib\//, layers: ["op"], alone: true },

  {
    name: "boot",
    files: /^cli\/(boot|environment)\.ts$/,
    layers: [],
    node: ["sea", "vm", "child_process"],
  },
  // The only place where everything meets.
  {
    name: "compose",
    files: /^cli\/compose\//,
    layers: [
      "cli",
      "core",
      "op",
      "print",
      "gate",
      "session",
      "package and host",
      "powers",
      "own",
      "registry",
      "engine",
      "engine hosts",
      "transpile",
    ],
    doors: ["cli/boot.ts"],
    node: "all",
  },
  {
    name: "cli",
    files: /^cli\//,
    layers: ["compose", "core", "op", "print", "session", "package and host", "registry", "own"],
    types: ["gate", "engine"],
    doors: ["cli/boot.ts", "package.json", "runtime/engine/hosts/process.ts"],
    node: "all",
    packages: ["@clack/prompts", "string-width"],
  },
];
