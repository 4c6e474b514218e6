import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Target } from "../../../runtime/core/capability.ts";
import { fail } from "../../../runtime/core/errors.ts";
import { LiveLease, overReason } from "../../../runtime/gate/lease.ts";
import { Budget, defaultLimits } from "../../../runtime/gate/limits.ts";
import { World } from "../../support/world.ts";

const files = { a: "AAAA", b: "BBBB", "sub/x": "X" };
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the end of a grant", () => {
  test("ends what is open under it when its time is over", async () => {
    const world = new World({ grants: ["--allow-read=.,for=1m"], files });
    const handle = await world.attempt("fs.open", { path: "a" });
    world.clock.turn(59_999);
    expect(await world.outcome("fs.fileRead", { handle, size: 1 })).toBe("ok");
    world.clock.turn(1);
    expect(await world.outcome("fs.fileRead", { handle, size: 1 })).toBe("E_EXPIRED");
    expect(await world.outcome("fs.fileClose", { handle })).toBe("ok");
  });

  test("ends an operation that runs at that moment", async () => {
    const world = new World({ grants: ["--allow-read=.,for=1m"], files });
    const release = world.tree.hold("a");
    const slow = world.read("a");
    await turns();
    world.clock.turn(60_000);
    release();
    expect(await slow).toBe("E_EXPIRED");
  });

  test("does not end what another grant still covers", async () => {
    const world = new World({ grants: ["--allow-read=.,for=1m", "--allow-read=./a"], files });
    const handle = await world.attempt("fs.open", { path: "a" });
    world.clock.turn(60_000);
    expect(await world.outcome("fs.fileRead", { handle, size: 1 })).toBe("ok");
  });

  test("leaves no timer behind", async () => {
    const world = new World({ grants: ["--allow-read=.,for=1m"], files });
    await world.read("a");
    const handle = await world.attempt("fs.open", { path: "a" });
    for (let i = 0; i < 5; i += 1) await world.outcome("fs.fileRead", { handle, size: 1 });
    expect(world.clock.waiting).toBe(1);
    await world.outcome("fs.fileClose", { handle });
    expect(world.clock.waiting).toBe(0);
  });
});

describe("giving back", () => {
  test("ends what is open under the grant, and the next use says so", async () => {
    const world = new World({ grants: ["--allow-read=."], files });
    const handle = await world.attempt("fs.open", { path: "a" });
    expect(await world.standing("revoke", { name: "read", path: "." })).toBe("denied");
    expect(await world.outcome("fs.fileRead", { handle, size: 1 })).toBe("E_REVOKED");
    expect(await world.read("a")).toBe("E_REVOKED");
  });

  test("ends an operation that runs at that moment", async () => {
    const world = new World({ grants: ["--allow-read=."], files });
    const release = world.tree.hold("a");
    const slow = world.read("a");
    await turns();
    await world.standing("revoke", { name: "read" });
    release();
    expect(await slow).toBe("E_REVOKED");
  });

  test("leaves alone what another grant covers", async () => {
    const world = new World({ grants: ["--allow-read=./sub", "--allow-read=."], files });
    const handle = await world.attempt("fs.open", { path: "a" });
    await world.standing("revoke", { name: "read", path: "sub" });
    expect(await world.outcome("fs.fileRead", { handle, size: 1 })).toBe("E_REVOKED");
    const other = new World({ grants: ["--allow-read=./a", "--allow-read=./sub"], files });
    const open = await other.attempt("fs.open", { path: "a" });
    await other.standing("revoke", { name: "read", path: "sub" });
    expect(await other.outcome("fs.fileRead", { handle: open, size: 1 })).toBe("ok");
  });
});

test("giving back one of two grants goes on under the other", async () => {
  const world = new World({ grants: ["--allow-read=./sub", "--allow-read=./sub/x"], files });
  const handle = await world.attempt("fs.open", { path: "sub/x" });
  await world.standing("revoke", { name: "read", path: "sub/y" });
  expect(world.policy.rules.map(({ revoked }) => revoked)).toEqual([true, false]);
  expect(await world.outcome("fs.fileRead", { handle, size: 1 })).toBe("ok");
});

describe("a lease", () => {
  const target: Target = {
    kind: "net",
    words: "https://a.example/",
    scheme: "https",
    host: "a.example",
    port: 443,
    path: "/",
    method: "GET",
  };
  const options = { grants: ["--allow-net=*.example"], labels: { "env=A": "secret" } };
  const labelled: Target = { kind: "env", name: "A", words: "A" };

  test("sends nothing into a sink that is closed, registered or not", () => {
    const world = new World(options);
    const lease = new LiveLease(world.gate.judge, "test", [], target);
    lease.spend(1, "out");
    world.flow.raise([labelled]);
    expect(() => lease.spend(1, "out")).toThrow(expect.objectContaining({ code: "E_FLOW" }));
    lease.spend(1, "in");
    expect([lease.bytesIn, lease.bytesOut]).toEqual([1, 1]);
  });

  test("takes what it obtained on the way with it, and counts its bytes", async () => {
    const world = new World(options);
    const lease = new LiveLease(world.gate.judge, "test", [], target);
    const { lease: child } = await lease.obtain({ kind: "net", url: "https://b.example/", method: "GET" });
    child.spend(5, "in");
    expect(lease.moved).toBe(5);
    lease.end(overReason());
    expect(() => child.alive()).toThrow(expect.objectContaining({ code: "E_REVOKED" }));
    expect(child.signal.aborted).toBe(true);
    await expect(
      lease.obtain({ kind: "net", url: "https://b.example/", method: "GET" }),
    ).rejects.toMatchObject({
      code: "E_REVOKED",
    });
  });

  test("keeps the first reason for its end", () => {
    const lease = new LiveLease(new World(options).gate.judge, "test", [], target);
    lease.end(fail("E_FLOW", "closed"));
    lease.end(overReason());
    expect(lease.ended?.code).toBe("E_FLOW");
    expect(lease.signal.reason).toMatchObject({ code: "E_FLOW" });
  });

  test("that was refused on the way leaves nothing registered", async () => {
    const world = new World({ grants: ["--allow-net=a.example"] });
    const lease = new LiveLease(world.gate.judge, "test", [], target);
    await expect(
      lease.obtain({ kind: "net", url: "https://b.example/", method: "GET" }),
    ).rejects.toMatchObject({ code: "E_NET" });
    expect(lease.children).toEqual([]);
  });
});

