import { expect, test } from "vitest";
import { operationPaths, World } from "../../support/world.ts";

test("smoke", async () => {
  expect([...operationPaths.keys()].length).toBeGreaterThan(20);
  const world = new World({ grants: ["--allow-read=./docs"], files: { "docs/a.txt": "hello" } });
  expect(await world.read("docs/a.txt")).toBe("hello");
  expect(await world.read("other.txt")).toBe("E_READ");
  expect(world.trace).toEqual([]);
});
