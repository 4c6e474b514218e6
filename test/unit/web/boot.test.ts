/** The ground of a run: bridge, errors, timers, lazy globals, and their survival among hostile plugins. */
import { describe, expect, test } from "vitest";
import { type Broker, runGuest, TestGuest } from "./guest.ts";

/** `sbx:*` modules are the engine's business: here plugins call operations through this global. */
const WITH_CALL = `const { call, callBytes, exchange } = globalThis.boot;`;

async function runWithBridge(source: string, broker?: Broker) {
  const guest = await TestGuest.create(broker);
  guest.context.setProp(guest.context.global, "boot", guest.chunk("boot"));
  return guest.run(`${WITH_CALL}\n${source}`);
}

const echo: Broker = (_op, args) => ({ value: args });
const denied: Broker = () => ({
  error: {
    name: "PermissionDenied",
    code: "E_READ",
    message: "no",
    kind: "read",
    resource: "x.md",
    remedy: "--allow-read=x.md",
  },
});

describe("bridge", () => {
  test("a call carries its operation and arguments, and gives the answer's value", async () => {
    const { out, calls } = await runWithBridge(
      `console.log(await call("fs.stat", { path: "a\\u0000é\\ud800" }))`,
      echo,
    );
    expect(out).toBe("{ path: 'a\\x00é\\ud800' }\n");
    expect(calls).toMatchObject([{ op: "fs.stat", args: { path: "a\0é\ud800" }, body: undefined }]);
  });

  test("a call says where in the plugin it was made", async () => {
    const { calls } = await runWithBridge(`function mine() { return call("x", {}) }\nawait mine()`, echo);
    const own = calls[0]?.at?.split("\n").filter((line) => !line.includes("sbx:chunk/"));
    expect(own?.join("\n")).toMatch(/^ {4}at mine \(main\.ts:2:\d+\)\n {4}at <anonymous> \(main\.ts:3:\d+\)/);
  });

  test("concurrent answers reach their own calls", async () => {
    const { out } = await runWithBridge(
      `console.log((await Promise.all([3, 1, 2].map((n) => call("x", { n })))).map((a) => a.n).join())`,
      async (_op, args) => {
        await new Promise((done) => setTimeout(done, (args as { n: number }).n * 5));
        return { value: args };
      },
    );
    expect(out).toBe("3,1,2\n");
  });

  const bodies: { why: string; body: string; bytes: number[] | "TypeError" }[] = [
    { why: "a whole array", body: "new Uint8Array([1,2])", bytes: [1, 2] },
    { why: "a view in the middle", body: "new Uint8Array([1,2,3,4]).subarray(1,3)", bytes: [2, 3] },
    { why: "a DataView", body: "new DataView(new Uint8Array([1,2,3]).buffer, 1)", bytes: [2, 3] },
    { why: "wide elements", body: "new Uint16Array([1,256])", bytes: [1, 0, 0, 1] },
    { why: "a buffer", body: "new Uint8Array([7]).buffer", bytes: [7] },
    {
      why: "a resizable buffer",
      body: "(() => { const b = new ArrayBuffer(2, { maxByteLength: 9 }); new Uint8Array(b).set([5,6]); return b })()",
      bytes: [5, 6],
    },
    {
      why: "a shared buffer",
      body: "(() => { const b = new SharedArrayBuffer(2); new Uint8Array(b).set([5,6]); return b })()",
      bytes: [5, 6],
    },
    { why: "no bytes", body: "new Uint8Array(0)", bytes: [] },
    {
      why: "a lying length is not believed",
      body: "(() => { const a = new Uint8Array([1,2]); Object.defineProperty(a, 'byteLength', { value: 9 }); Object.defineProperty(a, 'length', { value: 9 }); return a })()",
      bytes: [1, 2],
    },
    {
      why: "an object that looks like an array",
      body: "({ buffer: new ArrayBuffer(3), byteOffset: 0, byteLength: 3 })",
      bytes: "TypeError",
    },
    { why: "an impostor by prototype", body: "Object.create(Uint8Array.prototype)", bytes: "TypeError" },
    { why: "a proxy", body: "new Proxy(new Uint8Array(3), {})", bytes: "TypeError" },
    {
      why: "a detached buffer",
      body: "(() => { const b = new ArrayBuffer(3); b.transfer(); return b })()",
      bytes: "TypeError",
    },
    {
      why: "a view of a detached buffer",
      body: "(() => { const a = new Uint8Array(3); a.buffer.transfer(); return a })()",
      bytes: "TypeError",
    },
    { why: "a text", body: "'abc'", bytes: "TypeError" },
  ];
  test.each(bodies)("bytes out of $why", async ({ body, bytes }) => {
    const { out, calls } = await runWithBridge(
      `try { await call("x", {}, ${body}); console.log("sent") } catch (e) { console.log(e.name) }`,
      echo,
    );
    expect([out, calls.map((made) => [...(made.body ?? [])])]).toEqual(
      bytes === "TypeError" ? ["TypeError\n", []] : ["sent\n", [bytes]],
    );
  });

  test("bytes come back", async () => {
    const { out } = await runWithBridge(
      `console.log(await callBytes("x", {}), (await exchange("x", {})).value)`,
      () => ({
        value: { done: true },
        bytes: new Uint8Array([1, 2]),
      }),
    );
    expect(out).toBe("Uint8Array(2) [ 1, 2 ] { done: true }\n");
  });

  test("no bytes are an empty array, not undefined", async () => {
    expect((await runWithBridge(`console.log(await callBytes("x", {}))`, echo)).out).toBe(
      "Uint8Array(0) []\n",
    );
  });

  test("arguments that are no JSON data reject", async () => {
    const { out, calls } = await runWithBridge(
      `const a = {}; a.a = a; for (const x of [a, { n: 1n }]) await call("x", x).catch((e) => console.log(e.name))`,
      echo,
    );
    expect([out, calls.length]).toEqual(["TypeError\nTypeError\n", 0]);
  });
});

