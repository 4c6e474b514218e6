/** The web's globals in the built executable: how a run ends when nobody catches an error, runs that are the same each time, and
 *  fetch over a real connection. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sbx-globals-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let programs = 0;

function run(source: string, ...options: string[]): Promise<Ran> {
  const home = join(folder, `run${programs++}`);
  mkdirSync(join(home, "out"), { recursive: true });
  writeFileSync(join(home, "main.ts"), source);
  return new Promise((done) => {
    const child = spawn(sbx, ["run", ...options, "main.ts"], {
      cwd: home,
      env: { SBX_HOME: join(folder, "home"), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (err += text));
    child.on("close", (code) => done({ code, out, err }));
  });
}

/** `at`: the place in the TypeScript source, whose types and enums the engine never sees. */
const uncaught: { why: string; source: string; says: string; at?: string }[] = [
  { why: "null", source: "throw null;", says: "Uncaught: null" },
  { why: "a text", source: "throw 'x';", says: "Uncaught: x" },
  { why: "an object", source: "throw { a: 1 };", says: "Uncaught: { a: 1 }" },
  {
    why: "an object that throws wherever it is touched",
    source:
      "throw { get message() { throw 1 }, get stack() { throw 2 }, get name() { throw 3 }, toString() { throw 4 }, get [Symbol.toStringTag]() { throw 5 }, get constructor() { throw 6 } };",
    says: "Uncaught: ",
  },
  {
    why: "an error",
    source:
      "enum E { A, B }\ninterface Long {\n  a: number;\n}\nfunction fails(e: E): never {\n  throw new RangeError('e' + e);\n}\nfails(E.B);",
    says: "RangeError: e1",
    at: "fails (main.ts:6:",
  },
  {
    why: "an error in a timer",
    source:
      "interface Long {\n  a: 1;\n}\nsetTimeout(function tick() {\n  throw new Error('late');\n}, 1);\nsetTimeout(() => console.log('never'), 500);",
    says: "Error: late",
    at: "tick (main.ts:5:",
  },
  {
    why: "an error in a microtask",
    source: "interface Long {\n  a: 1;\n}\nqueueMicrotask(() => {\n  throw new Error('soon');\n});",
    says: "Error: soon",
    at: "main.ts:5:",
  },
  {
    why: "a rejected promise",
    source:
      "interface Long {\n  a: 1;\n}\nasync function fails(): Promise<void> {\n  throw new TypeError('no');\n}\nfails();\nsetTimeout(() => console.log('never'), 500);",
    says: "TypeError: no",
    at: "fails (main.ts:5:",
  },
  {
    why: "a reported error",
    source: "reportError(new Error('told'));",
    says: "Error: told",
    at: "main.ts:1:",
  },
  {
    why: "an aborted signal",
    source: "AbortSignal.abort().throwIfAborted();",
    says: "AbortError: This operation was aborted",
  },
  {
    why: "a recursion without end",
    source: "type N = number;\nfunction down(n: N): N {\n  return down(n + 1) + 1;\n}\ndown(0);",
    says: "RangeError: Maximum call stack size exceeded",
    at: "down (main.ts:3:",
  },
];

describe("nobody catches", () => {
  test("an error's cause is told, with its own places", async () => {
    const inner = "function inner(): never {\n  throw new RangeError('first');\n}";
    const { code, err } = await run(
      `${inner}\ntry { inner(); } catch (cause) { throw new Error('second', { cause }); }`,
    );
    expect(code).toBe(1);
    expect(err).toMatch(/error: Error: second[\s\S]*caused by RangeError: first\n\s+at inner \(main\.ts:2:/);
  });

  test.each(uncaught)("$why", async ({ source, says, at }) => {
    const { code, out, err } = await run(source);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`error: ${says}`);
    if (at !== undefined) expect(err).toContain(`at ${at}`);
    expect(err).not.toMatch(/sbx:chunk|node:|cli\.js|engine\.js/);
  });

  test("but the plugin's own listeners come first", async () => {
    const { code, out } = await run(
      `addEventListener("unhandledrejection", (event) => { event.preventDefault(); console.log("rejected", event.reason) });
       addEventListener("error", (event) => { event.preventDefault(); console.log("thrown", event.message) });
       Promise.reject(1); setTimeout(() => { throw new Error("b") }, 1);`,
    );
    expect([code, out]).toEqual([0, "rejected 1\nthrown b\n"]);
  });
});