describe("bytes", () => {
  test("of many operations at once never exceed what the grant allows", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 120 }),
        async (sizes, most) => {
          const many = Object.fromEntries(sizes.map((size, at) => [`f${at}`, "x".repeat(size)]));
          const world = new World({ grants: [`--allow-read=.,maxBytes=${most}b`], files: many });
          const got = await Promise.all(sizes.map((_, at) => world.read(`f${at}`)));
          const read = got
            .filter((text) => !text.startsWith("E_"))
            .reduce((sum, text) => sum + text.length, 0);
          expect(read).toBeLessThanOrEqual(most);
          expect(world.policy.rules[0]?.bytes).toBe(read);
          expect(new Set(got.filter((text) => text.startsWith("E_") && text !== "E_LIMIT_BYTES"))).toEqual(
            new Set(),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test("of many uses of one open file never exceed it either", async () => {
    const world = new World({ grants: ["--allow-write=.,maxBytes=10b"], files });
    const handle = await world.attempt("fs.open", { path: "out", write: true, create: true });
    const got = await Promise.all(
      Array.from({ length: 6 }, () => world.outcome("fs.fileWrite", { handle }, { body: "123" })),
    );
    expect(got.filter((outcome) => outcome === "ok")).toHaveLength(3);
    expect(world.tree.text("out")).toBe("123123123");
  });

  test("uses of many operations at once never exceed what the grant allows", async () => {
    const world = new World({ grants: ["--allow-read=.,uses=3"], files });
    const got = await Promise.all(Array.from({ length: 10 }, () => world.read("a")));
    expect(got.filter((text) => text === "AAAA")).toHaveLength(3);
    expect(new Set(got)).toEqual(new Set(["AAAA", "E_LIMIT_CALLS"]));
    expect(
      world.sink.records.filter(
        ({ decision, outcome }) => decision === "denied" && outcome === "E_LIMIT_CALLS",
      ),
    ).toHaveLength(7);
  });

  test("over the network are counted together, in both directions", async () => {
    const world = new World({
      grants: ["--allow-net=a.example", "--allow-net=b.example"],
      sites: { "a.example": { answer: { body: "12345678" } } },
      limits: { traffic: 10 },
    });
    const args = (host: string) => ({
      url: `https://${host}/`,
      method: "POST",
      headers: [],
      redirect: "follow",
      hasBody: true,
    });
    expect(await world.outcome("net.fetch", args("b.example"), { body: "12345" })).toBe("ok");
    const { body } = (await world.attempt("net.fetch", args("a.example"), { body: "123" })) as {
      body: number;
    };
    expect(await world.outcome("net.readBody", { handle: body, max: 2 })).toBe("ok");
    expect(await world.outcome("net.readBody", { handle: body, max: 1 })).toBe("E_LIMIT_BYTES");
  });

  test("stand in the outcome", async () => {
    const world = new World({ grants: ["--allow-read=.", "--allow-write=."], files });
    await world.perform("fs.copyFile", { from: "a", to: "out" });
    expect(world.sink.records.at(-1)).toMatchObject({
      op: "fs.copyFile",
      resource: "/home/ana/project/a → /home/ana/project/out",
      bytes: 8,
    });
  });
});

const rows: readonly { why: string; use: (budget: Budget) => unknown; gives: unknown }[] = [
  {
    why: "output up to the limit is printed",
    use: (budget) => [budget.print(6), budget.print(4)],
    gives: [true, true],
  },
  {
    why: "output over the limit is not",
    use: (budget) => [budget.print(6), budget.print(5), budget.print(0)],
    gives: [true, false, false],
  },
];
describe("the budget:", () => {
  test.each(rows)("$why", ({ use, gives }) =>
    expect(use(new Budget({ ...defaultLimits, output: 10 }))).toEqual(gives),
  );
});

test("the defaults are the contract's", () => {
  const mb = 1024 ** 2;
  expect(defaultLimits).toEqual({
    timeout: 0,
    cpu: 10_000,
    memory: 128 * mb,
    stack: mb,
    output: 16 * mb,
    handles: 256,
    inflight: 64,
    body: 64 * mb,
    requestTimeout: 30_000,
    traffic: 100 * mb,
    kv: 16 * mb,
    prompts: 20,
  });
});