describe("errors of the broker", () => {
  test("a refusal has its code, kind, resource and remedy", async () => {
    const { out } = await runWithBridge(
      `try { await call("x", {}) } catch (e) { console.log(e instanceof Error, e.name, e.message, e.code, e.kind, e.resource, e.remedy) }`,
      denied,
    );
    expect(out).toBe("true PermissionDenied no E_READ read x.md --allow-read=x.md\n");
  });

  test("its stack is the place of the call", async () => {
    const { out } = await runWithBridge(
      `async function reader() { return await call("x", {}) }\ntry { await reader() } catch (e) { console.log(e.stack) }`,
      denied,
    );
    expect(out).toMatch(/^PermissionDenied: no\n {4}at reader \(main\.ts:2:/);
  });

  test("uncaught, it is described with all that the person needs", async () => {
    const { failed } = await runWithBridge(`await call("x", {})`, denied);
    expect(failed).toMatchObject({
      name: "PermissionDenied",
      message: "no",
      code: "E_READ",
      resource: "x.md",
      remedy: "--allow-read=x.md",
      call: 1,
      stack: expect.stringContaining("main.ts:2:"),
    });
  });

  const classes: { name: string; of: string }[] = [
    { name: "LimitExceeded", of: "RangeError" },
    { name: "InvalidArgument", of: "TypeError" },
    { name: "NotFound", of: "Error" },
    { name: "TypeError", of: "TypeError" },
    { name: "AbortError", of: "DOMException" },
    { name: "SomethingNew", of: "Error" },
    { name: "__proto__", of: "Error" },
    { name: "constructor", of: "Error" },
  ];
  test.each(classes)("$name is a kind of $of", async ({ name, of }) => {
    const { out } = await runWithBridge(
      `await call("x", {}).catch((e) => console.log(e.name, e instanceof ${of}))`,
      () => ({ error: { name, message: "m" } }),
    );
    expect(out).toBe(`${name} true\n`);
  });
});

const timers: { why: string; source: string; out: string; err?: string }[] = [
  {
    why: "order follows delay, then arrival",
    source:
      "setTimeout(console.log, 20, 'c'); setTimeout(console.log, 1, 'a'); setTimeout(console.log, 1, 'b')",
    out: "a\nb\nc\n",
  },
  {
    why: "jobs run between timers",
    source:
      "setTimeout(() => { console.log(1); Promise.resolve().then(() => console.log(2)) }, 0); setTimeout(() => console.log(3), 0)",
    out: "1\n2\n3\n",
  },
  {
    why: "an interval repeats until cleared",
    source:
      "let n = 0; const id = setInterval(() => { console.log(++n); if (n === 3) clearInterval(id) }, 1)",
    out: "1\n2\n3\n",
  },
  { why: "a cleared timer does not run", source: "clearTimeout(setTimeout(console.log, 0, 'x'))", out: "" },
  {
    why: "a timer may clear the next one",
    source: "let b; setTimeout(() => clearTimeout(b), 0); b = setTimeout(console.log, 0, 'x')",
    out: "",
  },
  {
    why: "a timer set by a timer waits for the next round",
    source:
      "setTimeout(() => { console.log(1); setTimeout(() => console.log(3), 0) }, 0); setTimeout(() => console.log(2), 0)",
    out: "1\n2\n3\n",
  },
  {
    why: "text is never evaluated",
    source: "try { setTimeout('console.log(1)', 0) } catch (e) { console.log(e.name) }",
    out: "TypeError\n",
  },
  {
    why: "odd delays are soon",
    source:
      "for (const d of [NaN, -1, 2 ** 31, Infinity, '5', {}, null, undefined]) setTimeout(() => {}, d); setTimeout(console.log, 10, 'done')",
    out: "done\n",
  },
  {
    why: "a delay whose conversion throws, throws",
    source:
      "try { setTimeout(() => {}, { valueOf() { throw new RangeError('x') } }) } catch (e) { console.log(e.name) }",
    out: "RangeError\n",
  },
  {
    why: "clearing nonsense is harmless",
    source:
      "for (const id of [0, -1, 99, NaN, {}, '1', null, undefined, Symbol()]) clearTimeout(id); console.log('ok')",
    out: "ok\n",
  },
  {
    why: "a flood ends in LimitExceeded",
    source:
      "let n = 0; const ids = []; try { for (;; n++) ids.push(setTimeout(() => {}, 1e6)) } catch (e) { console.log(n, e.name, e instanceof RangeError, e.code) } for (const id of ids) clearTimeout(id)",
    out: "100000 LimitExceeded true E_LIMIT_HANDLES\n",
  },
  {
    why: "setting and clearing for long does not grow",
    source: "for (let i = 0; i < 50000; i++) clearTimeout(setTimeout(() => {}, 1e6)); console.log('ok')",
    out: "ok\n",
  },
];

describe("timers", () => {
  test.each(timers)("$why", async ({ source, out }) => {
    expect(await runGuest(source)).toMatchObject({ out, failed: undefined });
  });

  test("an exception in a timer is the run's failure", async () => {
    const { failed } = await runGuest("setTimeout(() => { throw new TypeError('late') }, 0)");
    expect(failed).toMatchObject({ name: "TypeError", message: "late" });
  });

  test("wait about as long as they were told", async () => {
    const { out } = await runGuest(
      "const t = performance.now(); setTimeout(() => { const d = performance.now() - t; console.log(d >= 29 && d < 300) }, 30)",
    );
    expect(out).toBe("true\n");
  });
});

test("the symbols of disposal are there for plugins' own classes", async () => {
  const { out } = await runGuest(
    `const once = { [Symbol.dispose]() {}, [Symbol.asyncDispose]() {} }; console.log(once); console.log(Object.getOwnPropertyDescriptor(Symbol, "dispose").writable)`,
  );
  expect(out).toBe(
    "{\n  Symbol(Symbol.dispose): [Function: [Symbol.dispose]],\n  Symbol(Symbol.asyncDispose): [Function: [Symbol.asyncDispose]]\n}\nfalse\n",
  );
});

describe("lazy globals", () => {
  test("become plain data properties, not enumerable", async () => {
    const { out } = await runGuest(
      "URL; console.log(Object.getOwnPropertyDescriptor(globalThis, 'URL').value === URL, Object.keys(globalThis).includes('URL'))",
    );
    expect(out).toBe("true false\n");
  });

  test("can be replaced before they are touched", async () => {
    expect((await runGuest("globalThis.fetch = 5; console.log(fetch, typeof Headers)")).out).toBe(
      "5 function\n",
    );
  });

  test("every name that is promised is there", async () => {
    const { out } = await runGuest(`
      const names = ["AbortController","AbortSignal","Blob","ByteLengthQueuingStrategy","CountQueuingStrategy","Crypto","CustomEvent","DOMException","ErrorEvent","Event","EventTarget","File","FormData","Headers","PromiseRejectionEvent","ReadableStream","Request","Response","TextDecoder","TextDecoderStream","TextEncoder","TextEncoderStream","TransformStream","URL","URLSearchParams","WritableStream","atob","btoa","clearInterval","clearTimeout","console","crypto","fetch","navigator","performance","queueMicrotask","reportError","self","setInterval","setTimeout","structuredClone"];
      console.log(names.filter((name) => globalThis[name] === undefined).join())`);
    expect(out).toBe("\n");
  });
});

const described: { why: string; source: string; failed: object }[] = [
  {
    why: "an error by name and message",
    source: "throw new RangeError('x')",
    failed: { name: "RangeError", message: "x", stack: expect.stringContaining("main.ts:1") },
  },
  { why: "a text", source: "throw 'plain'", failed: { name: "Uncaught", message: "plain" } },
  { why: "null", source: "throw null", failed: { name: "Uncaught", message: "null" } },
  { why: "an object", source: "throw { a: 1 }", failed: { name: "Uncaught", message: "{ a: 1 }" } },
  {
    why: "a proxy that throws at every trap",
    source: "throw new Proxy({}, { get() { throw 1 }, has() { throw 1 }, getPrototypeOf() { throw 1 } })",
    failed: { name: "Uncaught" },
  },
  {
    why: "an error whose message is a getter that throws",
    source: "throw Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })",
    failed: { name: "Error", message: "" },
  },
  {
    why: "a cause",
    source: "throw new Error('x', { cause: 'why' })",
    failed: { message: "x", cause: "why" },
  },
  { why: "a symbol", source: "throw Symbol('s')", failed: { message: "Symbol(s)" } },
  {
    why: "a reported error",
    source: "reportError(new TypeError('told'))",
    failed: { name: "TypeError", message: "told" },
  },
];

describe("uncaught", () => {
  test.each(described)("$why", async ({ source, failed }) => {
    expect((await runGuest(source)).failed).toMatchObject(failed);
  });
});

describe("hostile plugins", () => {
  test("replaced built-ins do not break console, timers, calls or globals first touched later", async () => {
    const { out, failed, calls } = await runWithBridge(
      `for (const [owner, names] of [
         [Array.prototype, ["push", "join", "map", "slice", "indexOf", "includes", "shift", "pop", "splice", "sort", "forEach"]],
         [String.prototype, ["slice", "split", "indexOf", "includes", "startsWith", "endsWith", "trim", "charCodeAt", "toLowerCase", "replace"]],
         [Map.prototype, ["get", "set", "has", "delete"]], [Set.prototype, ["has", "add"]], [WeakMap.prototype, ["get", "set", "has"]],
         [RegExp.prototype, ["exec", "test"]], [JSON, ["stringify", "parse"]],
         [Object, ["keys", "assign", "getPrototypeOf"]], [Reflect, ["apply", "ownKeys", "construct"]],
         [Function.prototype, ["call", "apply", "bind"]], [Uint8Array.prototype.__proto__, ["set", "slice", "subarray"]],
       ]) for (const name of names) owner[name] = () => { throw new Error("replaced " + name) };
       globalThis.Map = globalThis.Promise = globalThis.Uint8Array = undefined;
       console.log("text", 1, { a: [1, { b: 2 }] });
       console.log((await call("x", { path: "p" }, new ArrayBuffer(2))).path);
       const u = new URL("https://a.test/?q=1"); u.searchParams.append("r", "2"); console.log(u.href);
       console.log(new TextDecoder().decode(new TextEncoder().encode("\u00e9")), btoa("abc"));
       console.log(crypto.randomUUID().length, structuredClone({ a: 1 }));
       setTimeout(() => console.log("timer"), 1);`,
      echo,
    );
    expect(failed).toBeUndefined();
    expect(out).toBe(
      "text 1 { a: [ 1, { b: 2 } ] }\np\nhttps://a.test/?q=1&r=2\né YWJj\n36 { a: 1 }\ntimer\n",
    );
    expect(calls.length).toBe(1);
  });

  test("a polluted Object.prototype reaches no answer and no argument", async () => {
    const { out, calls } = await runWithBridge(
      `Object.prototype.then = (done) => done("stolen"); Object.prototype.at = "x"; Object.prototype.toJSON = undefined;
       const answer = await exchange("x", { path: "p" }); console.log(answer.value?.path)`,
      echo,
    );
    expect(out).toBe("p\n");
    expect(calls[0]?.args).toEqual({ path: "p" });
  });

  test("an exhausted stack in a call is an error of the plugin's, and later calls work", async () => {
    const { out } = await runWithBridge(
      `let ok = 0, failed = 0; const all = [];
       const dive = (n) => { try { all.push(call("x", { n }).then(() => ok++, () => failed++)) } catch { failed++ } if (n < 5000 && all.length < 400) dive(n + 1) };
       try { dive(0) } catch { failed++ }
       await Promise.all(all); console.log(ok > 0, (await call("x", { last: true })).last)`,
      echo,
    );
    expect(out).toBe("true true\n");
  });
});

describe("deterministic runs", () => {
  const program = `
    console.log(Date.now(), new Date().toISOString(), typeof Date(), performance.now());
    console.log(Math.random(), Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(4)).join());
    console.time("t"); setTimeout(() => { console.timeEnd("t"); console.log(new Event("e").timeStamp, new File([], "f").lastModified) }, 7);
    setTimeout(() => console.log("late", performance.now()), 60_000);
    setTimeout(() => console.log("soon", Date.now() - 946684800000), 5);
    class Mine extends Date {} ; console.log(new Mine(5).getTime(), new Date(2020, 1) instanceof Date, new Date(0).constructor === Date);`;
  const seeded = (seed: string) => runGuest(program, undefined, { seed });

  test("same seed, same run, and no waiting", async () => {
    const started = performance.now();
    const [one, two] = [await seeded("a"), await seeded("a")];
    expect(one).toEqual(two);
    expect(one.failed).toBeUndefined();
    expect(one.out).toContain("soon 5\nt: 7ms\n7 946684800007\nlate 60000\n");
    expect(one.out).toContain("946684800000 2000-01-01T00:00:00.000Z string 0\n");
    expect(one.out).toContain("5 true true\n");
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test("another seed, other randomness", async () => {
    expect((await seeded("a")).out).not.toBe((await seeded("b")).out);
  });

  test("answers come before timers", async () => {
    const { out } = await (async () => {
      const guest = await TestGuest.create(async () => {
        await new Promise((done) => setTimeout(done, 30));
        return { value: "answer" };
      });
      guest.context.setProp(guest.context.global, "boot", guest.chunk("boot"));
      return guest.run(`boot.call("x", {}).then(console.log); setTimeout(() => console.log("timer"), 1)`, {
        seed: "s",
      });
    })();
    expect(out).toBe("answer\ntimer\n");
  });
});
