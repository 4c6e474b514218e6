import { afterAll, describe, expect, test } from "vitest";
import { MAX_HEAD } from "../../../runtime/engine/channel.ts";
import { adoptEngine } from "../../../runtime/engine/hosts/process.ts";
import { buildChild, runGuest, spawnChild } from "../../support/engine.ts";

const bridge = { "module/fs": 'exports.exchange = require("sbx:chunk/boot").exchange;' };
const { script, remove } = buildChild(undefined, bridge);
const fresh = buildChild(undefined, bridge, false);
afterAll(remove);
afterAll(fresh.remove);

const MIB = 1024 * 1024;
const run = (source: string, options?: Parameters<typeof runGuest>[2]) => runGuest(script, source, options);
const starts = [
  { start: "out of an image", script },
  { start: "afresh", script: fresh.script },
];

describe.each(starts)("a program started $start", ({ script }) => {
  const cases = [
    {
      why: "knows its name, and no path",
      source: "console.log(import.meta.url, Object.keys(import.meta).length)",
      out: "sbx:plugin/main.ts 1\n",
    },
    { why: "prints", source: 'console.log("hello")', out: "hello\n" },
    {
      why: "prints what no file can hold",
      source: 'console.log("a\\0b\\0", "\\ud800", "😀")',
      out: "a\0b\0 \ufffd 😀\n",
    },
    { why: "may wait at its top level", source: "console.log(await Promise.resolve(1))", out: "1\n" },
    { why: "may set timers", source: "setTimeout(() => console.log(2), 5); console.log(1)", out: "1\n2\n" },
    {
      why: "sees no channel",
      source: 'console.log(typeof globalThis["sbx:load"], typeof require)',
      out: "undefined undefined\n",
    },
    {
      why: "cannot take the prelude's way",
      source: 'await import("sbx:internal").catch((e) => console.log(e.code))',
      out: "E_IMPORT\n",
    },
    {
      why: "may catch a refused import",
      source: 'await import("node:fs").catch((e) => console.log(e.name, e.code))',
      out: "TypeError E_IMPORT\n",
    },
    {
      why: "has clocks of its own time",
      source: `const near = Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000;
        console.log(near, performance.now() < 60_000, Date.now() > 1.7e12)`,
      out: "true true true\n",
    },
    {
      why: "keeps a rejection that is handled in time",
      source: "const p = Promise.reject(1); await 0; p.catch(() => console.log(1))",
      out: "1\n",
    },
    {
      why: "may catch exhaustion by one large request",
      source: 'try { new ArrayBuffer(2e9) } catch { console.log("caught") }',
      out: "caught\n",
    },
  ];
  test.each(cases)("$why", async ({ source, out }) => {
    const outcome = await runGuest(script, source);
    expect(outcome.error).toBeUndefined();
    expect(outcome.out).toBe(out);
    expect(outcome.exit).toEqual({ kind: "killed" });
  });
});

test.each(starts)("started $start, each run has random numbers of its own", async ({ script }) => {
  const drawn = await Promise.all(
    [1, 2, 3].map(() => runGuest(script, "console.log(Math.random(), Math.random())")),
  );
  expect(new Set(drawn.flatMap(({ out }) => out.trim().split(" "))).size).toBe(6);
});

