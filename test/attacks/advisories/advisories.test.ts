/** Every published advisory of the list is tried on the built executable, or has a test elsewhere, or a reason. */
import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sbx } from "../../support/build.ts";
import { elsewhere, loads, nothing, odd, programs } from "./cases.ts";
import { hostileCount, type Servers, startServers } from "./servers.ts";

const root = resolve(import.meta.dirname, "../../..");
const base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-advisories-")));
const work = join(base, "work");
let servers: Servers;

/** Beside the folder in which a plugin runs lies what it must not reach; in it, links that lead there. */
function furnish(): void {
  rmSync(work, { recursive: true, force: true });
  for (const folder of ["docs/box/deep", "docs/box", "out"])
    mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, "docs/a.txt"), "a");
  writeFileSync(join(work, "docs/box/target"), "target");
  for (const [at, to] of [
    ["docs/link-out", "../../outside/secret.txt"],
    ["docs/chain2", "link-out"],
    ["docs/dirlink-out", "../../outside"],
    ["docs/passwd", "/etc/passwd"],
    ["docs/proc", "/proc"],
    ["docs/box/deep/up", "../target"],
    ["docs/box/deep/far", "../../../outside/secret.txt"],
    ["docs/sock", join(base, "sock")],
  ] as const)
    symlinkSync(to, join(work, at));
}

beforeAll(async () => {
  mkdirSync(join(base, "outside"));
  writeFileSync(join(base, "outside/secret.txt"), "OUTSIDE");
  for (const name of ["secret.json", "index.js", "code.ts"])
    writeFileSync(
      join(base, "outside", name),
      name === "secret.json" ? '{"x":"OUTSIDE"}' : 'export default "OUTSIDE";',
    );
  servers = await startServers(join(base, "sock"));
});
afterAll(() => {
  servers.close();
  rmSync(base, { recursive: true, force: true });
});
beforeEach(() => {
  furnish();
  servers.came();
});

function run(argv: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(sbx, argv, {
    cwd: work,
    env: {
      PATH: process.env.PATH,
      HOME: join(base, "home"),
      SBX_HOME: join(base, "sbx"),
      VISIBLE: "seen",
      SECRET_WORD: "HUSH",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out = { stdout: "", stderr: "" };
  child.stdout.on("data", (bytes: Buffer) => {
    out.stdout += bytes;
  });
  child.stderr.on("data", (bytes: Buffer) => {
    out.stderr += bytes;
  });
  return new Promise((done) => child.on("close", (status) => done({ status, ...out })));
}

const outside = (): string => readFileSync(join(base, "outside/secret.txt"), "utf8");

describe("a program breaks nothing:", () => {
  for (const { id, why, program, flags, silent } of programs)
    for (const granted of flags)
      test(`${id}: ${why} (${granted.join(" ")})`, { timeout: 120_000 }, async () => {
        cpSync(join(import.meta.dirname, "programs"), join(work, "plugin"), { recursive: true });
        const [a = "", b = "", c = "", raw = ""] = servers.places;
        const filled = granted.map((flag) => flag.replace("{A}", a).replace("{B}", b).replace("{C}", c));
        const args = [a, b, c, raw].map((place) => `http://${place}`);
        const ran = await run([
          "run",
          "--no-prompt",
          "--quiet",
          "--cpu=60s",
          ...filled,
          `plugin/${program}.ts`,
          "--",
          ...args,
          String(hostileCount),
        ]);
        const lines = ran.stdout.trim().split("\n");
        expect([lines.filter((line) => !line.startsWith("held ")), ran.stderr]).toEqual([[], ""]);
        expect(Number(/^held (\d+)$/.exec(lines.at(-1) ?? "")?.[1])).toBeGreaterThan(5);
        expect(outside()).toBe("OUTSIDE");
        if (silent) expect(servers.came()).toBe(0);
      });
});

describe("what leads out is not loaded:", () => {
  for (const { id, why, loads: trees } of loads)
    for (const [how, files] of Object.entries(trees))
      test(`${id}: ${why}: ${how}`, async () => {
        for (const [name, text] of Object.entries(files)) {
          const link = name.startsWith("LINK ");
          const path = join(work, "plugin", link ? name.slice(5) : name);
          mkdirSync(dirname(path), { recursive: true });
          if (link) symlinkSync(text, path);
          else writeFileSync(path, text);
        }
        const { status, stdout, stderr } = await run(["run", "-A", "--no-prompt", "plugin/main.ts"]);
        expect(stdout).toBe("");
        expect(stderr).not.toContain("OUTSIDE");
        expect([status, /E_IMPORT|ImportError|cannot import/.test(stderr)]).toEqual([1, true]);
      });
});

describe(`${odd.id}: ${odd.why}:`, () => {
  test.each(odd.throws)("throw %s", async (thrown) => {
    for (const how of [
      `throw ${thrown};`,
      `await Promise.reject(${thrown});`,
      `setTimeout(() => { throw ${thrown}; }, 1);`,
      `void Promise.reject(${thrown});`,
    ]) {
      writeFileSync(join(work, "main.ts"), `// @ts-nocheck\n${how}`);
      const { status, stderr } = await run(["run", "--no-prompt", "main.ts"]);
      expect([
        status,
        stderr.includes("E_INTERNAL: a defect"),
        stderr.length > 5,
        stderr.length < 200_000,
      ]).toEqual([1, false, true, true]);
    }
  });
});

describe("held elsewhere:", () => {
  for (const { id, why, heldBy } of elsewhere)
    test.each(heldBy)(`${id}: ${why}: %s: %s`, (file, name) => {
      expect(readFileSync(join(root, file), "utf8")).toContain(name);
    });
});

test("each advisory stands once, with a year, and a reason where nothing is tried", () => {
  const once = new Map<string, number>();
  for (const { id } of [...programs, ...loads, odd, ...elsewhere, ...nothing])
    once.set(id, (once.get(id) ?? 0) + 1);
  expect(once.size).toBe(43);
  expect([...once].filter(([, count]) => count > 1)).toEqual([]);
  for (const { nothing: reason } of nothing) expect(reason.length).toBeGreaterThan(20);
});
