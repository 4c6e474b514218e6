/** What plugin authors are told in sbx.d.ts: right code type-checks against it alone, wrong code does not, and every global
 *  that it declares is really there, with every member. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { inGuest } from "./web/data.ts";

const root = resolve(import.meta.dirname, "../..");
const types = join(root, "test/types");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Lines of tsc's complaints. */
function typeCheck(config: string): string[] {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", config, "--pretty", "false"], {
    encoding: "utf8",
  });
  return stdout.split("\n").filter((line) => line !== "");
}

test("right code passes, and every marked mistake is one", () => {
  expect(typeCheck(join(types, "tsconfig.json"))).toEqual([]);
});

test("each mistake is found where it stands when its mark is gone", () => {
  const marked = read("test/types/wrong/wrong.ts").split("\n");
  const folder = mkdtempSync(join(tmpdir(), "sbx-types-"));
  try {
    const mistakes = marked.flatMap((line, i) => (line.startsWith("// @ts-expect-error") ? [i + 2] : []));
    writeFileSync(
      join(folder, "wrong.ts"),
      marked.map((line) => line.replace("@ts-expect-error", "wrong:")).join("\n"),
    );
    const config = {
      extends: join(types, "tsconfig.json"),
      files: [join(root, "stdlib/generated/sbx.d.ts"), "wrong.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const found = typeCheck(join(folder, "tsconfig.json")).flatMap((line) => {
      const at = /wrong\.ts\((\d+),/.exec(line)?.[1];
      return at === undefined ? [] : [Number(at)];
    });
    expect([...new Set(found)].sort((a, b) => a - b)).toEqual(mistakes);
    expect(mistakes.length).toBeGreaterThan(20);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

interface Declared {
  readonly name: string;
  /** Of instances. */
  readonly members: readonly string[];
  /** Of the class itself. */
  readonly statics: readonly string[];
}

const memberName = /^ {2}(?:readonly )?(\[Symbol\.\w+\]|\w+)[?]?[(:<]/;

/** Globals in the declarations, by the file's own regular form: one member a line, two spaces in. */
function declaredGlobals(): Declared[] {
  const text = read("stdlib/web/types/globals.d.ts");
  const bodyOf = (head: RegExp): string[] => {
    const at = head.exec(text);
    if (at === null) return [];
    const rest = text.slice(at.index + at[0].length);
    const names = rest
      .slice(0, rest.search(/^\}/m))
      .split("\n")
      .flatMap((line) => memberName.exec(line)?.[1] ?? []);
    return [...new Set(names)].filter((name) => name !== "new" && name !== "prototype");
  };
  const globals = [...text.matchAll(/^declare (?:var|function) (\w+)/gm)].map(([, name]) => name as string);
  return [...new Set(globals)].map((name) => {
    const type = new RegExp(`^declare var ${name}: (\\w+);`, "m").exec(text)?.[1] ?? name;
    const isBody = name === "Request" || name === "Response";
    return {
      name,
      members: [
        ...bodyOf(new RegExp(`^interface ${type}\\b[^{]*\\{\n`, "m")),
        ...(isBody ? bodyOf(/^interface Body \{\n/m) : []),
      ],
      statics: bodyOf(new RegExp(`^declare var ${name}: \\{\n`, "m")),
    };
  });
}

/** Set by plugins, absent until then. */
const HANDLERS = ["onerror", "onunhandledrejection"];

test("every declared global exists, with every declared member", async () => {
  const declared = declaredGlobals().filter(({ name }) => !HANDLERS.includes(name));
  const missing = await inGuest<string[]>(
    declared,
    `({ name, members, statics }) => {
      if (!(name in globalThis)) return [name];
      const value = globalThis[name];
      const key = (member) => member.startsWith("[") ? Symbol[member.slice(8, -1)] : member;
      const instance = typeof value === "function" && value.prototype !== undefined ? value.prototype : value;
      return [
        ...members.filter((member) => !(key(member) in instance)).map((member) => name + ".prototype." + member),
        ...statics.filter((member) => !(key(member) in value)).map((member) => name + "." + member),
      ];
    }`,
  );
  expect(missing.flat()).toEqual([]);
  expect(declared.length).toBeGreaterThan(45);
  expect(declared.flatMap(({ members, statics }) => [...members, ...statics]).length).toBeGreaterThan(200);
});

test("every global beyond the language is declared", async () => {
  const [names] = await inGuest<string[]>([0], `() => Object.getOwnPropertyNames(globalThis)`);
  const declared = new Set(declaredGlobals().map(({ name }) => name));
  const language = new Set(Object.getOwnPropertyNames(globalThis));
  const web = new Set(read("stdlib/web/lazy.ts").match(/(?<=")\w+(?=")/g));
  const undeclared = (names ?? []).filter(
    (name) => !declared.has(name) && (web.has(name) || !language.has(name)) && !OWN.includes(name),
  );
  expect(undeclared).toEqual([]);
});

/** The test's own, and what the engine has beyond the language. */
const OWN = ["results", "InternalError", "SharedArrayBuffer"];