describe.each(starts)("a run started $start fails with", ({ script }) => {
  const cases = [
    {
      why: "what it threw",
      source: '\nthrow new TypeError("x")',
      error: {
        kind: "uncaught",
        name: "TypeError",
        message: "x",
        stack: expect.stringContaining("main.ts:2"),
      },
    },
    {
      why: "what it threw later",
      source: 'await 0; throw new Error("x")',
      error: { kind: "uncaught", message: "x" },
    },
    {
      why: "what a timer threw",
      source: 'setTimeout(() => { throw new Error("t") }, 1)',
      error: { kind: "uncaught", message: "t" },
    },
    {
      why: "what a microtask threw",
      source: "queueMicrotask(() => { throw 5 })",
      error: { kind: "uncaught" },
    },
    {
      why: "a rejection that nobody handled",
      source: 'Promise.reject(new Error("r")); setTimeout(() => {}, 1e6)',
      error: { kind: "rejection", message: "r" },
    },
    {
      why: "a rejection of an async function",
      source: 'const f = async () => { await 0; throw new Error("r") }; f(); await new Promise(() => {})',
      error: { kind: "rejection", message: "r" },
    },
    { why: "null", source: "throw null", error: { kind: "uncaught" } },
    {
      why: "a thing that cannot be shown",
      source: "throw new Proxy({}, { get() { throw 1 } })",
      error: { kind: "uncaught" },
    },
    { why: "bad syntax", source: "let x = ;", error: { kind: "syntax", name: "SyntaxError" } },
    {
      why: "a refused import",
      source: 'import "node:fs"',
      error: { kind: "import", code: "E_IMPORT", message: expect.stringContaining("node:fs") },
    },
    {
      why: "an unknown part of the library",
      source: 'import "sbx:nothing"',
      error: { kind: "import", message: expect.stringContaining("sbx:nothing") },
    },
    {
      why: "no memory left",
      source: "const a = []; for (;;) a.push(new Array(1000).fill(0))",
      error: { kind: "memory" },
    },
    {
      why: "no memory left for buffers",
      source: "const a = []; for (;;) a.push(new ArrayBuffer(1 << 19))",
      error: { kind: "memory" },
    },
    { why: "no stack left", source: "(function f() { f() })()", error: { kind: "stack" } },
  ];
  test.each(cases)("$why", async ({ source, error }) => {
    expect((await runGuest(script, source)).error).toMatchObject(error);
  });
});

describe("operations", () => {
  const { call } = {
    call: `import { exchange } from "sbx:fs";
      const show = ({ value, bytes }) => console.log(JSON.stringify(value), bytes?.length ?? "none", bytes?.at(-1));`,
  };

  test("carry arguments and bytes both ways, of any size", async () => {
    const source = `${call}
      show(await exchange("a.echo", { x: ["\\u0000", "\\ud800", 1e21, null] }));
      for (const size of [1, 5000, 1048576, 1048577, 5000000, 20000000]) {
        const bytes = new Uint8Array(size);
        bytes[size - 1] = 7;
        show(await exchange("b.echo", {}, bytes));
      }`;
    const { out, calls, error } = await run(source);
    expect(error).toBeUndefined();
    expect(calls[0]).toMatchObject({ op: "a.echo", args: { x: ["\0", "\ud800", 1e21, null] } });
    const sizes = [1, 5000, 1048576, 1048577, 5000000, 20000000];
    expect(out).toBe(`"a.echo" none undefined\n${sizes.map((size) => `"b.echo" ${size} 7\n`).join("")}`);
  });

  test("go out together, and come back in any order", async () => {
    const waiting: number[] = [];
    const { out } = await run(
      `${call} const all = await Promise.all(Array.from({ length: 500 }, (_, i) => exchange("a", { i })));
      console.log(all.every(({ value }, i) => value === i), all.length);`,
      {
        answer: (engine, { id }) => {
          waiting.push(id);
          if (waiting.length < 500) return;
          for (const each of waiting.reverse()) engine.result(each, String(each - (waiting.at(-1) ?? 0)));
        },
      },
    );
    expect(out).toBe("true 500\n");
  });

  test("fail as the broker says", async () => {
    const { out } = await run(
      `${call} await exchange("a", {}).catch((e) => console.log(e.name, e.code, e.message));`,
      {
        answer: (engine, { id }) =>
          engine.fail(id, JSON.stringify({ name: "PermissionDenied", code: "E_READ", message: "no" })),
      },
    );
    expect(out).toBe("PermissionDenied E_READ no\n");
  });

  test("that carry too much fail in the guest, before anything is sent", async () => {
    const { out, calls } = await run(
      `${call} await exchange("a", {}, new Uint8Array(70 * 2 ** 20)).catch((e) => console.log(e.name));
      await exchange("b", { x: "y".repeat(17 * 2 ** 20) }).catch((e) => console.log(e.name));`,
      { memory: 512 * MIB },
    );
    expect(out).toMatch(/^\w*Error\n\w*Error\n$/);
    expect(calls).toEqual([]);
  });

  test("whose answer does not fit into the guest's memory end the run as exhausted, or fail", async () => {
    const { out, error } = await run(`${call} await exchange("a", {}).catch((e) => console.log(e.name));`, {
      memory: 32 * MIB,
      answer: (engine, { id }) => engine.result(id, "null", new Uint8Array(60 * MIB)),
    });
    expect(error?.kind ?? out).toMatch(/memory|Error|LimitExceeded/);
  });
});

