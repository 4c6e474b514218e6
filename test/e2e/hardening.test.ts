/** Environment variables and signals that steer Node, OpenSSL or proxies do not reach the executable. Each row is also
 *  shown to do what it does to a plain Node, so that a row that tests nothing fails. */
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { authority, certificate, key } from "../support/certificate.ts";

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called once, at the first output. */
  readonly onUp?: (pid: number) => void;
}

const folder = mkdtempSync(join(tmpdir(), "sbx-hardening-"));
const at = (...path: string[]) => join(folder, ...path);
const HELLO = at("hello.ts");
const FETCH = at("fetch.ts");
const SLEEP = at("sleep.ts");

/** Runs with nothing in the environment but what is given. */
function run(command: string, args: readonly string[], { env = {}, input = "", onUp }: RunOptions = {}) {
  return new Promise<Outcome>((done) => {
    const base = { PATH: process.env.PATH ?? "", HOME: folder, SBX_HOME: at("home"), CI: "1" };
    const child = spawn(command, args, { env: { ...base, ...env }, cwd: folder });
    const texts = { out: "", err: "" };
    child.stdout.once("data", () => onUp?.(child.pid ?? 0));
    child.stdout.on("data", (chunk) => (texts.out += chunk));
    child.stderr.on("data", (chunk) => (texts.err += chunk));
    child.on("close", (code, signal) => done({ code, signal, ...texts }));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
  });
}

const files = (name: string) =>
  globSync("**", { cwd: at(name) }).filter((path) => statSync(at(name, path)).isFile());

const secure = createHttpsServer({ key, cert: certificate }, (_, response) => response.end("reached"));
const direct = createHttpServer((_, response) => response.end("direct"));
const proxy = createHttpServer((_, response) => response.end("proxied"));
let ports = { secure: 0, direct: 0, proxy: 0 };

beforeAll(async () => {
  ports = { secure: await listen(secure), direct: await listen(direct), proxy: await listen(proxy) };
  writeFileSync(HELLO, `console.log("hello");\n`);
  writeFileSync(SLEEP, `console.log("up");\nsetTimeout(() => console.log("done"), 700);\n`);
  const source = (url: string) =>
    `try {\n  console.log(await (await fetch("${url}")).text());\n} catch {\n  console.log("refused");\n}\n`;
  writeFileSync(FETCH, source(`https://127.0.0.1:${ports.secure}/`));
  writeFileSync(at("fetch.mjs"), source(`https://127.0.0.1:${ports.secure}/`));
  writeFileSync(at("plain.ts"), source(`http://127.0.0.1:${ports.direct}/`));
  writeFileSync(at("plain.mjs"), source(`http://127.0.0.1:${ports.direct}/`));
  writeFileSync(at("mark.cjs"), `require("node:fs").writeFileSync(${JSON.stringify(at("marker"))}, "");\n`);
  writeFileSync(at("nothing.cjs"), "");
  writeFileSync(at("warns.cjs"), `process.emitWarning("a warning");\n`);
  writeFileSync(at("bad.cnf"), "[[[ =\n");
  writeFileSync(at("ca.pem"), authority);
});

