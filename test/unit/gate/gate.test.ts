import { describe, expect, test } from "vitest";
import { defineOp, need, type Operation, type ReadPower, s } from "../../../runtime/op.ts";
import { findOperation, World, type WorldOptions } from "../../support/world.ts";

const options: WorldOptions = {
  grants: ["--allow-read=.", "--allow-write=."],
  files: { a: "AAAA", b: "B", "sub/x": "X" },
};
const short = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll("/home/ana/project/", ""));

/** An operation that does what a test needs; its power can be kept to see it die. */
const reads = (
  run: (file: ReadPower, keep: (object: object, close?: () => Promise<void>) => number) => unknown,
): Operation =>
  defineOp({
    summary: "Reads.",
    args: { path: s.path() },
    result: s.nullable(s.text()),
    needs: ({ path }) => ({ file: need.read(path) }),
    run: (_, { file }, cx) =>
      run(file, (object, close = async () => undefined) => cx.keep("file", object, close)) as null,
    examples: [],
  }) as unknown as Operation;

describe("the road", () => {
  test("writes the intent before it opens, and the outcome before it delivers", async () => {
    const world = new World(options);
    let delivered = false;
    const reading = world.perform("fs.readFile", { path: "a" }).then(() => {
      delivered = true;
    });
    await reading;
    expect(delivered).toBe(true);
    expect(short(world.trace)).toEqual([
      "audit fs.readFile allowed started",
      "open read a",
      "read a",
      "audit fs.readFile ok",
      "release read a",
    ]);
    expect(world.sink.records).toMatchObject([
      {
        op: "fs.readFile",
        kind: "read",
        resource: "/home/ana/project/a",
        decision: "allowed",
        rule: "--allow-read=.",
        outcome: "started",
      },
      { op: "fs.readFile", resource: "/home/ana/project/a", outcome: "ok", bytes: 4 },
    ]);
  });

  test("opens nothing when one of several needs is refused", async () => {
    const world = new World({ ...options, grants: ["--allow-read=."] });
    expect(await world.outcome("fs.copyFile", { from: "a", to: "z" })).toBe("E_WRITE");
    expect(short(world.trace)).toEqual([
      "audit fs.copyFile denied E_WRITE",
      "release read a",
      "release write z",
    ]);
  });

  test("an intent that cannot be written means that the source is never opened", async () => {
    const world = new World(options);
    world.sink.breaks = () => true;
    expect(await world.read("a")).toBe("E_UNAVAILABLE");
    expect(short(world.trace)).toEqual(["release read a"]);
  });

  test("a second intent that cannot be written means that nothing is opened", async () => {
    const world = new World(options);
    world.sink.breaks = ({ kind }) => kind === "write";
    expect(await world.outcome("fs.copyFile", { from: "a", to: "z" })).toBe("E_UNAVAILABLE");
    expect(world.trace.filter((line) => line.startsWith("open"))).toEqual([]);
    expect(world.tree.text("z")).toBeUndefined();
  });

  test("an outcome that cannot be written means that no result is delivered", async () => {
    const world = new World(options);
    world.sink.breaks = ({ outcome }) => outcome === "ok";
    expect(await world.read("a")).toBe("E_UNAVAILABLE");
  });

  test("a label that cannot be written is raised all the same, and nothing is opened", async () => {
    const world = new World({ ...options, labels: { "read=./a": "personal" } });
    world.sink.breaks = ({ op }) => op === "label";
    expect(await world.read("a")).toBe("E_UNAVAILABLE");
    expect([...world.flow.labels]).toEqual(["personal"]);
    expect(short(world.trace)).toEqual(["release read a"]);
  });

  test("a denial that cannot be written is no denial that a plugin could go on with", async () => {
    const world = new World({ files: { a: "1" } });
    world.sink.breaks = () => true;
    expect(await world.read("a")).toBe("E_UNAVAILABLE");
  });

  test("what fails while it runs is an outcome with its code", async () => {
    const world = new World(options);
    expect(await world.read("none")).toBe("E_NOT_FOUND");
    expect(world.sink.records.at(-1)).toMatchObject({ op: "fs.readFile", outcome: "E_NOT_FOUND" });
  });

  test("a defect of an operation is an outcome too", async () => {
    const world = new World(options);
    const broken = reads(() => {
      throw new TypeError("oops");
    });
    await expect(world.perform("test.broken", { path: "a" }, { operation: broken })).rejects.toThrow(
      TypeError,
    );
    expect(world.sink.records.at(-1)).toMatchObject({ op: "test.broken", outcome: "E_INTERNAL" });
  });

  test("a result that was not promised is not delivered", async () => {
    const world = new World(options);
    expect(await world.outcome("test.wrong", { path: "a" }, { operation: reads(() => 7) })).toBe(
      "E_INTERNAL",
    );
    expect(world.sink.records.at(-1)).toMatchObject({ outcome: "E_INTERNAL" });
  });

  test("releases what it resolved, whatever happens", async () => {
    const world = new World({ ...options, grants: ["--allow-read=./a"] });
    for (const path of ["a", "b", "none", "sub"]) await world.read(path);
    expect(world.trace.filter((line) => line.startsWith("release"))).toHaveLength(4);
  });

  test("what was neither granted nor refused is never begun", async () => {
    const { judge } = new World(options).gate;
    const seat = await judge.resolve("file", { kind: "read", path: "a" }, "test.op", []);
    expect(() => judge.intend(seat)).toThrow(expect.objectContaining({ code: "E_INTERNAL" }));
    expect(() => judge.settled(seat)).toThrow(expect.objectContaining({ code: "E_INTERNAL" }));
  });

  test("a need that nobody answers is refused", async () => {
    const world = new World({ grants: ["--allow-host"] });
    const asks = defineOp({
      summary: "",
      args: {},
      result: s.nothing(),
      needs: () => ({ f: need.host("f") }),
      run: () => null,
      examples: [],
    });
    expect(await world.outcome("test.host", {}, { operation: asks as unknown as Operation })).toBe(
      "E_UNAVAILABLE",
    );
  });
});

