/** What is under way when its grant ends: streams, bodies, handles, uploads and timers stop, for a grant that expires and for one that is
 *  given back; and who listens is told. On the built file, against real files and a real server. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Folder } from "../support/sbx.ts";

const folder = new Folder();
/** Paths of requests whose connections have ended before their answers had. */
const cutOff: string[] = [];
let server: Server;
let host: string;

beforeAll(async () => {
  folder.put("big.bin", new Uint8Array(40 * 1024 ** 2));
  folder.put("a.txt", "A");
  folder.put("out.txt", "");
  server = createServer((request, response) => {
    response.on("close", () => response.writableEnded || cutOff.push(request.url ?? ""));
    if (request.url === "/never") return;
    if (request.url === "/upload") return void request.resume();
    if (request.url === "/plain") return void response.end("plain");
    const timer = setInterval(() => response.write("x".repeat(1000)), 20);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  folder.remove();
});

/** `work` counts in `done` what it managed before it was stopped. */
const works: readonly {
  what: string;
  grants: (more: string) => string[];
  gives: string;
  work: string;
  shown?: () => void;
}[] = [
  {
    what: "a stream of a file",
    grants: (more) => [`--allow-read=big.bin${more}`],
    gives: '{ name: "read", path: "big.bin" }',
    work: `const handle = await open("big.bin");
for await (const _ of handle.readable) { done++; await pause(100); }`,
  },
  {
    what: "a response's body",
    grants: (more) => [`--allow-net=HOST${more}`],
    gives: '{ name: "net", host: "HOST" }',
    work: `for await (const _ of (await fetch("http://HOST/endless")).body) done++;`,
    shown: () => expect(cutOff).toContain("/endless"),
  },
  {
    what: "an answer that never comes",
    grants: (more) => [`--allow-net=HOST${more}`],
    gives: '{ name: "net", host: "HOST" }',
    work: `done++; await fetch("http://HOST/never");`,
    shown: () => expect(cutOff).toContain("/never"),
  },
  {
    what: "an upload",
    grants: (more) => [`--allow-net=HOST${more}`],
    gives: '{ name: "net", host: "HOST" }',
    work: `const body = new ReadableStream({ async pull(controller) { await pause(20); done++; controller.enqueue(new Uint8Array(1000)); } });
await fetch("http://HOST/upload", { method: "POST", body, duplex: "half" });`,
    shown: () => expect(cutOff).toContain("/upload"),
  },
  {
    what: "a file that is written",
    grants: (more) => [`--allow-write=out.txt${more}`],
    gives: '{ name: "write", path: "out.txt" }',
    work: `const handle = await open("out.txt", { write: true, create: true, truncate: true });
for (;;) { await handle.write(new Uint8Array(10)); done++; await pause(20); }`,
    shown: () => expect(readFileSync(folder.at("out.txt")).length).toBeGreaterThan(0),
  },
  {
    what: "a timer that reads",
    grants: (more) => [`--allow-read=a.txt${more}`],
    gives: '{ name: "read", path: "a.txt" }',
    work: `await new Promise((_, stopped) => {
  const timer = setInterval(() => readTextFile("a.txt").then(() => done++, (error) => { clearInterval(timer); stopped(error); }), 20);
});`,
  },
];

const program = (work: string, before = ""): string => `import { open, readTextFile } from "sbx:fs";
import { permissions } from "sbx:permissions";
const pause = (ms: number) => new Promise((then) => setTimeout(then, ms));
let done = 0;
${before}
try { ${work} } catch (error) { console.log(done > 0, error.name, error.code); }`;

const filled = (text: string): string => text.replaceAll("HOST", host);

describe("when its grant expires, there ends", () => {
  test.each(works)("$what", async ({ grants, work, shown }) => {
    cutOff.length = 0;
    const options = grants(",for=1s").map(filled);
    const { out, err, code } = await folder.run(filled(program(work)), options);
    expect({ out, err, code }).toEqual({ out: "true PermissionDenied E_EXPIRED\n", err: "", code: 0 });
    shown?.();
  });
});

describe("when its grant is given back, there ends", () => {
  test.each(works)("$what", async ({ grants, gives, work, shown }) => {
    cutOff.length = 0;
    const back = `setTimeout(() => permissions.revoke(${gives}), 400);`;
    const { out, err, code } = await folder.run(filled(program(work, back)), grants("").map(filled));
    expect({ out, err, code }).toEqual({ out: "true PermissionDenied E_REVOKED\n", err: "", code: 0 });
    shown?.();
  });
});

/** Prints every change; `happens` makes one. */
const listener = (asked: string, happens: string): string => `import { readTextFile } from "sbx:fs";
import { permissions } from "sbx:permissions";
const pause = (ms: number) => new Promise((then) => setTimeout(then, ms));
const status = await permissions.query(${asked});
console.log(status.state, status.partial);
status.onchange = function (event) { console.log("onchange", event.type, this === status, event.target === status, status.state); };
status.addEventListener("change", () => console.log("listener", status.state), { once: true });
${happens}
console.log("end");`;

describe("who listens is told", () => {
  const rows: readonly { why: string; grants: string[]; asked: string; happens: string; out: string }[] = [
    {
      why: "that a grant expired",
      grants: ["--allow-read=a.txt,for=1s"],
      asked: '{ name: "read", path: "a.txt" }',
      happens: "await pause(1500);",
      out: "granted false\nonchange change true true denied\nlistener denied\nend\n",
    },
    {
      why: "that a grant was used up",
      grants: ["--allow-read=a.txt,uses=1"],
      asked: '{ name: "read", path: new URL("file://" + "FOLDER/a.txt") }',
      happens: 'await readTextFile("a.txt"); await pause(100);',
      out: "granted false\nonchange change true true denied\nlistener denied\nend\n",
    },
    {
      why: "that something was given back",
      grants: ["--allow-read=a.txt"],
      asked: '{ name: "read", path: "a.txt" }',
      happens: 'await permissions.revoke({ name: "read" }); await pause(100);',
      out: "granted false\nonchange change true true denied\nlistener denied\nend\n",
    },
    {
      why: "that a label closed a sink",
      grants: ["--allow-read=a.txt", "--allow-net=HOST", "--label=read=a.txt:personal"],
      asked: '{ name: "net", host: "HOST" }',
      happens: 'await readTextFile("a.txt"); await pause(100);',
      out: "granted false\nonchange change true true denied\nlistener denied\nend\n",
    },
    {
      why: "what happened before it began to listen",
      grants: ["--allow-read=a.txt,uses=1"],
      asked: '{ name: "read", path: "a.txt" }',
      happens: "await pause(100);",
      out: "granted false\nonchange change true true denied\nlistener denied\nend\n",
    },
  ];
  test.each(rows)("$why", async ({ why, grants, asked, happens, out }) => {
    let source = filled(listener(asked, happens)).replaceAll("FOLDER", folder.path);
    if (why.includes("before"))
      source = source.replace(
        "console.log(status.state",
        'await readTextFile("a.txt");\nconsole.log(status.state',
      );
    expect(await folder.run(source, grants.map(filled))).toEqual({ code: 0, out, err: "" });
  });

  test("and is not kept alive by it, be it by onchange or by a listener", async () => {
    const source = `import { permissions } from "sbx:permissions";
const status = await permissions.query({ name: "read", path: "a.txt" });
status.onchange = () => {};
status.addEventListener("change", () => {});
console.log("end");`;
    const ran = await folder.run(source, ["--allow-read=a.txt,for=10m"]);
    expect(ran).toEqual({ code: 0, out: "end\n", err: "" });
  });

  test("and is stopped by the limit of time when it never comes back", async () => {
    const source = listener('{ name: "read", path: "a.txt" }', "await pause(600_000);").replace(
      "status.onchange = function (event) {",
      "status.onchange = function (event) { for (;;);",
    );
    const { code } = await folder.run(source, ["--allow-read=a.txt,for=500ms", "--cpu=500ms"]);
    expect(code).toBe(124);
  });

  test("no more once it took its listeners back", async () => {
    const source = `import { permissions } from "sbx:permissions";
const status = await permissions.query({ name: "env", variable: "A" });
const listener = () => console.log("told");
status.onchange = listener;
status.addEventListener("change", listener);
status.onchange = null;
status.removeEventListener("change", listener);
await permissions.revoke({ name: "env" });
await new Promise((then) => setTimeout(then, 100));
console.log(status.state, status instanceof EventTarget);
try { new (status.constructor)({}, "granted"); } catch (error) { console.log(error.name); }`;
    const ran = await folder.run(source, ["--allow-env=A"]);
    expect(ran).toEqual({ code: 0, out: "granted true\nTypeError\n", err: "" });
  });
});
