import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf } from "./imports.ts";
import { packageOf, violations } from "./judge.ts";
import { root, sources } from "./tree.ts";

const tree = sources("runtime", "stdlib", "cli");

test("no file imports what its layer may not", () => {
  expect([...tree].flatMap(([path, source]) => violations(path, source))).toEqual([]);
});

test("every package in the executable is imported by one file; others may take its types", () => {
  const importers = new Map<string, Set<string>>();
  for (const [path, source] of tree) {
    for (const { specifier, typeOnly } of importsOf(source)) {
      if (typeOnly || /^(?:[.<]|node:|sbx:)/.test(specifier)) continue;
      const name = packageOf(specifier);
      importers.set(name, (importers.get(name) ?? new Set()).add(path));
    }
  }
  const shared = [...importers].filter(([, paths]) => paths.size > 1);
  expect(shared.map(([name, paths]) => `${name}: ${[...paths].join(", ")}`)).toEqual([]);
});

describe("the test above fails when", () => {
  const table = [
    { why: "core reads a file", path: "runtime/core/a.ts", source: `import fs from "node:fs";` },
    {
      why: "core takes a type from the gate",
      path: "runtime/core/a.ts",
      source: `import type { Gate } from "../gate/gate.ts";`,
    },
    {
      why: "the gate opens a power",
      path: "runtime/gate/a.ts",
      source: `import { openFile } from "../powers/files.ts";`,
    },
    {
      why: "the gate knows an operation",
      path: "runtime/gate/a.ts",
      source: `export { default } from "../../stdlib/fs/stat.ts";`,
    },
    {
      why: "the gate imports lazily",
      path: "runtime/gate/a.ts",
      source: `const fs = await import("node:fs");`,
    },
    {
      why: "the gate names a type in place",
      path: "runtime/gate/a.ts",
      source: `let x: import("node:net").Socket;`,
    },
    { why: "the gate uses the engine", path: "runtime/gate/a.ts", source: `import "../engine/engine.ts";` },
    {
      why: "the engine asks the gate",
      path: "runtime/engine/a.ts",
      source: `import { perform } from "../gate/gate.ts";`,
    },
    {
      why: "the engine's interface starts a process",
      path: "runtime/engine/a.ts",
      source: `import { spawn } from "node:child_process";`,
    },
    {
      why: "the engine child opens a socket",
      path: "runtime/engine/guest/a.ts",
      source: `import net from "node:net";`,
    },
    {
      why: "a pure function reads a file",
      path: "runtime/engine/pure/a.ts",
      source: `import { readFileSync } from "node:fs";`,
    },
    {
      why: "an engine host uses the guest's package",
      path: "runtime/engine/hosts/a.ts",
      source: `import "quickjs-emscripten-core";`,
    },
    {
      why: "a power asks the gate",
      path: "runtime/powers/a.ts",
      source: `import { ask } from "../gate/consent.ts";`,
    },
    {
      why: "a power uses the engine",
      path: "runtime/powers/a.ts",
      source: `import type { Engine } from "../engine/engine.ts";`,
    },
    {
      why: "the session reaches a power",
      path: "runtime/session.ts",
      source: `import { openFile } from "./powers/files.ts";`,
    },
    {
      why: "the package layer knows the terminal",
      path: "runtime/package/a.ts",
      source: `import { ask } from "../../cli/terminal.ts";`,
    },
    {
      why: "an operation imports Node",
      path: "stdlib/fs/a.ts",
      source: `import { stat } from "node:fs/promises";`,
    },
    {
      why: "an operation imports a power",
      path: "stdlib/fs/a.ts",
      source: `import { openFile } from "../../runtime/powers/files.ts";`,
    },
    { why: "an operation imports another", path: "stdlib/fs/a.ts", source: `import stat from "./stat.ts";` },
    {
      why: "an operation skips op.ts",
      path: "stdlib/fs/a.ts",
      source: `import { need } from "../../runtime/core/capability.ts";`,
    },
    {
      why: "guest code imports host code",
      path: "stdlib/web/a.ts",
      source: `import { url } from "../../runtime/engine/pure/url.ts";`,
    },
    { why: "guest code imports Node", path: "stdlib/web/a.ts", source: `import "node:url";` },
    {
      why: "the cli reaches inside the engine",
      path: "cli/a.ts",
      source: `import "../runtime/engine/guest/child.ts";`,
    },
    {
      why: "a command opens a power by itself",
      path: "cli/commands/a.ts",
      source: `import "../../runtime/powers/files.ts";`,
    },
    {
      why: "a layer that may name types of another uses a value of it",
      path: "cli/terminal.ts",
      source: `import { ask } from "../runtime/gate/consent.ts";`,
    },
    {
      why: "a package is used that no row names",
      path: "runtime/core/a.ts",
      source: `import _ from "lodash/fp";`,
    },
    { why: "a specifier is computed", path: "runtime/core/a.ts", source: `await import("node:" + name);` },
    {
      why: "a template hides a specifier",
      path: "runtime/core/a.ts",
      source: "await import(`node:$" + "{name}`);",
    },
    { why: "a specifier is a variable", path: "runtime/core/a.ts", source: `require(name);` },
    {
      why: "an old-style require names Node",
      path: "runtime/core/a.ts",
      source: `const fs = require("fs");`,
    },
    {
      why: "process hands out a module",
      path: "runtime/gate/a.ts",
      source: `process.getBuiltinModule("node:fs");`,
    },
    {
      why: "require is made anew",
      path: "runtime/powers/a.ts",
      source: `import { createRequire } from "node:module";`,
    },
    {
      why: "a comment stands in between",
      path: "runtime/core/a.ts",
      source: `import /* a "b" */ fs from /* c */ "node:fs";`,
    },
    {
      why: "the import runs over lines",
      path: "runtime/core/a.ts",
      source: `import {\n  a,\n  b,\n} from\n  "node:fs";`,
    },
    {
      why: "an escape hides a specifier",
      path: "runtime/core/a.ts",
      source: String.raw`import "no\u0064e:fs";`,
    },
    {
      why: "a template literal holds the import",
      path: "runtime/core/a.ts",
      source: "`$" + '{await import("node:fs")}`',
    },
    {
      why: "a regular expression with a quote goes before",
      path: "runtime/core/a.ts",
      source: `const q = /["'\`]/;\nimport fs from "node:fs"; // "`,
    },
    { why: "a file has no layer", path: "runtime/utils/a.ts", source: "" },
  ];
  for (const { why, path, source } of table) {
    test(why, () => expect(violations(path, source)).not.toEqual([]));
  }
});

