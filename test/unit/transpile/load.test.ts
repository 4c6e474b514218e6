import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadProgram } from "../../../runtime/engine/transpile/load.ts";
import { bundlerVersion } from "../../../runtime/engine/transpile/options.ts";
import { findProgram, memoryProgram, textProgram } from "../../../runtime/powers/program.ts";
import { removeFolders, tempFolder, worldWith, writeFiles } from "./support.ts";

afterAll(removeFolders);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

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

  it("the bundler's version in the key is the installed one", () => {
    const installed = createRequire(import.meta.url)("esbuild/package.json") as { version: string };
    expect(bundlerVersion).toBe(installed.version);
  });
});