describe("a guest that never yields is killed", () => {
  const cases = [
    { why: "in an empty loop", source: "for (;;);" },
    {
      why: "in a search that cannot be interrupted",
      source: "const a = new Array(1e6).fill(1); for (;;) a.indexOf(2)",
    },
    { why: "in a sparse join", source: 'Array(2 ** 32 - 1).join("")' },
    { why: "in one conversion of a large number", source: "for (;;) (1n << 1000000n).toString()" },
    { why: "in a regular expression", source: '/^(a+)+$/.test("a".repeat(60) + "b")' },
    { why: "in jobs", source: "const f = () => Promise.resolve().then(f); f()" },
  ];
  test.each(cases)("$why", async ({ source }) => {
    const engine = adoptEngine(spawnChild(script));
    engine.listen((message) => expect(message.type).not.toBe("fail"));
    engine.configure({ memory: 128 * MIB, stack: MIB, seed: null });
    engine.start({ name: "main.ts", source, data: {} });
    await engine.ready;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(engine.cpuTime()).toBeGreaterThan(0);
    const before = performance.now();
    engine.kill();
    expect(await engine.exited).toEqual({ kind: "killed" });
    expect(performance.now() - before).toBeLessThan(100);
    expect(() => process.kill(engine.pid, 0)).toThrow();
  });
});

describe("the broker's side", () => {
  test("bounds the memory that the program was given", async () => {
    const source =
      "let n = 0; try { for (const a = [];; n++) a.push(new Uint8Array(1 << 20).fill(1)) } catch {} console.log(n)";
    const small = await run(source, { memory: 32 * MIB });
    expect(Number(small.out)).toBeLessThan(32);
    expect(Number((await run(source, { memory: 96 * MIB })).out)).toBeGreaterThan(64);
  });

  test("lowers memory in the configuration, after the start", async () => {
    const engine = adoptEngine(spawnChild(script, 128 * MIB));
    const printed = new Promise<string>((resolve) => {
      engine.listen((message) => message.type === "out" && resolve(Buffer.from(message.bytes).toString()));
    });
    engine.configure({ memory: 32 * MIB, stack: MIB, seed: null });
    const source =
      "try { new ArrayBuffer(48 * 2 ** 20); console.log('got') } catch { console.log('refused') }";
    engine.start({ name: "main.ts", source, data: {} });
    expect(await printed).toBe("refused\n");
    engine.kill();
    await engine.exited;
  });

  test("holds the guest back while paused, and loses nothing", async () => {
    const engine = adoptEngine(spawnChild(script));
    let bytes = 0;
    let isDone: () => void = () => {};
    const done = new Promise<void>((resolve) => {
      isDone = resolve;
    });
    engine.listen((message) => {
      if (message.type === "out") bytes += message.bytes.length;
      if (message.type === "idle") isDone();
    });
    engine.configure({ memory: 128 * MIB, stack: MIB, seed: null });
    engine.start({
      name: "main.ts",
      source: 'for (let i = 0; i < 4000; i++) console.log("x".repeat(999))',
      data: {},
    });
    await engine.ready;
    engine.pause();
    const taken = bytes;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(bytes).toBe(taken);
    expect(taken).toBeLessThan(4_000_000);
    engine.resume();
    await done;
    expect(bytes).toBe(4_000_000);
    engine.kill();
    await engine.exited;
  });

  test("tells its end when killed from outside, and before it was ready", async () => {
    const engine = adoptEngine(spawnChild(script));
    process.kill(engine.pid, "SIGKILL");
    expect(await engine.ready).toBeNull();
    expect(await engine.exited).toMatchObject({ kind: "unexpected", signal: "SIGKILL" });
    engine.kill();
    engine.wake();
  });

  test("ends an engine that never takes its answers", async () => {
    const engine = adoptEngine(spawnChild(script));
    engine.listen(() => {});
    engine.configure({ memory: 128 * MIB, stack: MIB, seed: null });
    engine.start({ name: "main.ts", source: "for (;;);", data: {} });
    await engine.ready;
    const body = new Uint8Array(60 * MIB);
    for (let i = 0; i < 6; i++) engine.result(i, "null", body);
    expect(await engine.exited).toMatchObject({ kind: "fault" });
  });

  test("refuses to send what no frame holds", async () => {
    const engine = adoptEngine(spawnChild(script));
    expect(() => engine.result(1, "x".repeat(MAX_HEAD + 1))).toThrow(RangeError);
    engine.kill();
    await engine.exited;
  });
});
