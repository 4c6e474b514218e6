/** Wherever an error is shown, it names the lines of the TypeScript that the plugin was written in; on the built file, through the bundler. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";

const folder = mkdtempSync(join(tmpdir(), "sbx-stacks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Types and an enum before the code, so that no line of the bundle is the source's own. */
const head = `import { fail } from "./lib/fail.ts";
interface Entry {
  readonly name: string;
}
enum Level { Low, High }
const entry: Entry = { name: String(Level.High) };
`;

beforeAll(() => {
  mkdirSync(join(folder, "lib"));
  writeFileSync(
    join(folder, "lib/fail.ts"),
    "type Text = string;\n\nexport function fail(text: Text): never {\n  throw new TypeError(text);\n}\n",
  );
});

function run(body: string): { code: number | null; out: string; err: string } {
  writeFileSync(join(folder, "main.ts"), head + body);
  const { status, stdout, stderr } = spawnSync(sbx, ["run", "main.ts", "--no-prompt"], {
    cwd: folder,
    encoding: "utf8",
    env: { SBX_HOME: join(folder, "home") },
  });
  return { code: status, out: stdout, err: stderr };
}

const frames = "    at fail (lib/fail.ts:4:9)\n    at main.ts:7:7";

const rows: readonly { why: string; body: string; out: RegExp | string }[] = [
  {
    why: "error.stack begins with name and message",
    body: "try { fail(entry.name); } catch (e) { console.log((e as Error).stack); }",
    out: `TypeError: 1\n${frames}\n`,
  },
  {
    why: "a logged error",
    body: "try { fail(entry.name); } catch (e) { console.log(e); }",
    out: `TypeError: 1\n${frames}\n`,
  },
  {
    why: "a cause",
    body: 'try { fail("inner"); } catch (cause) { console.log(new Error("outer", { cause })); }',
    out: /Error: outer\n {4}at main\.ts:7:\d+ \{\n {2}\[cause\]: TypeError: inner\n {6}at fail \(lib\/fail\.ts:4:9\)/,
  },
  {
    why: "the errors inside of an AggregateError",
    body: 'try { fail("one"); } catch (e) { console.log(new AggregateError([e], "all")); }',
    out: /AggregateError: all\n[\s\S]*TypeError: one\n\s+at fail \(lib\/fail\.ts:4:9\)/,
  },
  {
    why: "Error.captureStackTrace leaves out what it is told to",
    body: "const o: { stack?: string } = {};\nfunction hidden() { Error.captureStackTrace(o, hidden); }\nhidden(); console.log(o.stack);",
    out: /\n {4}at main\.ts:9:1\n$/,
  },
  {
    why: "the plugin's own Error.prepareStackTrace",
    body: "Error.prepareStackTrace = (_, sites) => sites.map((s) => s.getFileName() + ':' + s.getLineNumber()).join();\nconsole.log(new Error().stack);",
    out: "main.ts:8\n",
  },
  {
    why: "a call with calls among its arguments names the call",
    body: "const id = (x: string) => x;\ntry {\n  fail(\n    id(entry.name),\n  );\n} catch (e) { console.log((e as Error).stack); }",
    out: /at main\.ts:9:3\n$/,
  },
];

describe("the plugin's own lines are in", () => {
  test.each(rows)("$why", ({ body, out }) => {
    const ran = run(body);
    expect(ran.code, ran.err).toBe(0);
    if (typeof out === "string") expect(ran.out).toBe(out);
    else expect(ran.out).toMatch(out);
  });

  test("an uncaught error with a cause", () => {
    const { code, err } = run(
      'try { fail("inner"); } catch (cause) { throw new Error("outer", { cause }); }',
    );
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: Error: outer\n {2}7 │ [\s\S]*caused by TypeError: inner\n[\s\S]*lib\/fail\.ts:4:9/,
    );
  });
});

test("a stack that the plugin wrote itself names no file that is not its own", () => {
  const { code, err } = run(
    'const e = new Error("x"); e.stack = "Error: x\\n    at f (/etc/passwd:1:1)\\n    at g (main.ts:6:7)"; throw e;',
  );
  expect(code).toBe(1);
  expect(err).not.toContain("/etc/passwd");
  expect(err).toContain("main.ts:6:7");
});

test("what nests too deep for JSON.stringify is an error that can be caught", () => {
  const { code, out } = run(
    "let deep: unknown = 0;\nfor (let i = 0; i < 300_000; i += 1) deep = [deep];\ntry { JSON.stringify(deep); } catch (e) { console.log((e as Error).name); }",
  );
  expect({ code, out }).toEqual({ code: 0, out: "RangeError\n" });
});

test("a refused upload of a stream names the line that began it", () => {
  const { code, err } = run(`await fetch("http://a.example/", {
  method: "POST",
  duplex: "half",
  body: new ReadableStream({ start: (to) => { to.enqueue(new Uint8Array([1])); to.close(); } }),
} as RequestInit);`);
  expect([code, err]).toEqual([
    77,
    expect.stringContaining('at main.ts:7:7  await fetch("http://a.example/", {'),
  ]);
});
