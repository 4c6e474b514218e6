import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isSbxError } from "../../../runtime/core/errors.ts";
import { loadProgram } from "../../../runtime/engine/transpile/load.ts";
import { findProgram, memoryProgram, textProgram } from "../../../runtime/powers/program.ts";
import { runInQuickJs } from "./quickjs.ts";
import { removeFolders, tempFolder, worldWith, writeFiles } from "./support.ts";

afterAll(removeFolders);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Loads a folder's program, runs it in QuickJS, and gives what it printed. */
async function run(folder: string): Promise<readonly string[]> {
  const { name, source } = await loadProgram(findProgram(folder), worldWith());
  return (await runInQuickJs(source, name)).printed;
}

/** What an error says, or that there was none. */
async function complaint(path: string): Promise<string> {
  try {
    await loadProgram(findProgram(path), worldWith());
    return "loaded";
  } catch (error) {
    if (!isSbxError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

interface Works {
  readonly why: string;
  readonly files: { readonly [path: string]: string };
  readonly prints: readonly string[];
}

const works: Works[] = [
  {
    why: "enums, namespaces, parameter properties and decorators are whole TypeScript",
    files: {
      "main.ts": `enum Colour { Red, Green } namespace Box { export const size = 7; }
        const twice = (f: () => number, _: unknown) => () => f() * 2;
        class Thing { constructor(readonly n: number) {} @twice get(): number { return 21; } }
        print(Colour.Green); print(Box.size); print(new Thing(5).n); print(new Thing(1).get.call(new Thing(1)));`,
    },
    prints: ["1", "7", "5", "42"],
  },
  {
    why: "a first line for the shell is skipped",
    files: { "main.ts": "#!/usr/bin/env -S sbx run\nprint(1);" },
    prints: ["1"],
  },
  {
    why: "relative imports find .ts, .js for .ts, index files, JSON and folders",
    files: {
      "main.ts": `import { a } from "./a"; import { b } from "./lib/b.js"; import { c } from "./folder"; import data from "./data.json";
        import { d } from "./d.mjs"; print([a, b, c, d, data.x]);`,
      "a.ts": "export const a: number = 1;",
      "lib/b.ts": "export const b: number = 2;",
      "folder/index.ts": "export const c: number = 3;",
      "d.mts": "export const d: number = 4;",
      "data.json": `{ "x": 5 }`,
    },
    prints: ["1,2,3,4,5"],
  },
  {
    why: "a literal dynamic import is inside the module",
    files: { "main.ts": `print((await import("./a.ts")).a);`, "a.ts": "export const a = 1;" },
    prints: ["1"],
  },
  {
    why: "a module of sbx stays outside, also for require",
    files: {
      "main.ts": `import { readTextFile } from "sbx:fs"; import "./old.cjs"; print(readTextFile());`,
      "old.cjs": `print(require("sbx:net").readTextFile());`,
    },
    prints: ["from sbx:net", "from sbx:fs"],
  },
  {
    why: "a refused literal import() rejects at run time, each time, with E_IMPORT",
    files: {
      "main.ts": `for (let i = 0; i < 2; i++) await import("node:fs").then(() => print("in"), (e) => print(e.code + " " + e.name));
        await import("../outside.ts").catch((e) => print(e.message)); await import("./missing.ts").catch((e) => print(e.message));`,
    },
    prints: [
      "E_IMPORT ImportError",
      "E_IMPORT ImportError",
      `"../outside.ts" leads out of the plugin's folder`,
      `"./missing.ts" was not found`,
    ],
  },
  {
    why: "a refused require() throws where it stands, so that packages can look for features",
    files: {
      "main.ts": `import { found } from "lib"; print(found);`,
      "node_modules/lib/index.js": `let found = "nothing"; try { require("fs"); found = "fs"; } catch (e) { found = e.code; } exports.found = found;`,
    },
    prints: ["E_IMPORT"],
  },
  {
    why: "an import() of a computed name is left for the engine to refuse, whatever its shape",
    files: {
      "main.ts": `const n: string = "a"; const e = (x: Error) => print(x.message);
        await import(n).catch(e); await import(\`./é/\${n}.ts\`).catch(e); await import("./" + n + ".ts").catch(e);`,
      "a.ts": "print('never');",
    },
    prints: ["engine refused a", "engine refused ./é/a.ts", "engine refused ./a.ts"],
  },
  {
    why: "packages: exports with conditions and patterns, imports, self reference, module before main, scoped names",
    files: {
      "main.ts": `import a from "conditional"; import b from "conditional/deep/x"; import c from "old"; import d from "@s/p/sub.js"; import e from "#inner"; import f from "me";
        print([a, b, c, d, e, f]);`,
      "package.json": `{ "name": "me", "imports": { "#inner": "./inner.ts" }, "exports": "./inner.ts" }`,
      "inner.ts": `export default "inner";`,
      "node_modules/conditional/package.json": `{ "exports": { ".": { "node": "./node.js", "import": { "types": "./x.d.ts", "default": "./import.js" } }, "./deep/*": "./src/*.js" } }`,
      "node_modules/conditional/node.js": `export default "node";`,
      "node_modules/conditional/import.js": `export default "import";`,
      "node_modules/conditional/src/x.js": `export default "pattern";`,
      "node_modules/old/package.json": `{ "main": "./main", "module": "es/index.js" }`,
      "node_modules/old/main.js": `module.exports = "main";`,
      "node_modules/old/es/index.js": `export default "module";`,
      "node_modules/@s/p/sub.js": `export default "scoped";`,
    },
    prints: ["import,pattern,module,scoped,inner,inner"],
  },
  {
    why: "a package's browser map replaces and empties modules",
    files: {
      "main.ts": `import x from "lib"; print(x);`,
      "node_modules/lib/package.json": `{ "main": "index.js", "browser": { "fs": false, "./node.js": "./browser.js", "events": "./own.js" } }`,
      "node_modules/lib/index.js": `module.exports = [Object.keys(require("fs")).length, require("./node"), require("events")];`,
      "node_modules/lib/node.js": `module.exports = "node";`,
      "node_modules/lib/browser.js": `module.exports = "browser";`,
      "node_modules/lib/own.js": `module.exports = "own";`,
    },
    prints: ["0,browser,own"],
  },
  {
    why: "a package in node_modules that is a link inside the folder works",
    files: {
      "main.ts": `import x from "linked"; print(x);`,
      "node_modules/.store/linked/index.js": `export default "store";`,
      "node_modules/linked": "-> .store/linked",
    },
    prints: ["store"],
  },
  {
    why: "sbx.json names the entry",
    files: {
      "sbx.json": `{ "entry": "src/start.ts" }`,
      "src/start.ts": `print("start");`,
      "main.ts": `print("main");`,
    },
    prints: ["start"],
  },
  {
    why: "without sbx.json, main of package.json comes before main.ts",
    files: {
      "package.json": `{ "main": "start.js" }`,
      "start.js": `print("start");`,
      "main.ts": `print("main");`,
    },
    prints: ["start"],
  },
  {
    why: "a tsconfig and packages above the folder mean nothing",
    files: {
      "main.ts": `print("own");`,
      "tsconfig.json": `{ "extends": "../../nowhere.json", "compilerOptions": { "jsx": "react" } }`,
    },
    prints: ["own"],
  },
];

describe("what loads and runs", () => {
  it.each(works)("$why", async ({ files, prints }) => {
    expect(await run(writeFiles(tempFolder(), files))).toEqual(prints);
  });
});

interface Refused {
  readonly why: string;
  readonly files: { readonly [path: string]: string | Uint8Array };
  readonly says: string;
}

const staticImport = (specifier: string): { "main.ts": string } => ({
  "main.ts": `print(1);\nimport * as x from ${JSON.stringify(specifier)}; print(x);`,
});
const place = "main.ts:2:20";

const refusals: Refused[] = [
  {
    why: "Node's modules",
    files: staticImport("node:fs"),
    says: "is a module of Node, which plugins cannot reach: use sbx:fs",
  },
  { why: "Node's modules without prefix", files: staticImport("fs/promises"), says: "is a module of Node" },
  {
    why: "packages that are not its own",
    files: staticImport("left-pad"),
    says: `package "left-pad" is not in the plugin's own node_modules`,
  },
  { why: "absolute paths", files: staticImport("/etc/passwd"), says: "is an absolute path" },
  { why: "Windows paths", files: staticImport("C:/x.ts"), says: "is an absolute path" },
  { why: "backslashes", files: staticImport("..\\x.ts"), says: "is not a name that can be imported" },
  { why: "file URLs", files: staticImport("file:///etc/passwd"), says: "is a URL" },
  { why: "http URLs", files: staticImport("https://example.com/m.js"), says: "is a URL" },
  { why: "data URLs", files: staticImport("data:text/javascript,1"), says: "is a URL" },
  { why: "npm specifiers", files: staticImport("npm:left-pad"), says: "is a URL" },
  {
    why: "paths out of the folder",
    files: staticImport("./a/../../x.ts"),
    says: "leads out of the plugin's folder",
  },
  {
    why: "unknown sbx modules",
    files: staticImport("sbx:internal"),
    says: `there is no module "sbx:internal"; there are sbx:fs, sbx:net, sbx:plugin`,
  },
  { why: "near misses of sbx modules", files: staticImport("sbx:fss"), says: "did you mean sbx:fs?" },
  { why: "sbx modules with a path", files: staticImport("sbx:fs/../net"), says: "there is no module" },
  {
    why: "links that lead out",
    files: { ...staticImport("./out.ts"), "out.ts": "-> /etc/hostname" },
    says: "leads out of the plugin's folder",
  },
  {
    why: "links that lead out to nothing, in the same words",
    files: { ...staticImport("./out.ts"), "out.ts": "-> /nowhere/at/all.ts" },
    says: `"./out.ts" leads out of the plugin's folder`,
  },
  {
    why: "what is missing behind links that lead out, in the same words",
    files: { ...staticImport("./out/none/x.ts"), out: "-> /etc" },
    says: `"./out/none/x.ts" leads out of the plugin's folder`,
  },
  {
    why: "what is below a file behind a link that leads out, in the same words",
    files: { ...staticImport("./out/x.ts"), out: "-> /etc/hostname" },
    says: `"./out/x.ts" leads out of the plugin's folder`,
  },
  {
    why: "folders behind links that lead out",
    files: { ...staticImport("./out/x.ts"), out: "-> /etc" },
    says: "leads out of the plugin's folder",
  },
  {
    why: "packages behind links that lead out",
    files: { ...staticImport("pkg"), "node_modules/pkg": "-> /etc" },
    says: "leads out of the plugin's folder",
  },
  {
    why: "devices",
    files: { ...staticImport("./zero.ts"), "zero.ts": "-> /dev/zero" },
    says: "leads out of the plugin's folder",
  },
  { why: "missing files", files: staticImport("./none.ts"), says: "was not found" },
  { why: "the empty name", files: staticImport(""), says: "an import needs a name" },
  { why: "a NUL in a name", files: staticImport("./a\0.ts"), says: "is not a name that can be imported" },
  {
    why: "files that are no modules",
    files: { ...staticImport("./a.css"), "a.css": "" },
    says: "is not a module",
  },
  {
    why: "JSX files",
    files: { ...staticImport("./a.tsx"), "a.tsx": "" },
    says: "is JSX, which is off in sbx",
  },
  {
    why: "subpaths that a package closes",
    files: {
      ...staticImport("p/inner.js"),
      "node_modules/p/package.json": `{"exports":"./a.js"}`,
      "node_modules/p/inner.js": "",
    },
    says: "is not exported by its package",
  },
  {
    why: "export targets out of the package",
    files: { ...staticImport("p"), "node_modules/p/package.json": `{"exports":"./../../main.ts"}` },
    says: "is not exported by its package",
  },
  {
    why: "package imports that loop",
    files: { ...staticImport("a"), "package.json": `{"browser":{"a":"b","b":"a"}}` },
    says: "is redirected too often",
  },
];

describe("what is refused at load, with its place", () => {
  it.each(refusals)("$why", async ({ files, says }) => {
    const words = await complaint(writeFiles(tempFolder(), files));
    expect(words).toMatch(/^E_IMPORT: /);
    expect(words).toContain(says);
    expect(words).toContain(`at ${place}`);
    expect(words).toMatch(/\n {4}import \* as x from .*\n {23}\^+$/);
  });
});

const faults: Refused[] = [
  {
    why: "a syntax error has its place and line",
    files: { "main.ts": "const a = 1;\n  const é = 'x' +;\n" },
    says: "E_IMPORT: Unexpected \";\"\n  at main.ts:2:18\n      const é = 'x' +;\n                     ^",
  },
  { why: "JSX in a .ts file", files: { "main.js": "const a = <div/>;" }, says: "JSX is off in sbx" },
  {
    why: "a missing export is named",
    files: { "main.ts": `import { nope } from "./a.ts"; nope();`, "a.ts": "export const yes = 1;" },
    says: `No matching export in "a.ts" for import "nope"`,
  },
  { why: "a folder without an entry", files: { "readme.md": "" }, says: "E_NOT_FOUND: the folder" },
  {
    why: "a manifest that is no JSON",
    files: { "sbx.json": "{", "main.ts": "" },
    says: "E_MANIFEST: sbx.json is not valid JSON",
  },
  {
    why: "a manifest whose entry is missing",
    files: { "sbx.json": `{"entry":"../x.ts"}`, "main.ts": "" },
    says: "E_MANIFEST: sbx.json names the entry",
  },
  {
    why: "a file that is not UTF-8",
    files: { "main.ts": Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe) },
    says: "is not a text file",
  },
  {
    why: "a binary file",
    files: { "main.ts": Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0) },
    says: "is a binary file",
  },
];

describe("what is wrong with a program", () => {
  it.each(faults)("$why", async ({ files, says }) => {
    expect(await complaint(writeFiles(tempFolder(), files))).toContain(says);
  });

  it("a missing script is E_NOT_FOUND", async () => {
    expect(await complaint("/nowhere/at/all.ts")).toBe("E_NOT_FOUND: there is no /nowhere/at/all.ts");
  });

  it("a script with another extension is refused by name", async () => {
    const folder = writeFiles(tempFolder(), { "notes.md": "print(1)" });
    expect(await complaint(join(folder, "notes.md"))).toContain(
      `"notes.md" is not a program that sbx can run`,
    );
  });

  it("an error in a bundle that was told apart keeps host paths out of messages", async () => {
    const folder = writeFiles(tempFolder(), staticImport("./none.ts"));
    expect(await complaint(folder)).not.toContain(folder);
  });
});

describe("identity and cache", () => {
  const files = { "main.ts": `import { a } from "./a.ts"; print(a);`, "a.ts": "export const a: number = 1;" };

  it("unchanged sources start no bundler the second time, and give the same program", async () => {
    const folder = writeFiles(tempFolder(), files);
    const world = worldWith();
    const first = await loadProgram(findProgram(folder), world);
    const second = await loadProgram(findProgram(folder), world);
    expect(world.started()).toBe(1);
    expect([first.fromCache, second.fromCache]).toEqual([false, true]);
    expect({ ...second, fromCache: false }).toEqual(first);
  });

  const changes: { why: string; change: (folder: string) => void }[] = [
    { why: "a changed file", change: (folder) => writeFileSync(join(folder, "a.ts"), "export const a = 2;") },
    {
      why: "a file that now stands where one was missing",
      change: (folder) => writeFileSync(join(folder, "package.json"), `{"sideEffects":false}`),
    },
    {
      why: "a folder that now stands where nothing was",
      change: (folder) => mkdirSync(join(folder, "package.json")),
    },
  ];
  it.each(changes)("$why is a miss", async ({ change }) => {
    const folder = writeFiles(tempFolder(), files);
    const world = worldWith();
    await loadProgram(findProgram(folder), world);
    change(folder);
    expect((await loadProgram(findProgram(folder), world)).fromCache).toBe(false);
    expect(world.started()).toBe(2);
  });

  it("another version of sbx does not use the entry", async () => {
    const folder = writeFiles(tempFolder(), files);
    const world = worldWith();
    await loadProgram(findProgram(folder), world);
    expect((await loadProgram(findProgram(folder), { ...world, versions: "next" })).fromCache).toBe(false);
  });

  it("the content hash follows every own file and nothing else", async () => {
    const hashOf = async (given: object): Promise<string> =>
      (await loadProgram(findProgram(writeFiles(tempFolder(), { ...files, ...given })), worldWith()))
        .contentHash;
    const plain = await hashOf({});
    expect(plain).toMatch(/^sha256-[0-9a-f]{64}$/);
    expect(await hashOf({ "notes.md": "not imported" })).toBe(plain);
    expect(await hashOf({ "a.ts": "export const a: number = 1; " })).not.toBe(plain);
  });

  it("a program from text imports sbx modules and nothing else", async () => {
    const world = worldWith();
    const program = await loadProgram(
      textProgram(utf8(`import { readTextFile } from "sbx:fs"; readTextFile("x");`), "stdin.ts"),
      world,
    );
    expect(program.source).toContain(`from "sbx:fs"`);
    expect(program.root).toBeUndefined();
    await expect(loadProgram(textProgram(utf8(`import "./main.ts";`), "stdin.ts"), world)).rejects.toThrow(
      `"./main.ts" was not found`,
    );
  });

  it("a program from memory resolves among its own files", async () => {
    const map = new Map([
      ["src/main.ts", utf8(`import { a } from "../lib";  print(a);`)],
      ["lib/index.ts", utf8("export const a = 40 + 2;")],
    ]);
    const program = await loadProgram(memoryProgram(map, "src/main.ts", "package:x"), worldWith());
    expect(program.files.map(({ path }) => path)).toEqual(["lib/index.ts", "src/main.ts"]);
  });

  it("a map in a plugin's source is not followed, and names nothing", async () => {
    const secret = readFileSync("/etc/hostname", "utf8").trim();
    const inline = Buffer.from(
      JSON.stringify({ version: 3, sources: ["/etc/passwd"], names: [], mappings: "AAAA" }),
    ).toString("base64");
    const folder = writeFiles(tempFolder(), {
      "main.ts": `import "./a.ts"; import "./b.ts"; print(1);\n//# sourceMappingURL=file:///etc/hostname`,
      "a.ts": `print(2);\n//# sourceMappingURL=data:application/json;base64,${inline}\n`,
      "b.ts": `print(3); //# sourceMappingURL=data:application/json;base64,${inline}\nprint(4);`,
    });
    const { map, source } = await loadProgram(findProgram(folder), worldWith());
    expect(
      JSON.parse(map)
        .sources.filter((path: unknown) => path !== null)
        .sort(),
    ).toEqual(["a.ts", "main.ts"]);
    expect(map + source).not.toContain("/etc/passwd");
    expect(map).not.toContain(secret);
  });
});