const deep = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}1${"]".repeat(depth)}`);

describe("arguments", () => {
  const rows: readonly { why: string; args: unknown }[] = [
    { why: "that are none", args: null },
    { why: "that are unknown", args: { path: "a", encoding: "utf8" } },
    { why: "that are too long", args: { path: "a".repeat(40_000) } },
    { why: "of the wrong type", args: { path: 7 } },
    { why: "that are a deep structure", args: { path: deep(1000) } },
    { why: "with a key that shadows the prototype", args: JSON.parse('{"path":"a","__proto__":{"x":1}}') },
    { why: "with a text that no file name has", args: { path: "a\0" } },
  ];
  test.each(rows)("$why are refused before anything else happens", async ({ args }) => {
    const world = new World(options);
    expect(await world.outcome("fs.readFile", args)).toBe("E_INVALID");
    expect(world.trace).toEqual([]);
  });

  test("are copied once, so that they cannot change under us", async () => {
    const world = new World({ ...options, grants: ["--allow-read=./a"] });
    const args = { path: "a" };
    const reading = world.perform("fs.readFile", args, { operation: await findOperation("fs.readFile") });
    args.path = "b";
    expect(new TextDecoder().decode((await reading).bytes ?? undefined)).toBe("AAAA");
  });
});

describe("powers", () => {
  test("are dead after the operation", async () => {
    const world = new World(options);
    let kept: ReadPower | undefined;
    const steals = reads(async (file) => {
      kept = file;
      await file.bytes(10);
      return null;
    });
    await world.perform("test.steals", { path: "a" }, { operation: steals });
    await expect(kept?.bytes(10)).rejects.toMatchObject({ code: "E_REVOKED" });
    await expect(kept?.stat()).rejects.toMatchObject({ code: "E_REVOKED" });
    expect(() => kept?.realPath()).toThrow(expect.objectContaining({ code: "E_REVOKED" }));
  });

  test("are dead after an operation that failed", async () => {
    const world = new World(options);
    let kept: ReadPower | undefined;
    const fails = reads((file) => {
      kept = file;
      throw new Error("no");
    });
    await world.perform("test.fails", { path: "a" }, { operation: fails }).catch(() => undefined);
    await expect(kept?.stat()).rejects.toMatchObject({ code: "E_REVOKED" });
  });

  test("of a handle live as long as the handle", async () => {
    const world = new World(options);
    let kept: ReadPower | undefined;
    const keeps = reads((file, keep) => {
      kept = file;
      keep({});
      return null;
    });
    await world.perform("test.keeps", { path: "a" }, { operation: keeps });
    await expect(kept?.stat()).resolves.toMatchObject({ isFile: true });
    expect(await world.outcome("fs.fileClose", { handle: 1 })).toBe("ok");
    await expect(kept?.stat()).rejects.toMatchObject({ code: "E_REVOKED" });
  });
});

describe("cancelling", () => {
  test("ends the powers of the call, and nothing comes back", async () => {
    const world = new World(options);
    const release = world.tree.hold("a");
    const slow = world.attempt("fs.readFile", { path: "a" }, { id: 7 });
    const other = world.attempt("fs.stat", { path: "b" }, { id: 8 });
    await new Promise((resolve) => setImmediate(resolve));
    world.gate.cancel(7);
    release();
    expect(await slow).toBe("E_UNAVAILABLE");
    expect(await other).toMatchObject({ isFile: true });
    expect(world.trace.filter((line) => line.startsWith("read "))).toEqual([]);
  });

  test("an unknown call is nobody's", async () => {
    const world = new World(options);
    world.gate.cancel(99);
    expect(await world.read("a")).toBe("AAAA");
  });

  test("a call that waits for an answer is not opened after the yes", async () => {
    let answer = (): void => undefined;
    const waits = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const world = new World({
      files: { a: "1" },
      answers: [() => waits.then(() => ({ choice: "run" as const }))],
    });
    const slow = world.attempt("fs.readFile", { path: "a" }, { id: 7 });
    await new Promise((resolve) => setImmediate(resolve));
    world.gate.cancel(7);
    answer();
    expect(await slow).toBe("E_UNAVAILABLE");
    expect(world.trace.filter((line) => line.startsWith("open"))).toEqual([]);
  });

  test("all of them at the end of the run", async () => {
    const world = new World(options);
    const release = world.tree.hold("a");
    const slow = [world.read("a"), world.read("a")];
    await new Promise((resolve) => setImmediate(resolve));
    world.gate.cancelAll();
    release();
    expect(await Promise.all(slow)).toEqual(["E_REVOKED", "E_REVOKED"]);
  });
});

describe("handles", () => {
  test("that were never opened are refused", async () => {
    const world = new World(options);
    expect(await world.outcome("fs.fileRead", { handle: 1, size: 1 })).toBe("E_INVALID");
  });

  test("of another type are refused", async () => {
    const world = new World({
      ...options,
      grants: ["--allow-read=.", "--allow-net=a.example"],
      sites: { "a.example": { answer: { body: "x" } } },
    });
    const file = await world.attempt("fs.open", { path: "a" });
    expect(await world.outcome("net.readBody", { handle: file, max: 1 })).toBe("E_INVALID");
    expect(await world.outcome("net.writeBody", { handle: file }, { body: "x" })).toBe("E_INVALID");
    const { body } = (await world.attempt("net.fetch", {
      url: "https://a.example/",
      method: "GET",
      headers: [],
      redirect: "follow",
      hasBody: false,
    })) as { body: number };
    expect(await world.outcome("fs.fileRead", { handle: body, size: 1 })).toBe("E_INVALID");
  });

  test("are refused on a side that they were not opened for", async () => {
    const world = new World(options);
    const into = await world.attempt("fs.open", { path: "a" });
    const out = await world.attempt("fs.open", { path: "z", write: true, create: true });
    expect(await world.outcome("fs.fileWrite", { handle: into }, { body: "x" })).toBe("E_INVALID");
    expect(await world.outcome("fs.fileTruncate", { handle: into, size: 0 })).toBe("E_INVALID");
    expect(await world.outcome("fs.fileRead", { handle: out, size: 1 })).toBe("E_INVALID");
    expect(world.tree.text("a")).toBe("AAAA");
  });

  test("are dead once closed, and their numbers are not used again", async () => {
    const world = new World(options);
    expect(await world.attempt("fs.open", { path: "a" })).toBe(1);
    await world.outcome("fs.fileClose", { handle: 1 });
    expect(await world.outcome("fs.fileRead", { handle: 1, size: 1 })).toBe("E_INVALID");
    expect(await world.attempt("fs.open", { path: "b" })).toBe(2);
  });

  test("closing twice, or something unknown, harms nobody", async () => {
    const world = new World(options);
    await world.attempt("fs.open", { path: "a" });
    expect([
      await world.outcome("fs.fileClose", { handle: 1 }),
      await world.outcome("fs.fileClose", { handle: 1 }),
      await world.outcome("fs.fileClose", { handle: 9 }),
    ]).toEqual(["ok", "ok", "ok"]);
  });

  test("are counted, and what is one too many is closed", async () => {
    const world = new World({ ...options, limits: { handles: 2 } });
    let closed = 0;
    const keeps = reads((_, keep) => {
      keep({}, async () => {
        closed += 1;
      });
      return null;
    });
    for (const expected of ["ok", "ok", "E_LIMIT_HANDLES"])
      expect(await world.outcome("test.keeps", { path: "a" }, { operation: keeps })).toBe(expected);
    expect([world.gate.handles.size, closed]).toEqual([2, 1]);
    await world.outcome("fs.fileClose", { handle: 1 });
    expect(await world.outcome("test.keeps", { path: "a" }, { operation: keeps })).toBe("ok");
  });

  test("are all closed at the end of the run, also when one of them cannot be", async () => {
    const world = new World(options);
    let closed = 0;
    const keeps = (close: () => Promise<void>): Operation =>
      reads((_, keep) => {
        keep({}, close);
        return null;
      });
    const good = async (): Promise<void> => {
      closed += 1;
    };
    const bad = (): Promise<void> => Promise.reject(new Error("stuck"));
    for (const close of [good, bad, good])
      await world.perform("test.keeps", { path: "a" }, { operation: keeps(close) });
    const { overReason } = await import("../../../runtime/gate/lease.ts");
    await world.gate.handles.dropAll(overReason());
    expect([world.gate.handles.size, closed]).toEqual([0, 2]);
  });

  test("each use of them is audited with the grant that allows it", async () => {
    const world = new World(options);
    const handle = await world.attempt("fs.open", { path: "a" });
    await world.perform("fs.fileRead", { handle, size: 2 });
    expect(world.sink.records.slice(-2)).toMatchObject([
      {
        op: "fs.open",
        resource: "/home/ana/project/a",
        decision: "allowed",
        rule: "--allow-read=.",
        outcome: "started",
      },
      { op: "fs.fileRead", resource: "/home/ana/project/a", outcome: "ok" },
    ]);
  });
});

describe("what is not there:", () => {
  const rows: readonly {
    why: string;
    grants: string[];
    use: (world: World) => Promise<unknown>;
    gives: unknown;
  }[] = [
    {
      why: "an ignored file is not found",
      grants: ["--allow-read=.", "--ignore-read=./a"],
      use: (w) => w.read("a"),
      gives: "E_NOT_FOUND",
    },
    {
      why: "an ignored file does not exist",
      grants: ["--allow-read=.", "--ignore-read=./a"],
      use: (w) => w.attempt("fs.exists", { path: "a" }),
      gives: false,
    },
    {
      why: "an ignored variable is undefined",
      grants: ["--allow-env", "--ignore-env=A"],
      use: (w) => w.attempt("env.get", { name: "A" }),
      gives: null,
    },
    {
      why: "an ignored variable is not listed",
      grants: ["--allow-env", "--ignore-env=A"],
      use: (w) => w.attempt("env.toObject"),
      gives: { B: "2" },
    },
    {
      why: "a denied variable is not listed",
      grants: ["--allow-env", "--deny-env=A"],
      use: (w) => w.attempt("env.toObject"),
      gives: { B: "2" },
    },
    {
      why: "only granted variables are listed",
      grants: ["--allow-env=B"],
      use: (w) => w.attempt("env.toObject"),
      gives: { B: "2" },
    },
    {
      why: "one use is enough for the listing",
      grants: ["--allow-env=B,uses=1"],
      use: (w) => w.attempt("env.toObject"),
      gives: { B: "2" },
    },
    {
      why: "a bare ignore hides what is not granted",
      grants: ["--allow-env=B", "--ignore-env"],
      use: (w) => w.attempt("env.get", { name: "A" }),
      gives: null,
    },
    {
      why: "a bare ignore hides files that are not granted",
      grants: ["--allow-read=./b", "--ignore-read"],
      use: (w) => w.read("a"),
      gives: "E_NOT_FOUND",
    },
    {
      why: "a deny is still a deny under a bare ignore",
      grants: ["--deny-env=A", "--ignore-env"],
      use: (w) => w.attempt("env.get", { name: "A" }),
      gives: "E_ENV",
    },
    {
      why: "the value behind it is never opened",
      grants: ["--ignore-env=A"],
      use: (w) => w.attempt("env.get", { name: "A" }).then(() => w.audit.at(-1)),
      gives: "env.get | A | ok",
    },
  ];
  test.each(rows)("$why", async ({ grants, use, gives }) => {
    expect(await use(new World({ ...options, grants, env: { A: "1", B: "2" } }))).toEqual(gives);
  });
});

describe("a denial", () => {
  test("is the same for what exists and what does not, in the plugin's own words", async () => {
    const world = new World({ files: { "secret/a": "1", link: { link: "secret/a" } } });
    const errors = [];
    for (const path of ["secret/a", "secret/b", "secret", "link"])
      errors.push((await world.refusal("fs.readFile", { path })).toGuest());
    expect(
      errors.map((error) => ({
        ...error,
        resource: "",
        message: error.message.split(" ").slice(0, 2),
        remedy: error.remedy?.split("=")[0],
      })),
    ).toEqual(
      errors.map(() => ({
        name: "PermissionDenied",
        code: "E_READ",
        kind: "read",
        resource: "",
        message: ["may", "not"],
        remedy: "--allow-read",
      })),
    );
    expect(errors.map(({ resource }) => resource)).toEqual(["secret/a", "secret/b", "secret", "link"]);
    expect(JSON.stringify(errors)).not.toContain("/home/ana");
  });

  test("tells the person the resolved name, the remedy for it and the audit's record", async () => {
    const world = new World({ files: { "secret/a": "1", link: { link: "secret/a" } } });
    const error = await world.refusal("fs.readFile", { path: "link" });
    expect(error.details.person).toEqual({
      resolved: "/home/ana/project/secret/a",
      remedy: "--allow-read=/home/ana/project/secret/a",
      record: "record-1",
    });
  });

  test("by a rule names the rule to remove", async () => {
    const world = new World({ grants: ["--allow-read=.", "--deny-read=./a"], files: { a: "1" } });
    expect((await world.refusal("fs.readFile", { path: "a" })).details.person?.remedy).toBe(
      "remove the deny: --deny-read=./a",
    );
  });

  test("never tells a plugin the address behind a name", async () => {
    const world = new World({
      grants: ["--allow-net=in.example"],
      sites: { "in.example": { address: "10.9.8.7" } },
    });
    const args = {
      url: "http://in.example/",
      method: "GET",
      headers: [],
      redirect: "follow",
      hasBody: false,
    };
    const error = await world.refusal("net.fetch", args);
    expect(error.code).toBe("E_NET_LOCAL");
    expect(JSON.stringify(error.toGuest())).not.toContain("10.9.8.7");
    expect(error.details.person?.remedy).toContain("10.9.8.7");
    const remedied = new World({
      grants: [String(error.details.remedy)],
      sites: { "in.example": { address: "10.9.8.7" } },
    });
    expect(await remedied.attempt("net.fetch", args)).toMatchObject({ status: 200 });
  });
});

describe("on the way", () => {
  const request = (url: string) => ({ url, method: "GET", headers: [], redirect: "follow", hasBody: false });

  test("a redirect is a new request through the same gate", async () => {
    const sites = { "a.example": { answer: { status: 302, location: "https://b.example/x" } } };
    const refused = new World({ grants: ["--allow-net=a.example"], sites });
    expect(await refused.attempt("net.fetch", request("https://a.example/"))).toBe("E_NET");
    expect(refused.audit).toEqual([
      "net.fetch | a.example:443 | allowed | started",
      "net.fetch | a.example:443 | allowed | admitted",
      "net.fetch | b.example:443/x | denied | E_NET",
      "net.fetch | a.example:443 | E_NET",
    ]);
    const granted = new World({ grants: ["--allow-net=*.example"], sites });
    expect(await granted.attempt("net.fetch", request("https://a.example/"))).toMatchObject({ status: 200 });
  });

  test("a redirect uses its own grant", async () => {
    const sites = { "a.example": { answer: { status: 302, location: "https://b.example/" } } };
    const world = new World({
      grants: ["--allow-net=a.example,uses=1", "--allow-net=b.example,uses=1"],
      sites,
    });
    expect(await world.attempt("net.fetch", request("https://a.example/"))).toMatchObject({ status: 200 });
    expect(world.policy.rules.map(({ uses }) => uses)).toEqual([1, 1]);
  });

  test("a private address behind a granted name is asked about, once for one request", async () => {
    const world = new World({
      grants: ["--allow-net=in.example"],
      sites: { "in.example": { address: "10.9.8.7" } },
      answers: ["once", "no"],
    });
    expect(await world.attempt("net.fetch", request("http://in.example/"))).toMatchObject({ status: 200 });
    expect(await world.attempt("net.fetch", request("http://in.example/"))).toBe("E_NET_LOCAL");
    expect(world.consent?.questions.map(({ scopes }) => scopes[0]?.grant)).toEqual([
      "net=10.9.8.7:80",
      "net=10.9.8.7:80",
    ]);
  });

  test("a redirect that is asked about while its request is cancelled goes nowhere", async () => {
    let answer = (): void => undefined;
    const waits = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const world = new World({
      grants: ["--allow-net=a.example"],
      sites: { "a.example": { answer: { status: 302, location: "https://b.example/" } } },
      answers: [() => waits.then(() => ({ choice: "run" as const }))],
    });
    const sent = world.attempt("net.fetch", request("https://a.example/"), { id: 7 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(world.consent?.questions).toHaveLength(1);
    world.gate.cancel(7);
    answer();
    expect(await sent).toBe("E_UNAVAILABLE");
    expect(world.trace.filter((line) => line.startsWith("connect"))).toEqual(["connect a.example:443"]);
  });
});
