import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isSbxError } from "../../../runtime/core/errors.ts";
import { loadProgram } from "../../../runtime/engine/transpile/load.ts";
import { findProgram } from "../../../runtime/powers/program.ts";
import { removeFolders, tempFolder, worldWith, writeFiles } from "./support.ts";

afterAll(removeFolders);

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