describe("the test above passes when", () => {
  const table = [
    { why: "core imports core", path: "runtime/core/a.ts", source: `import { fail } from "./errors.ts";` },
    {
      why: "a comment or a string speaks of imports",
      path: "runtime/core/a.ts",
      source: `// import "node:fs"\nconst a = 'from "x"'; /* import("node:fs") */`,
    },
    {
      why: "an operation uses op.ts",
      path: "stdlib/fs/a.ts",
      source: `import { defineOp } from "../../runtime/op.ts";`,
    },
    {
      why: "guest code uses another chunk",
      path: "stdlib/web/chunks/a.ts",
      source: `import { URL } from "sbx:chunk/url";`,
    },
    {
      why: "the terminal names the types of a question",
      path: "cli/terminal.ts",
      source: `import type { Question } from "../runtime/gate/consent.ts";`,
    },
    {
      why: "compose joins gate and powers",
      path: "cli/compose/compose.ts",
      source: `import "../runtime/gate/gate.ts";\nimport "../runtime/powers/files.ts";`,
    },
  ];
  for (const { why, path, source } of table) {
    test(why, () => expect(violations(path, source)).toEqual([]));
  }
});

describe("a layer without Node cannot lean on a global: the compiler refuses", () => {
  const table = [
    { why: "process", code: `export const a = process.env["HOME"];` },
    { why: "fetch", code: `export const a = () => fetch("http://a.example");` },
    { why: "Buffer", code: `export const a = Buffer.from("a");` },
    { why: "setTimeout", code: `export const a = () => setTimeout(() => {}, 1);` },
  ];
  const folder = mkdtempSync(join(root, "test/unit/house/.fixtures-"));
  try {
    const file = (index: number) => join(folder, `${index}.ts`);
    for (const [index, { code }] of table.entries()) writeFileSync(file(index), code);
    for (const project of ["core", "stdlib", "guest"]) {
      const config = join(folder, `tsconfig.${project}.json`);
      writeFileSync(
        config,
        JSON.stringify({ extends: join(root, `tsconfig.${project}.json`), include: ["*.ts"], exclude: [] }),
      );
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const { stdout } = spawnSync(process.execPath, [tsc, "-p", config, "--pretty", "false"], {
        encoding: "utf8",
      });
      for (const [index, { why }] of table.entries()) {
        test(`${why} (tsconfig.${project}.json)`, () => {
          expect(stdout).toMatch(new RegExp(`${index}\\.ts\\(1,\\d+\\): error TS2(304|580|591|592)`));
        });
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
