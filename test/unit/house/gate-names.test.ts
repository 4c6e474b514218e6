import { describe, expect, test } from "vitest";
import { kinds } from "../../../runtime/core/capability.ts";
import { stringsOf } from "./imports.ts";
import { sources } from "./tree.ts";

const operations = [...sources("stdlib").keys()]
  .map((path) => /^stdlib\/([\w-]+)\/([\w-]+)\.ts$/.exec(path))
  .filter((match) => match !== null && match[1] !== "web" && match[1] !== "generated")
  .flatMap((match) => [`${match?.[1]}.${match?.[2]}`, match?.[2] ?? ""])
  // A single word such as "open" means other things too.
  .filter((name) => /[.A-Z]/.test(name));

/** Each string of a source that is one of the names. */
function named(source: string, names: readonly string[]): string[] {
  return stringsOf(source).filter((text) => names.includes(text));
}

/** Kinds are a closed list that the rules switch over; operations are open, and the gate knows none of them. */
describe("the gate knows no operation by name", () => {
  for (const [path, source] of sources("runtime/gate")) {
    test(path, () => expect(named(source, operations)).toEqual([]));
  }
});

test("the one road treats every kind alike", () => {
  expect(named(sources("runtime/gate").get("runtime/gate/gate.ts") ?? "", kinds)).toEqual([]);
});

describe("the tests above fail when", () => {
  const table = [
    { why: "the road treats one kind specially", source: `if (need.kind === "net") return;` },
    { why: "the gate treats one operation specially", source: `if (op.name === 'fs.readTextFile') return;` },
    { why: "a switch lists kinds", source: "switch (kind) { case `write`: return; }" },
  ];
  for (const { why, source } of table) {
    test(why, () => expect(named(source, [...kinds, "fs.readTextFile"])).not.toEqual([]));
  }
});
