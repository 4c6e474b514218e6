/** What `sbx:permissions` says, asks and tells. That it holds against the operations is shown over generated cases (test/fuzz/permissions.ts). */

import { describe, expect, test } from "vitest";
import { askedOf } from "../../../runtime/core/descriptor.ts";
import { LiveLease } from "../../../runtime/gate/lease.ts";
import { flagGrants, START, World, type WorldOptions } from "../../support/world.ts";

const files = { a: "AAAA", b: "BBBB", "sub/x": "X", "sub/deep/y": "Y" };

const states: readonly { why: string; options: WorldOptions; args: object; is: string }[] = [
  {
    why: "granted",
    options: { grants: ["--allow-read=."] },
    args: { name: "read", path: "a" },
    is: "granted",
  },
  {
    why: "a prompt where somebody can be asked",
    options: { answers: [] },
    args: { name: "read", path: "a" },
    is: "prompt",
  },
  { why: "denied where nobody can", options: {}, args: { name: "read", path: "a" }, is: "denied" },
  {
    why: "denied by a rule",
    options: { grants: ["--allow-read=.", "--deny-read=./a"], answers: [] },
    args: { name: "read", path: "a" },
    is: "denied",
  },
  {
    why: "denied when ignored",
    options: { grants: ["--ignore-read=./a"], answers: [] },
    args: { name: "read", path: "a" },
    is: "denied",
  },
  {
    why: "the whole kind granted",
    options: { grants: ["--allow-env"] },
    args: { name: "env" },
    is: "granted",
  },
  {
    why: "the whole kind not granted by a part",
    options: { grants: ["--allow-env=A"] },
    args: { name: "env" },
    is: "denied",
  },
  {
    why: "the whole kind denied",
    options: { grants: ["--allow-env", "--deny-env"] },
    args: { name: "env" },
    is: "denied",
  },
  {
    why: "a host, of which every port and method is granted",
    options: { grants: ["--allow-net=a.example"] },
    args: { name: "net", host: "a.example" },
    is: "granted",
  },
  {
    why: "a host in part, when only a port is granted",
    options: { grants: ["--allow-net=a.example:443"] },
    args: { name: "net", host: "a.example" },
    is: "granted in part",
  },
  {
    why: "a host in part, when only a method is granted",
    options: { grants: ["--allow-net=GET a.example"] },
    args: { name: "net", host: "a.example" },
    is: "granted in part",
  },
  {
    why: "a host's method",
    options: { grants: ["--allow-net=GET a.example"] },
    args: { name: "net", host: "a.example", method: "GET" },
    is: "granted",
  },
  {
    why: "a host in part, when a path below is denied",
    options: { grants: ["--allow-net=a.example", "--deny-net=a.example:8080/admin"] },
    args: { name: "net", host: "a.example" },
    is: "granted in part",
  },
  {
    why: "a host, when another one's path is denied",
    options: { grants: ["--allow-net=a.example", "--deny-net=b.example/admin"] },
    args: { name: "net", host: "a.example" },
    is: "granted",
  },
  {
    why: "a folder",
    options: { grants: ["--allow-read=."] },
    args: { name: "read", path: "sub" },
    is: "granted",
  },
  {
    why: "a folder in part, when something in it is denied",
    options: { grants: ["--allow-read=.", "--deny-read=./sub/x"] },
    args: { name: "read", path: "sub" },
    is: "granted in part",
  },
  {
    why: "a folder in part, when something in it is ignored",
    options: { grants: ["--allow-read=.", "--ignore-read=./sub/deep"] },
    args: { name: "read", path: "sub" },
    is: "granted in part",
  },
  {
    why: "the granted folder in part, which can be filled and not removed",
    options: { grants: ["--allow-write=./sub"] },
    args: { name: "write", path: "sub" },
    is: "granted in part",
  },
  {
    why: "what lies in the granted folder",
    options: { grants: ["--allow-write=./sub"] },
    args: { name: "write", path: "sub/new" },
    is: "granted",
  },
  {
    why: "denied when one operation is denied",
    options: { grants: ["--allow-read=.", "--deny-read=./a,ops=readFile"] },
    args: { name: "read", path: "a" },
    is: "denied",
  },
  {
    why: "not granted when only one operation is granted",
    options: { grants: ["--allow-read=.,ops=stat"] },
    args: { name: "read", path: "a" },
    is: "denied",
  },
  {
    why: "the whole kind denied, when a ceiling knows nothing of it",
    options: { grants: ["--allow-env"], ceilings: [["read=*"]], answers: [] },
    args: { name: "env" },
    is: "denied",
  },
  {
    why: "the whole kind in part under a ceiling",
    options: { grants: ["--allow-env"], ceilings: [["env=A_*"]] },
    args: { name: "env" },
    is: "granted in part",
  },
  {
    why: "the whole kind in part, when something of it is denied",
    options: { grants: ["--allow-env", "--deny-env=A"] },
    args: { name: "env" },
    is: "granted in part",
  },
  {
    why: "all files in part, since secrets must be named",
    options: { grants: ["--allow-read"] },
    args: { name: "read" },
    is: "granted in part",
  },
  {
    why: "denied for what nothing in this run answers",
    options: { grants: ["--allow-host"], answers: [] },
    args: { name: "host", function: "f" },
    is: "denied",
  },
  {
    why: "another port of it",
    options: { grants: ["--allow-net=a.example:443"] },
    args: { name: "net", host: "a.example:80" },
    is: "denied",
  },
];
describe("a query says", () => {
  test.each(states)("$why", async ({ options, args, is }) => {
    const world = new World({ files, ...options });
    expect(await world.standing("query", args)).toBe(is);
    expect(world.audit).toEqual([]);
  });

  test.each([
    { answers: undefined, says: "denied", why: "nobody can be asked to let it out" },
    { answers: [], says: "prompt", why: "somebody can" },
  ])("$says for a sink that is closed, where $why", async ({ answers, says }) => {
    const world = new World({
      grants: ["--allow-read=.", "--allow-net=a.example"],
      labels: { "read=./a": "personal" },
      files,
      ...(answers ? { answers } : {}),
    });
    expect(await world.standing("query", { name: "net", host: "a.example" })).toBe("granted");
    await world.read("a");
    expect(await world.standing("query", { name: "net", host: "a.example" })).toBe(says);
  });

  test("granted in part for a folder that is cleared, whose name is not", async () => {
    const world = new World({
      grants: ["--allow-read=.", "--allow-write"],
      labels: { "read=./a": "personal" },
      clear: { "write=./sub": ["personal"] },
      files: { ...files, "sub/x": "" },
    });
    await world.read("a");
    expect(await world.permissions.query(askedOf({ name: "write", path: "sub" }))).toEqual({
      state: "granted",
      partial: true,
    });
  });
});

