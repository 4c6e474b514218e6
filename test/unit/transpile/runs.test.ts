import { afterAll, describe, expect, it } from "vitest";
import { loadProgram } from "../../../runtime/engine/transpile/load.ts";
import { findProgram } from "../../../runtime/powers/program.ts";
import { runInQuickJs } from "./quickjs.ts";
import { removeFolders, tempFolder, worldWith, writeFiles } from "./support.ts";

afterAll(removeFolders);

/** Loads a folder's program, runs it in QuickJS, and gives what it printed. */
async function run(folder: string): Promise<readonly string[]> {
  const { name, source } = await loadProgram(findProgram(folder), worldWith());
  return (await runInQuickJs(source, name)).printed;
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