afterAll(() => {
  for (const server of [secure, direct, proxy]) server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a variable that steers Node from its start changes nothing", () => {
  interface Row {
    readonly why: string;
    readonly env: Readonly<Record<string, string>>;
    /** What plain Node is given to show that the variable acts. */
    readonly node: readonly string[];
    readonly acted: (outcome: Outcome) => boolean;
  }
  const marked = () => existsSync(at("marker"));
  const table: readonly Row[] = [
    {
      why: "NODE_OPTIONS requires a file",
      env: { NODE_OPTIONS: `--require ${at("mark.cjs")}` },
      node: ["nothing.cjs"],
      acted: marked,
    },
    {
      why: "NODE_OPTIONS has an option that does not exist",
      env: { NODE_OPTIONS: "--no-such-option" },
      node: ["nothing.cjs"],
      acted: ({ err }) => err.includes("--no-such-option"),
    },
    {
      why: "OPENSSL_CONF names a broken file",
      env: { OPENSSL_CONF: at("bad.cnf") },
      node: ["nothing.cjs"],
      acted: ({ err }) => err.includes("OpenSSL configuration error"),
    },
    {
      why: "NODE_V8_COVERAGE names a folder",
      env: { NODE_V8_COVERAGE: at("coverage") },
      node: ["nothing.cjs"],
      acted: () => files("coverage").length > 0,
    },
    {
      why: "NODE_DEBUG asks for everything",
      env: { NODE_DEBUG: "*" },
      node: ["nothing.cjs"],
      acted: ({ err }) => err.includes("MODULE"),
    },
    {
      why: "NODE_COMPILE_CACHE names a folder",
      env: { NODE_COMPILE_CACHE: at("compiled") },
      node: ["nothing.cjs"],
      acted: () => files("compiled").length > 0,
    },
    {
      why: "NODE_REDIRECT_WARNINGS names a file",
      env: { NODE_REDIRECT_WARNINGS: at("warnings") },
      node: ["warns.cjs"],
      acted: () => existsSync(at("warnings")),
    },
  ];
  const forget = () => {
    for (const name of ["marker", "coverage", "compiled", "warnings"]) {
      rmSync(at(name), { recursive: true, force: true });
    }
    mkdirSync(at("coverage"));
    mkdirSync(at("compiled"));
  };

  for (const { why, env, node, acted } of table) {
    test(why, async () => {
      forget();
      expect(acted(await run(process.execPath, node, { env, input: "1\n" })), "plain Node is steered").toBe(
        true,
      );
      for (const args of [["run", HELLO], ["--version"], []]) {
        forget();
        const untouched = await run(sbx, args);
        const outcome = await run(sbx, args, { env });
        expect(acted(outcome), `sbx ${args[0] ?? ""} is steered`).toBe(false);
        expect(outcome).toEqual(untouched);
      }
    });
  }
  test("NODE_REPL_EXTERNAL_MODULE loads nothing: Node itself refuses to start", async () => {
    forget();
    const env = { NODE_REPL_EXTERNAL_MODULE: at("mark.cjs") };
    await run(process.execPath, ["-i"], { env, input: "1\n" });
    expect(marked(), "plain Node is steered").toBe(true);
    forget();
    const outcome = await run(sbx, ["run", HELLO], { env });
    expect(marked()).toBe(false);
    expect(outcome).toMatchObject({ out: "", code: 9 });
  });
  test("the plugin that these rows run does run", async () => {
    expect(await run(sbx, ["run", HELLO])).toMatchObject({ code: 0, out: "hello\n" });
  });
});

describe("a variable that steers TLS gives no trust", () => {
  const table = [
    { why: "NODE_TLS_REJECT_UNAUTHORIZED turns checks off", env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } },
    { why: "NODE_EXTRA_CA_CERTS names the server's authority", env: { NODE_EXTRA_CA_CERTS: at("ca.pem") } },
    {
      why: "SSL_CERT_FILE names the server's authority and NODE_OPTIONS asks for it",
      env: { SSL_CERT_FILE: at("ca.pem"), NODE_OPTIONS: "--use-openssl-ca" },
    },
    {
      why: "NODE_USE_SYSTEM_CA takes the system's authorities, here the server's",
      env: { NODE_USE_SYSTEM_CA: "1", SSL_CERT_FILE: at("ca.pem") },
    },
  ];
  for (const { why, env } of table) {
    test(why, async () => {
      expect(await run(process.execPath, ["fetch.mjs"], { env })).toMatchObject({ out: "reached\n" });
      const outcome = await run(sbx, ["run", FETCH, `--allow-net=127.0.0.1:${ports.secure}`], { env });
      expect(outcome).toMatchObject({ code: 0, out: "refused\n" });
    });
  }
  test("--ca-file gives it, so that it was trust that failed", async () => {
    const args = ["run", FETCH, `--allow-net=127.0.0.1:${ports.secure}`, `--ca-file=${at("ca.pem")}`];
    expect(await run(sbx, args)).toMatchObject({ code: 0, out: "reached\n" });
  });
});

describe("a variable that names a proxy is not followed", () => {
  for (const name of ["HTTP_PROXY", "http_proxy"]) {
    test(name, async () => {
      const env = { NODE_USE_ENV_PROXY: "1", [name]: `http://127.0.0.1:${ports.proxy}` };
      expect(await run(process.execPath, ["plain.mjs"], { env })).toMatchObject({ out: "proxied\n" });
      const outcome = await run(sbx, ["run", at("plain.ts"), `--allow-net=127.0.0.1:${ports.direct}`], {
        env,
      });
      expect(outcome).toMatchObject({ code: 0, out: "direct\n" });
    });
  }
});

test.skipIf(process.platform === "win32")("SIGUSR1 opens no debugger and ends nothing", async () => {
  const onUp = (pid: number) => process.kill(pid, "SIGUSR1");
  const node = await run(process.execPath, [SLEEP], { onUp });
  expect(node.err, "plain Node opens one").toContain("Debugger listening");
  const outcome = await run(sbx, ["run", SLEEP], { onUp });
  expect(outcome).toMatchObject({ code: 0, out: "up\ndone\n", err: "" });
});