describe("a request", () => {
  const asks: readonly { why: string; options: WorldOptions; is: string; audit: string[] }[] = [
    {
      why: "asks, with the plugin's reason",
      options: { answers: ["run"] },
      is: "granted",
      audit: ["permissions.request | /home/ana/project/a | asked-yes | granted"],
    },
    {
      why: "is refused",
      options: { answers: ["no"] },
      is: "prompt",
      audit: ["permissions.request | /home/ana/project/a | asked-no | E_READ"],
    },
    {
      why: "asks nobody when it is granted",
      options: { grants: ["--allow-read=."], answers: [] },
      is: "granted",
      audit: ["permissions.request | /home/ana/project/a | allowed | granted"],
    },
    {
      why: "asks nobody when it is denied",
      options: { grants: ["--deny-read"], answers: [] },
      is: "denied",
      audit: ["permissions.request | /home/ana/project/a | denied | E_READ"],
    },
  ];
  test.each(asks)("$why", async ({ options, is, audit }) => {
    const world = new World({ files, ...options });
    expect(await world.standing("request", { name: "read", path: "a", reason: "To read." })).toBe(is);
    expect(world.consent?.questions.map(({ reason }) => reason)).toEqual(
      options.answers?.map(() => "To read."),
    );
    expect(world.audit).toEqual(audit);
    expect(world.trace.filter((line) => line.startsWith("open"))).toEqual([]);
  });

  test("spends the same budget as the operation itself", async () => {
    const world = new World({ files, answers: ["no", "no"] });
    await world.standing("request", { name: "read", path: "a" });
    await world.standing("request", { name: "read", path: "a" });
    expect(await world.read("a")).toBe("E_READ");
    expect(world.consent?.questions).toHaveLength(2);
  });

  test("answered for one time pays for one operation", async () => {
    const world = new World({ files, answers: ["once", "no"] });
    expect(await world.standing("request", { name: "read", path: "a" })).toBe("granted");
    expect([await world.read("a"), await world.read("a")]).toEqual(["AAAA", "E_READ"]);
  });
});

