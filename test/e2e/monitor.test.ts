/** Monitors on the built executable, as a policy asks for them. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Folder } from "../support/sbx.ts";

let at: Folder;
beforeEach(() => {
  at = new Folder();
  at.put("out/there", "");
});
afterEach(() => at.remove());

// Put together, so that no scanner takes this file for a leak.
const token = `ghp_${"a1B2".repeat(9)}`;
const key = [
  "-----BEGIN RSA PRIVATE",
  "KEY-----\n",
  "MIIEpAIBAAKCAQEA".repeat(8),
  "\n-----END RSA PRIVATE",
  "KEY-----",
]
  .join(" ")
  .replace(" KEY", " KEY");

const run = (source: string, monitor: object) => {
  at.put("p.json", JSON.stringify({ version: 1, monitor }));
  return at.run(`import * as fs from "sbx:fs";\n${source}`, [
    "--policy=p.json",
    "-W=out",
    "-R=.",
    "--no-prompt",
  ]);
};
const writing = (text: string): string =>
  `await fs.mkdir("out").catch(() => 0); await fs.writeTextFile("out/a.txt", ${JSON.stringify(text)}); console.log("written");`;

describe("secrets", () => {
  test("stop the run before they leave", async () => {
    const { code, out, err } = await run(writing(`token = ${token}`), { secrets: "stop" });
    expect([code, out]).toEqual([86, ""]);
    expect(err).toMatch(
      /warning: a monitor stopped the plugin: secrets: a secret \(github.*\) was about to go to .*out\/a\.txt/,
    );
    expect(err).not.toContain(token);
    const { out: audit } = await at.sbx(["audit", "export"]);
    expect(audit).toMatch(/"op":"monitor"[^\n]*secrets stopped the run/);
    expect(audit).not.toContain(token);
    expect((await at.sbx(["audit", "verify"])).code).toBe(0);
  });

  test("are observed, and told at the end", async () => {
    const { code, out, err } = await run(writing(key), { secrets: "observe" });
    expect([code, out]).toEqual([0, "written\n"]);
    expect(err).toMatch(/warning: the monitor secrets saw a secret \(.*\) go to .*out\/a\.txt/);
  });

  test("are held back where nobody is asked", async () => {
    const { code, err } = await run(writing(token), { secrets: "ask" });
    expect(code).toBe(77);
    expect(err).toMatch(/E_FLOW[\s\S]*the monitor "secrets" found a secret/);
  });

  test("that are none pass", async () => {
    const { code, out, err } = await run(writing("a note about tokens, keys and passwords"), {
      secrets: "stop",
    });
    expect([code, out]).toEqual([0, "written\n"]);
    expect(err).not.toMatch(/monitor/);
  });
});

describe("canaries", () => {
  const canary = "Wilhelmina Nobody";
  const forms = [
    { why: "as it is", text: `dear ${canary}` },
    { why: "in capitals", text: canary.toUpperCase() },
    { why: "in hexadecimal", text: Buffer.from(canary).toString("hex") },
    { why: "in base64", text: Buffer.from(`x${canary}y`).toString("base64") },
    { why: "percent-encoded", text: encodeURIComponent(canary) },
  ];
  test.each(forms)("$why", async ({ text }) => {
    const { code } = await run(writing(text), { canaries: { values: [canary], do: "stop" } });
    expect(code).toBe(86);
  });
  test("and not without it", async () => {
    const { code } = await run(writing("dear Wilhelmina"), { canaries: { values: [canary], do: "stop" } });
    expect(code).toBe(0);
  });
});

test.each([
  { monitor: { newHost: "ask" }, says: /no monitor "newHost"/ },
  { monitor: { secrets: "shout" }, says: /a monitor does one of observe, ask, stop/ },
  { monitor: { canaries: { values: ["short"], do: "stop" } }, says: /at least 8 characters/ },
  { monitor: { canaries: { values: ["long enough"] } }, says: /"do" is missing/ },
])("refused: $monitor", async ({ monitor, says }) => {
  const { code, err } = await run("", monitor);
  expect([code, err]).toEqual([78, expect.stringMatching(says)]);
});
