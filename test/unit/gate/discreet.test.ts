/** What a run that has read something private can leave in the audit: nothing of its choosing. */
import { describe, expect, test } from "vitest";
import { World } from "../../support/world.ts";

const SECRET = "s3cr3t";
const make = (): World =>
  new World({
    grants: [
      "--allow-read=.",
      "--allow-write=.",
      "--allow-net=a.example",
      "--allow-net=*.b.example",
      "--allow-env",
    ],
    files: { "private/p": SECRET, plain: "L" },
    env: { LANG: "C" },
    labels: { "read=./private": "personal" },
    clear: { "write=./backup": ["personal"], "net=a.example": ["personal"] },
  });

const rows: { why: string; use: (world: World) => Promise<unknown>; keeps: string }[] = [
  {
    why: "a file that it made up",
    use: (w) => w.read(`docs/${SECRET}`),
    keeps: "(withheld: the run carries labels)",
  },
  {
    why: "a file that it may not read",
    use: (w) => w.read(`/elsewhere/${SECRET}`),
    keeps: "(withheld: the run carries labels)",
  },
  {
    why: "a file that it may not write",
    use: (w) => w.write(`out/${SECRET}`),
    keeps: "(withheld: the run carries labels)",
  },
  {
    why: "a host below a wildcard",
    use: (w) => w.fetch(`https://${SECRET}.b.example/`),
    keeps: "(withheld: the run carries labels)",
  },
  {
    why: "a host that nobody granted",
    use: (w) => w.fetch(`https://${SECRET}.example/`),
    keeps: "(withheld: the run carries labels)",
  },
  {
    why: "a path at a host that is granted and cleared",
    use: (w) => w.fetch(`https://a.example/${SECRET}`),
    keeps: "a.example:443",
  },
  {
    why: "a variable that it made up",
    use: (w) => w.attempt("env.get", { name: SECRET }),
    keeps: "(withheld: the run carries labels)",
  },
  {
    why: "what it gives back",
    use: (w) => w.attempt("permissions.revoke", { name: "read", path: `docs/${SECRET}` }),
    keeps: "(withheld: the run carries labels)",
  },
  { why: "a file that exists stays named", use: (w) => w.read("plain"), keeps: "/plain" },
];

describe("in the audit of a run that carries labels:", () => {
  test.each(rows)("$why", async ({ use, keeps }) => {
    const world = make();
    await world.read("private/p");
    const before = world.sink.records.length;
    await use(world);
    const records = world.sink.records.slice(before);
    expect(records.length).toBeGreaterThan(0);
    expect(JSON.stringify(records)).not.toContain(SECRET);
    expect(records.some(({ resource }) => resource.endsWith(keeps))).toBe(true);
  });

  test("nor do further labels bring one in, or what they close", async () => {
    const world = new World({
      grants: ["--allow-read=.", "--allow-write=."],
      files: { "private/p": SECRET },
      labels: { "read=./private": "personal", "read=./other": "secret" },
      clear: { "write=./backup": ["personal"] },
    });
    await world.read("private/p");
    expect(
      Number(await world.attempt("fs.open", { path: "backup/q", write: true, create: true })),
    ).toBeGreaterThan(0);
    const before = world.sink.records.length;
    await world.read(`other/${SECRET}`);
    const records = world.sink.records.slice(before);
    expect(records.map(({ op }) => op)).toEqual(expect.arrayContaining(["label", "flow.closed"]));
    expect(JSON.stringify(records)).not.toContain(SECRET);
  });

  test("before it carried any, everything is named", async () => {
    const world = make();
    await world.read(`docs/${SECRET}`);
    expect(JSON.stringify(world.sink.records)).toContain(SECRET);
  });

  test("what was written where it is cleared to stand is named, so that it can be traced", async () => {
    const world = make();
    await world.read("private/p");
    await world.write("backup/q");
    expect(world.sink.records.at(-1)?.resource).toMatch(/backup\/q$/);
  });

  test("what a new label closes is told, and so is each use of it afterwards", async () => {
    const world = make();
    const handle = Number(await world.attempt("fs.open", { path: "out", write: true, create: true }));
    expect(handle).toBeGreaterThan(0);
    await world.read("private/p");
    expect(world.sink.records.map(({ op }) => op)).toContain("flow.closed");
    const before = world.sink.records.length;
    expect(await world.attempt("fs.fileWrite", { handle }, { body: "x" })).toBe("E_FLOW");
    expect(world.sink.records.slice(before)).toMatchObject([
      { decision: "denied", rule: "flow", outcome: "E_FLOW" },
    ]);
  });
});