test("where the asking has ended, nothing is a prompt any more", async () => {
  const world = new World({ files, answers: ["no", "no", "no"] });
  const asked = (path: string) => world.standing("query", { name: "read", path });
  expect(await asked("a")).toBe("prompt");
  for (const path of ["a", "a"]) await world.standing("request", { name: "read", path });
  expect([await asked("a"), await asked("b")]).toEqual(["denied", "prompt"]);
  await world.standing("request", { name: "read", path: "b" });
  expect(await asked("sub/x")).toBe("denied");
});

describe("giving back", () => {
  const rows: readonly { why: string; grants: string[]; gives: object; left: string[] }[] = [
    {
      why: "takes what covers it and what lies inside",
      grants: ["--allow-read=.", "--allow-read=./sub/x", "--allow-read=./b"],
      gives: { name: "read", path: "sub" },
      left: ["--allow-read=./b"],
    },
    {
      why: "takes what is granted for some operations",
      grants: ["--allow-read=./a,ops=stat"],
      gives: { name: "read", path: "a" },
      left: [],
    },
    {
      why: "of a host takes every port, path and method",
      grants: ["--allow-net=a.example:8080", "--allow-net=POST a.example/x", "--allow-net=b.example"],
      gives: { name: "net", host: "a.example" },
      left: ["--allow-net=b.example"],
    },
    {
      why: "of a port leaves another one",
      grants: ["--allow-net=a.example:8080", "--allow-net=a.example:80"],
      gives: { name: "net", host: "a.example:80" },
      left: ["--allow-net=a.example:8080"],
    },
    {
      why: "leaves denies alone",
      grants: ["--deny-env=A", "--allow-env=A"],
      gives: { name: "env" },
      left: ["--deny-env=A"],
    },
  ];
  test.each(rows)("$why", async ({ grants, gives, left }) => {
    const world = new World({ files, grants });
    await world.standing("revoke", gives);
    expect(world.policy.rules.filter(({ revoked }) => !revoked).map(({ from }) => from)).toEqual(left);
  });
});

