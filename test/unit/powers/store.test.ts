/** The plugin's own store, divided by labels: held against a model that is a map for each set of labels. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { KvChange, StorePower } from "../../../runtime/core/dataPowers.ts";
import { pluginStore } from "../../../runtime/powers/store.ts";
import { fakeLease } from "../../support/lease.ts";

const base = mkdtempSync(join(tmpdir(), "sbx-store-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let places = 0;

/** One identity's store; each run says which labels it carries. */
function store(): { as(...labels: string[]): Promise<StorePower>; folder: string; close(): void } {
  const folder = join(base, String(places++));
  const source = pluginStore({ folder, name: "me", sqlite: () => import("node:sqlite") });
  return {
    folder,
    close: () => source.close(),
    async as(...labels) {
      const target = await source.resolve({ kind: "data", dataset: "kv", access: "write" });
      return source.open(target, fakeLease({ keeps: labels }));
    },
  };
}

const set = (key: string, value: string): KvChange => ({ op: "set", key, value });
const all = { prefix: "", limit: 1000 };

describe("a store that is divided by labels", () => {
  test("shows what was kept without labels to a run that carries some, and not the other way round", async () => {
    const kv = store();
    const [plain, personal] = [await kv.as(), await kv.as("personal")];
    await plain.apply([set("open", "1")]);
    await personal.apply([set("hidden", "2"), set("open", "3")]);
    expect([await personal.get("open"), await personal.get("hidden")]).toEqual(["3", "2"]);
    expect([await plain.get("open"), await plain.get("hidden")]).toEqual(["1", null]);
    expect(await plain.list(all)).toEqual([{ key: "open", value: "1" }]);
    kv.close();
  });

  test("a removal by a run that carries labels is not seen by one that does not", async () => {
    const kv = store();
    const [plain, personal] = [await kv.as(), await kv.as("personal")];
    await plain.apply([set("a", "1"), set("b", "2")]);
    await personal.apply([{ op: "delete", key: "a" }]);
    expect([await personal.get("a"), await plain.get("a")]).toEqual([null, "1"]);
    expect(await personal.list(all)).toEqual([{ key: "b", value: "2" }]);
    kv.close();
  });

  test("two labels that are not each other's keep apart, and a run with both sees both", async () => {
    const kv = store();
    const [one, other, both] = [await kv.as("a"), await kv.as("b"), await kv.as("a", "b")];
    await one.apply([set("k", "a")]);
    await other.apply([set("l", "b")]);
    expect([await one.get("l"), await other.get("k")]).toEqual([null, null]);
    expect([await both.get("k"), await both.get("l")]).toEqual(["a", "b"]);
    kv.close();
  });

  test("a full part leaves the others room", async () => {
    const kv = store();
    const lease = (labels: string[]) => fakeLease({ keeps: labels, limits: { kv: 64 * 1024 } });
    const source = pluginStore({ folder: kv.folder, name: "other", sqlite: () => import("node:sqlite") });
    const target = await source.resolve({ kind: "data", dataset: "kv", access: "write" });
    const personal = await source.open(target, lease(["personal"]));
    await expect(personal.apply([set("k", "x".repeat(100_000))])).rejects.toMatchObject({
      code: "E_LIMIT_BYTES",
    });
    const plain = await source.open(target, lease([]));
    expect(await plain.apply([set("k", "y".repeat(10_000))])).toBe(true);
    source.close();
    kv.close();
  });

  test("a condition sees what the run sees", async () => {
    const kv = store();
    const [plain, personal] = [await kv.as(), await kv.as("personal")];
    await plain.apply([set("k", "1")]);
    expect(await personal.apply([{ op: "check", key: "k", value: "1" }, set("k", "2")])).toBe(true);
    expect(await personal.apply([{ op: "check", key: "k", value: "1" }, set("k", "3")])).toBe(false);
    expect([await personal.get("k"), await plain.get("k")]).toEqual(["2", "1"]);
    kv.close();
  });

  test("another identity's files beside it are not its own", async () => {
    const kv = store();
    const mine = await kv.as();
    await mine.apply([set("k", "1")]);
    const other = pluginStore({ folder: kv.folder, name: "m", sqlite: () => import("node:sqlite") });
    const target = await other.resolve({ kind: "data", dataset: "kv", access: "write" });
    const theirs = await other.open(target, fakeLease({ keeps: ["e"] }));
    expect(await theirs.get("k")).toBe(null);
    expect(
      readdirSync(kv.folder)
        .filter((name) => name.endsWith(".sqlite"))
        .sort(),
    ).toEqual(["m+e.sqlite", "me.sqlite"]);
    other.close();
    kv.close();
  });

  test("does what the model does, whoever writes what", async () => {
    const labels = fc.constantFrom<string[]>([], ["a"], ["b"], ["a", "b"]);
    const key = fc.constantFrom("k", "k/1", "k/2", "l", "ü", "z");
    const step = fc.oneof(
      fc.record({ who: labels, op: fc.constant("set" as const), key, value: fc.constantFrom("1", "2") }),
      fc.record({ who: labels, op: fc.constant("delete" as const), key, value: fc.constant("") }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, limit) => {
          const kv = store();
          const model = new Map<string, Map<string, string | null>>();
          const seen = (who: readonly string[]): Map<string, string> => {
            const parts = [[], ["a"], ["b"], ["a", "b"]]
              .filter((part) => part.every((label) => who.includes(label)))
              .sort((x, y) => x.length - y.length || (x.join() < y.join() ? 1 : -1));
            const view = new Map<string, string | null>();
            for (const part of parts) for (const [k, v] of model.get(part.join()) ?? []) view.set(k, v);
            return new Map([...view].filter((entry): entry is [string, string] => entry[1] !== null));
          };
          for (const { who, op, key: k, value } of steps) {
            const own = model.get(who.join()) ?? new Map<string, string | null>();
            model.set(who.join(), own);
            if (op === "set") own.set(k, value);
            else {
              own.delete(k);
              if (seen(who).has(k)) own.set(k, null);
            }
            await (await kv.as(...who)).apply([op === "set" ? set(k, value) : { op, key: k }]);
          }
          for (const who of [[], ["a"], ["b"], ["a", "b"]]) {
            const power = await kv.as(...who);
            const expected = [...seen(who)].sort(([x], [y]) =>
              Buffer.compare(Buffer.from(x), Buffer.from(y)),
            );
            const found: [string, string][] = [];
            for (let after: string | undefined; ; ) {
              const rows = await power.list({ prefix: "", limit, ...(after === undefined ? {} : { after }) });
              found.push(...rows.map(({ key: k, value }): [string, string] => [k, value]));
              if (rows.length < limit) break;
              after = rows.at(-1)?.key;
            }
            expect(found).toEqual(expected);
          }
          kv.close();
          rmSync(kv.folder, { recursive: true, force: true });
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});
