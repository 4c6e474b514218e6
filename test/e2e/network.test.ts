/** --proxy and --ca-file on the built file: what a person names is used, and what cannot be used ends before the run. */
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { authority, certificate, key } from "../support/certificate.ts";
import { type ProxySite, proxySite } from "../support/proxy.ts";

const folder = mkdtempSync(join(tmpdir(), "sbx-network-"));
const place = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};
const server = createServer({ key, cert: certificate }, (_, response) => response.end("reached"));
let port = 0;
let proxy: ProxySite;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  proxy = await proxySite();
  place("ca.pem", authority);
  place("key.pem", key);
  place("text.pem", "no certificate");
  place("get.ts", 'import { args } from "sbx:plugin"; console.log(await (await fetch(args[0]!)).text());');
});
afterAll(() => {
  proxy.close();
  server.close();
});

function run(options: readonly string[], env: Record<string, string> = {}) {
  const url = `https://127.0.0.1:${port}/`;
  const argv = ["run", "get.ts", `--allow-net=127.0.0.1:${port}`, ...options, "--", url];
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = spawn(sbx, argv, { cwd: folder, env: { SBX_HOME: join(folder, "home"), ...env } });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

describe("--ca-file", () => {
  test("adds authorities", async () => {
    expect(await run(["--ca-file=ca.pem"])).toMatchObject({ code: 0, out: "reached\n" });
  });

  test("is the only way to add one: the environment is not asked", async () => {
    const env = { NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"), SSL_CERT_FILE: join(folder, "ca.pem") };
    const { code, out, err } = await run([], env);
    expect({ code, out }, err).toEqual({ code: 1, out: "" });
    expect(err).toContain("could not make a secure connection");
  });

  test.each([
    { why: "a missing file", file: "none.pem", says: /--ca-file=none\.pem cannot be read \(ENOENT\)/ },
    { why: "a file without a certificate", file: "text.pem", says: /holds no certificate in PEM/ },
    { why: "a private key", file: "key.pem", says: /something other than certificates/ },
  ])("$why is refused before the run", async ({ file, says }) => {
    const { code, out, err } = await run([`--ca-file=${file}`]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(says);
  });
});

describe("--proxy", () => {
  test("takes every connection, to the address that was judged", async () => {
    const before = proxy.asked.length;
    const ran = await run(["--ca-file=ca.pem", `--proxy=${proxy.url.replace("://", "://ada:secret@")}`]);
    expect(ran, ran.err).toMatchObject({ code: 0, out: "reached\n" });
    expect(proxy.asked.slice(before)).toEqual([
      { place: `127.0.0.1:${port}`, credentials: "Basic YWRhOnNlY3JldA==" },
    ]);
  });

  test("is not taken from the environment", async () => {
    const before = proxy.asked.length;
    const env = { HTTPS_PROXY: proxy.url, https_proxy: proxy.url, ALL_PROXY: proxy.url };
    expect(await run(["--ca-file=ca.pem"], env)).toMatchObject({ code: 0, out: "reached\n" });
    expect(proxy.asked).toHaveLength(before);
  });

  test("opens nothing that is not granted", async () => {
    const before = proxy.asked.length;
    const { code, err } = await run([`--proxy=${proxy.url}`, "--deny-net=127.0.0.0/8"]);
    expect(code, err).toBe(77);
    expect(proxy.asked).toHaveLength(before);
  });

  test.each([
    { why: "another kind of proxy", url: "socks5://ada:secret@127.0.0.1:1080", says: /not socks5:/ },
    { why: "what is no URL", url: "ada:secret@proxy", says: /is not a proxy's URL/ },
    { why: "a path", url: "http://ada:secret@127.0.0.1:1/x", says: /nothing follows its host and port/ },
  ])("$why is refused, and its password is not repeated", async ({ url, says }) => {
    const { code, err } = await run([`--proxy=${url}`]);
    expect(code).toBe(2);
    expect(err).toMatch(says);
    expect(err).not.toContain("secret");
  });
});