describe("whoever listens is told", () => {
  const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const rows: readonly {
    why: string;
    options: WorldOptions;
    happens: (world: World) => unknown;
    told: number;
  }[] = [
    {
      why: "that a grant expired",
      options: { grants: ["--allow-read=.,for=1m", "--allow-read=./a,for=2m"] },
      happens: (world) => world.clock.turn(60_000),
      told: 1,
    },
    {
      why: "that each of two expired",
      options: { grants: ["--allow-read=.,for=1m", "--allow-read=./a,for=2m"] },
      happens: async (world) => {
        world.clock.turn(60_000);
        await turns();
        world.clock.turn(60_000);
      },
      told: 2,
    },
    {
      why: "that uses are used up, and not before",
      options: { grants: ["--allow-read=.,uses=2"] },
      happens: async (world) => {
        await world.read("a");
        await turns();
        expect(world.changes).toBe(0);
        await world.read("a");
      },
      told: 1,
    },
    {
      why: "that the bytes are used up",
      options: { grants: ["--allow-read=.,maxBytes=4b"] },
      happens: (world) => world.read("a"),
      told: 1,
    },
    {
      why: "what a person answered",
      options: { answers: ["run"] },
      happens: (world) => world.read("a"),
      told: 1,
    },
    {
      why: "that something was given back",
      options: { grants: ["--allow-read=."] },
      happens: (world) => world.standing("revoke", { name: "read" }),
      told: 1,
    },
    {
      why: "that a label was raised",
      options: { grants: ["--allow-read=."], labels: { "read=./a": "personal" } },
      happens: (world) => world.read("a"),
      told: 1,
    },
    {
      why: "nothing when nothing changed",
      options: { grants: ["--allow-read=."] },
      happens: (world) => world.read("a"),
      told: 0,
    },
  ];
  test.each(rows)("$why", async ({ options, happens, told }) => {
    const world = new World({ files, ...options });
    await world.perform("permissions.listen", { on: true });
    await happens(world);
    await turns();
    expect(world.changes).toBe(told);
  });

  test("and who does not, or no more, is not; nothing waits for it then", async () => {
    const world = new World({ files, grants: ["--allow-read=.,for=1m"] });
    expect(world.clock.waiting).toBe(0);
    await world.perform("permissions.listen", { on: true });
    expect(world.clock.waiting).toBe(1);
    await world.perform("permissions.listen", { on: false });
    expect(world.clock.waiting).toBe(0);
    await world.standing("revoke", { name: "read" });
    await turns();
    expect(world.changes).toBe(0);
  });
});

describe("what is under way", () => {
  const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  test("goes on under another grant when the one that it used expires", async () => {
    const world = new World({ files, grants: ["--allow-read=./a,for=1m"] });
    const handle = await world.attempt("fs.open", { path: "a" });
    world.policy.add(
      { ...(world.policy.rules[0]?.grant as never as object), options: {} } as never,
      "later",
      0,
    );
    world.clock.turn(60_000);
    expect(await world.outcome("fs.fileRead", { handle, size: 1 })).toBe("ok");
  });

  test("ends when its grant is given back, although nobody holds a handle", async () => {
    const world = new World({ files, grants: ["--allow-net=a.example"] });
    const { lease } = await leaseOf(world);
    let reason: unknown;
    lease.signal.addEventListener("abort", () => {
      reason = lease.signal.reason;
    });
    await world.standing("revoke", { name: "net", host: "a.example" });
    expect(reason).toMatchObject({ code: "E_REVOKED", details: { kind: "net" } });
  });

  test("ends when a person says never to something that covers it", async () => {
    const world = new World({ files, grants: ["--allow-read=./a"], answers: ["never"] });
    const handle = await world.attempt("fs.open", { path: "a" });
    for (const grant of flagGrants("--deny-read=./a")) world.policy.add(world.resolve(grant), "never", START);
    await world.standing("request", { name: "read", path: "b" });
    await turns();
    expect(await world.outcome("fs.fileRead", { handle, size: 1 })).toBe("E_READ");
  });
});

/** A lease as a fetch that waits for its answer has one. */
async function leaseOf(world: World) {
  const target = {
    kind: "net",
    words: "",
    scheme: "https",
    host: "a.example",
    port: 443,
    path: "/",
    method: "GET",
  } as const;
  const lease = new LiveLease(world.gate.judge, "net.fetch", ["fetch"], target);
  const decision = world.policy.judge(target, ["fetch"], world.clock.now());
  if (decision.kind !== "granted") throw new Error("not granted");
  lease.bind(decision);
  return { lease };
}
