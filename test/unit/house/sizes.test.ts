import { expect, test } from "vitest";
import { sources } from "./tree.ts";

const LINES = 350;
/** Tests are tables, and a table may be long. */
const TEST_LINES = 600;

/** Files that are data rather than code, each with its reason. */
const EXEMPT: ReadonlyMap<string, string> = new Map([
  ["stdlib/web/types/globals.d.ts", "declarations of the web's own interfaces, one after the other"],
]);

const tree = sources("runtime", "stdlib", "cli", "scripts", "sdk", "test");
const long = [...tree]
  .filter(([path]) => !path.startsWith("stdlib/generated/"))
  .map(([path, source]) => ({ path, lines: source.trimEnd().split("\n").length }))
  .filter(({ path, lines }) => lines > (path.startsWith("test/") ? TEST_LINES : LINES));

test(`no file is longer than ${LINES} lines, no test than ${TEST_LINES}`, () => {
  expect(long.filter(({ path }) => !EXEMPT.has(path)).map(({ path, lines }) => `${path}: ${lines}`)).toEqual(
    [],
  );
});

test("no exemption has outlived its reason", () => {
  const paths = long.map(({ path }) => path);
  expect([...EXEMPT.keys()].filter((path) => !paths.includes(path))).toEqual([]);
});

test("gate.ts can be read at one sitting: 150 lines", () => {
  expect((tree.get("runtime/gate/gate.ts") ?? "").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test("no file calls itself a heap of things", () => {
  const names = /(^|\/)(utils?|helpers?|misc|common|shared|index)(\.|\/)/;
  const allowed = ["runtime/index.ts"];
  expect([...tree.keys()].filter((path) => names.test(path) && !allowed.includes(path))).toEqual([]);
});
