/** Questions to which another runtime's permissions had answers, some of them wrong: which of them sbx answers how. What is answered
 *  differently on purpose stands in one list, with its reason (permission-cases/differences.ts). */
import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import cases from "./permission-cases/cases.json" with { type: "json" };
import { differs } from "./permission-cases/differences.ts";
import { type Case, verdict } from "./permission-cases/judge.ts";
import { makeTree } from "./permission-cases/tree.ts";

const root = makeTree();
afterAll(() => rmSync(root, { recursive: true, force: true }));

const clip = (text: string | null): string =>
  text === null ? "everything" : text.length > 60 ? `${text.slice(0, 60)}…` : text;
const rows = (cases as Case[]).map((one) => ({
  ...one,
  expected: differs.get(one.id)?.is ?? one.expect,
  why: `${one.id} ${one.op ?? one.kind} ${clip(one.request)}: ${differs.get(one.id)?.because ?? one.note}`,
}));

describe.skipIf(process.platform !== "linux")("a question of another runtime:", () => {
  test.each(rows)("$why", async ({ expected, ...one }) => {
    expect(await verdict(one, root)).toBe(expected);
  });
});

test("every difference is one, and has a case", () => {
  for (const [id, { is }] of differs) {
    const one = (cases as Case[]).find((other) => other.id === id);
    expect(one, id).toBeDefined();
    expect(one?.expect, id).not.toBe(is);
  }
});
