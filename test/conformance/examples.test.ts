/** Every example in an operation's declaration runs on the built executable and prints what it promises. The folder holds notes.md
 *  ("hello\n"), data.csv and sub/a.txt. One host stands for all of the network: `https://api.example.com`, wherever an example or its grants
 *  name it, is a server on this machine's loopback address. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { sbx, setup } from "../support/build.ts";
import { everyOperation, findOperation } from "../support/world.ts";

interface Case {
  readonly why: string;
  readonly call: string;
  readonly grants: readonly string[];
  readonly gives: string;
}

const cases: Case[] = (
  await Promise.all(
    [...everyOperation]
      .sort()
      .map(async (name) =>
        (await findOperation(name)).examples.map((example, at) => ({ ...example, why: `${name} ${at + 1}` })),
      ),
  )
).flat();

/** Examples that only read can share a process; whatever changes something has its own, in its own folder. */
const changes = ({ why, grants }: Case): boolean =>
  !/^(fs|env)\./.test(why) || grants.some((grant) => !/^(read|env)\b/.test(grant));

const groups = new Map<string, Case[]>();
for (const example of cases) {
  const key = changes(example) ? example.why : example.grants.join(" ");
  groups.set(key, [...(groups.get(key) ?? []), example]);
}

const root = realpathSync(mkdtempSync(join(tmpdir(), "sbx-examples-")));
let server: Server;
let authority = "";

beforeAll(async () => {
  setup();
  server = createServer((_, answer) => answer.end("{}"));
  new WebSocketServer({ server }).on("connection", (socket) => socket.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 120_000);

afterAll(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

const local = (text: string): string =>
  text
    .replaceAll("https://api.example.com", `http://${authority}`)
    .replaceAll("wss://api.example.com", `ws://${authority}`)
    .replaceAll("api.example.com", authority);

const MARK = "=== next example ===";

/** A plugin with a line of marks between what its examples print. */
const pluginOf = (examples: readonly Case[]): string =>
  [
    'import * as fs from "sbx:fs";',
    'import * as data from "sbx:data";',
    'import * as env from "sbx:env";',
    'import * as net from "sbx:net";',
    'import * as plugin from "sbx:plugin";',
    'import { permissions } from "sbx:permissions";',
    "void [fs, data, env, net, plugin, permissions];",
    ...examples.map(
      ({ call }) => `console.log(await (${local(call)}));\nconsole.log(${JSON.stringify(MARK)});`,
    ),
  ].join("\n");

let made = 0;
async function outputs(examples: readonly Case[]): Promise<{ printed: string[]; err: string }> {
  made += 1;
  const home = join(root, String(made));
  const folder = join(home, "folder");
  mkdirSync(join(folder, "sub"), { recursive: true });
  mkdirSync(join(home, "plugin"));
  writeFileSync(join(folder, "notes.md"), "hello\n");
  writeFileSync(join(folder, "data.csv"), "name,city\nAda,London\n");
  writeFileSync(join(folder, "sub/a.txt"), "a");
  const script = join(home, "plugin/main.ts");
  writeFileSync(script, pluginOf(examples));
  const flags = (examples[0]?.grants ?? []).map((grant) => `--allow-${local(grant)}`);
  const environment = { PATH: process.env.PATH, HOME: home, SBX_HOME: join(home, "sbx"), LANG: "C.UTF-8" };
  return new Promise((resolve) => {
    const child = execFile(
      sbx,
      ["run", script, "--no-prompt", "--quiet", ...flags],
      { cwd: folder, env: environment },
      (_, out, err) => {
        resolve({
          printed: out
            .split(`${MARK}\n`)
            .slice(0, -1)
            .map((text) => text.replace(/\n$/, "")),
          err,
        });
      },
    );
    child.stdin?.end();
  });
}

describe("the examples of", () => {
  test.each([...groups].map(([key, examples]) => ({ key, examples })))("$key", async ({ examples }) => {
    const { printed, err } = await outputs(examples);
    const promised = examples.map(({ why, call, gives }) => ({ why, call, prints: gives }));
    expect(
      examples.map(({ why, call }, at) => ({ why, call, prints: printed[at] })),
      err,
    ).toEqual(promised);
  });
});

test("there are examples of every area", () => {
  const areas = new Set([...everyOperation].map((name) => name.split(".")[0]));
  expect(new Set(cases.map(({ why }) => why.split(".")[0]))).toEqual(areas);
});
