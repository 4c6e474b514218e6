/** What monitors see of what leaves, and what they do about it. */
import { describe, expect, test } from "vitest";
import type { Monitor, MonitorAction } from "../../../runtime/gate/monitor.ts";
import { type Scripted, World, type WorldOptions } from "../../support/world.ts";

const looking = (action: MonitorAction): Monitor => ({
  name: "words",
  action,
  look: async (text) => (text.includes("c4n4ry") ? ["the word"] : []),
});

const base: WorldOptions = {
  grants: [
    "--allow-read=.",
    "--allow-write=.",
    "--allow-net=a.example",
    "--allow-data=kv",
    "--allow-data=notes:write",
  ],
  files: { plain: "c4n4ry" },
};
const world = (action: MonitorAction, more: WorldOptions = {}): World =>
  new World({ ...base, monitors: [looking(action)], ...more });

const post = (w: World, body: string, headers: string[][] = [], path = ""): Promise<string> =>
  w.outcome(
    "net.fetch",
    { url: `https://a.example/${path}`, method: "POST", headers, redirect: "follow", hasBody: true },
    { body },
  );

describe("everything that leaves is looked at:", () => {
  const rows: { why: string; act: (w: World) => Promise<string> }[] = [
    { why: "a body", act: (w) => post(w, "xx c4n4ry xx") },
    { why: "a header", act: (w) => post(w, "", [["x-a", "c4n4ry"]]) },
    { why: "an address", act: (w) => post(w, "", [], "?q=c4n4ry") },
    { why: "a file", act: (w) => w.outcome("fs.writeFile", { path: "out" }, { body: "c4n4ry" }) },
    { why: "a file's name", act: (w) => w.outcome("fs.mkdir", { path: "c4n4ry" }) },
    { why: "a row", act: (w) => w.outcome("data.insert", { name: "notes", rows: [{ title: "c4n4ry" }] }) },
  ];
  test.each(rows)("$why", async ({ act }) => {
    const one = world("stop");
    expect(await act(one)).toBe("E_FLOW");
    expect(one.contained?.message).toMatch(/^words: the word was about to go to /);
    expect(one.seen).toEqual([]);
    expect(one.sink.records.at(-1)).toMatchObject({
      op: "monitor",
      outcome: "words stopped the run: the word",
    });
  });

  test("what is cut in two is found", async () => {
    const one = world("stop");
    expect([await post(one, "xx c4n"), await post(one, "4ry xx")]).toEqual(["ok", "E_FLOW"]);
    const direct = world("stop");
    await direct.outcome("fs.writeFile", { path: "out" }, { body: "c4n" });
    expect(await direct.outcome("fs.writeFile", { path: "out" }, { body: "4ry" })).toBe("E_FLOW");
  });

  test("the own store and what is read are not outside", async () => {
    const one = world("stop");
    expect(await one.read("plain")).toBe("c4n4ry");
    const changes = [{ op: "set", key: "k", value: '"c4n4ry"' }];
    expect(await one.outcome("data.apply", { changes })).toBe("ok");
    expect(one.contained).toBeUndefined();
  });
});

test("one that observes lets it pass, and tells", async () => {
  const one = world("observe");
  expect(await post(one, "c4n4ry")).toBe("ok");
  expect(
    one.sink.records.some(({ op, outcome }) => op === "monitor" && outcome === "words observed the word"),
  ).toBe(true);
});

describe("one that asks", () => {
  const asked = (answers: readonly Scripted[]): World => world("ask", { answers });
  test("holds it back where nobody answers, or the answer is no", async () => {
    expect(await post(world("ask"), "c4n4ry")).toBe("E_FLOW");
    const one = asked(["no"]);
    expect(await post(one, "c4n4ry")).toBe("E_FLOW");
    expect(one.consent?.questions).toMatchObject([
      {
        plain: "send something to a.example:443",
        combination: "it looks like the word",
        choices: ["no", "once", "run"],
      },
    ]);
    expect(one.seen).toEqual([]);
  });

  test("lets it out once, or until the run ends", async () => {
    const once = asked(["once", "no"]);
    expect([await post(once, "c4n4ry"), await post(once, "c4n4ry")]).toEqual(["ok", "E_FLOW"]);
    const run = asked(["run"]);
    expect([await post(run, "c4n4ry"), await post(run, "c4n4ry")]).toEqual(["ok", "ok"]);
  });
});

test("they open nothing", async () => {
  const one = world("observe", { grants: ["--allow-read=."] });
  expect(await post(one, "c4n4ry")).toBe("E_NET");
});