describe("--deterministic", () => {
  const source = `
    import * as fs from "sbx:fs";
    console.log(new Date().toString(), Date.now(), performance.now(), performance.timeOrigin, new Event("x").timeStamp);
    console.log(Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(4)).join());
    const names = ["a", "b", "c", "d", "e", "f"];
    for (const name of names) await fs.writeTextFile("out/" + name, name.repeat(Math.random() * 300_000));
    console.time("all");
    await Promise.all(names.map(async (name) => {
      const { length } = await fs.readTextFile("out/" + name);
      await new Promise((done) => setTimeout(done, Math.random() * 60_000));
      console.log(name, length, performance.now());
    }));
    console.timeEnd("all");`;
  const seeded = (seed: string): Promise<Ran> =>
    run(source, `--deterministic=${seed}`, "--allow-read=out", "--allow-write=out");

  test("the same seed gives the same bytes, another seed others, and nothing waits", async () => {
    const started = performance.now();
    const [one, two, other] = [await seeded("a"), await seeded("a"), await seeded("b")];
    expect(one).toMatchObject({ code: 0, err: "" });
    expect(two).toEqual(one);
    expect(other.code).toBe(0);
    expect(other.out).not.toBe(one.out);
    expect(one.out).toContain("Sat Jan 01 2000 00:00:00 GMT+0000");
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe("fetch", () => {
  let server: Server;
  let site: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === "/hang") return void response.write("first");
      if (request.url === "/drip") {
        let n = 0;
        const drip = setInterval(() => {
          response.write(`${n}`);
          if (++n === 5) {
            clearInterval(drip);
            response.end();
          }
        }, 10);
        return;
      }
      request.pipe(response);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const exchanges: { why: string; source: string; out: string }[] = [
    {
      why: "a body that is written while it is sent, and read while it comes",
      source: `const { readable, writable } = new TransformStream<Uint8Array>(); const writer = writable.getWriter();
        const answer = fetch(site, { method: "POST", body: readable, duplex: "half" });
        for (const part of ["a", "b", "c"]) await writer.write(new TextEncoder().encode(part));
        await writer.close(); console.log(await (await answer).text())`,
      out: "abc\n",
    },
    {
      why: "pieces as they come, as text",
      source: `let text = ""; for await (const piece of (await fetch(site + "/drip")).body!.pipeThrough(new TextDecoderStream())) text += piece; console.log(text)`,
      out: "01234\n",
    },
    {
      why: "an abort while the body comes",
      source: `const controller = new AbortController(); const answer = await fetch(site + "/hang", { signal: controller.signal });
        setTimeout(() => controller.abort(), 20); console.log(await answer.text().catch((error) => error.name))`,
      out: "AbortError\n",
    },
    {
      why: "a time limit",
      source: `console.log(await fetch(site + "/hang", { signal: AbortSignal.timeout(50) }).then((answer) => answer.text()).catch((error) => error.name))`,
      out: "TimeoutError\n",
    },
    {
      why: "a form there and back",
      source: `const form = new FormData(); form.append("f", new File(["data"], "n.txt", { type: "text/plain" }));
        const sent = new Request(site, { method: "POST", body: form }); const type = sent.headers.get("content-type")!;
        const back = await new Response(await (await fetch(sent)).blob(), { headers: { "content-type": type } }).formData();
        const file = back.get("f") as File; console.log(file.name, await file.text())`,
      out: "n.txt data\n",
    },
    {
      why: "a hundred answers of which nobody reads the body, without waiting for their connections",
      source: `const started = Date.now(); for (let i = 0; i < 100; i++) await fetch(site + "/?").then((answer) => answer.status);
        console.log(Date.now() - started < 4000)`,
      out: "true\n",
    },
  ];

  test.each(exchanges)("$why", async ({ source, out }) => {
    const ran = await run(`const site = "${site}";\n${source}`, "--allow-net=127.0.0.1");
    expect(ran).toEqual({ code: 0, out, err: "" });
  });
});
