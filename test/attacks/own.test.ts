/** Attacks that were found from inside the project: each once broke a promise. Programs run in the built executable; a taken-over
 *  engine speaks to a real session. A program prints BREAK where a promise is broken. */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { verify } from "../../cli/auditLog.ts";
import type { PathTarget } from "../../runtime/core/capability.ts";
import { parseGrant } from "../../runtime/core/grant.ts";
import { adoptEngine, engineSpawnOptions } from "../../runtime/engine/hosts/process.ts";
import { Policy } from "../../runtime/gate/policy.ts";
import { plainWords } from "../../runtime/gate/questionWords.ts";
import { openAuditFile } from "../../runtime/powers/own/auditFile.ts";
import { Session } from "../../runtime/session.ts";
import { sbx } from "../support/build.ts";
import { context, everyOperation, findOperation, World } from "../support/world.ts";

const programs = join(import.meta.dirname, "own");

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "sbx-own-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, "work/box"), { recursive: true });
  mkdirSync(join(path, "home"));
  return path;
}

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly ms: number;
}

/** Standard input stays open and silent. */
function run(
  at: string,
  program: string,
  flags: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  const began = performance.now();
  const child = spawn(sbx, ["run", join(programs, program), ...flags], {
    cwd: join(at, "work"),
    env: { PATH: process.env.PATH ?? "", HOME: join(at, "home"), SBX_HOME: join(at, "sbx"), ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.on("data", (bytes) => {
    out += bytes;
  });
  child.stderr.resume();
  return new Promise((done) =>
    child.on("close", (code) => done({ code, out: out.trim(), ms: performance.now() - began })),
  );
}

const box = ["--allow-read=box", "--allow-write=box"];

const programTable: {
  why: string;
  program: string;
  flags: string[];
  env?: Record<string, string>;
  prepare?: (at: string) => void;
  prints: string;
  code: number;
  /** The time that it may take, in ms. */
  within?: number;
}[] = [
  {
    why: "a folder with hooks in it cannot be given the name under which tools run them",
    program: "name-of-a-repository.ts",
    flags: box,
    prepare: (at) => {
      for (const name of [".git", ".vscode", ".husky"])
        mkdirSync(join(at, "work/box/there", name), { recursive: true });
    },
    prints: ".git E_WRITE E_WRITE\n.vscode E_WRITE E_WRITE\n.husky E_WRITE E_WRITE\n.git as a file E_WRITE",
    code: 0,
  },
  {
    why: "a move cannot bring a file to a place below its target that is denied",
    program: "move-below-a-deny.ts",
    flags: [...box, "--deny-write=box/theirs/locked"],
    prints: "E_WRITE\nmoved elsewhere",
    code: 0,
  },
  {
    why: "paths of 32 KB do not keep the broker from its clocks",
    program: "long-paths.ts",
    flags: [...box, "--timeout=1s"],
    prints: "",
    code: 124,
    within: 2500,
  },
  {
    why: "an answer that is larger than a message is an error for the plugin and not the end of sbx",
    program: "answer-beyond-a-message.ts",
    flags: ["--allow-data=kv"],
    prints: "E_LIMIT_BYTES\n1900000",
    code: 0,
  },
  {
    why: "uses= of one variable holds when another grant pays for the listing",
    program: "counted-variables.ts",
    flags: ["--allow-env=COUNTED,uses=1", "--allow-env=OTHER"],
    env: { COUNTED: "value", OTHER: "1" },
    prints: "value none none",
    code: 0,
  },
  {
    why: "maxBytes= of one variable holds when another grant pays for the listing",
    program: "counted-variables.ts",
    flags: ["--allow-env=COUNTED,maxBytes=9b", "--allow-env=OTHER"],
    env: { COUNTED: "value", OTHER: "1" },
    prints: "value none none",
    code: 0,
  },
];

describe.skipIf(process.platform !== "linux")("plugins", () => {
  it.each(programTable)("$why", async ({ program, flags, env, prepare, prints, code, within }) => {
    const at = folder();
    prepare?.(at);
    if (within !== undefined) await run(at, program, ["--timeout=1ms"]); // bundled and cached
    const ran = await run(at, program, flags, env);
    expect({ out: ran.out, code: ran.code }).toEqual({ out: prints, code });
    if (within !== undefined) expect(ran.ms).toBeLessThan(within);
  });

  // Side by side and the best of each, so that a busy machine is not mistaken for a run that is held up.
  it("a time limit is not held up by input that never comes", async () => {
    const at = folder();
    const best = {
      "waits-for-input.ts": Number.POSITIVE_INFINITY,
      "waits-for-a-timer.ts": Number.POSITIVE_INFINITY,
    };
    const names = Object.keys(best) as (keyof typeof best)[];
    for (const name of names) await run(at, name, ["--timeout=1ms"]); // bundled and cached
    for (let round = 0; round < 5; round += 1)
      for (const name of names) {
        const { code, ms } = await run(at, name, ["--timeout=300ms"]);
        expect(code).toBe(124);
        best[name] = Math.min(best[name], ms);
      }
    expect(best["waits-for-input.ts"] - best["waits-for-a-timer.ts"]).toBeLessThan(100);
  });

  it("ten thousand refusals do not fill the disk with their audit, and every one is counted", async () => {
    const at = folder();
    const audit = join(at, "audit.jsonl");
    const { out } = await run(at, "refused-in-a-loop.ts", ["--no-prompt", `--audit=${audit}`]);
    expect(out).toBe("10000");
    const records = readFileSync(audit, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { decision?: string; count?: number });
    expect(records.length).toBeLessThan(1200);
    const refused = records.filter(({ decision }) => decision === "denied");
    expect(refused.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(10_000);
    expect((await verify([audit])).faults).toEqual([]);
  });

  it("a refusal does not say that a path is a link into what is denied", async () => {
    const at = folder();
    const flags = ["--deny-read=../home/private", "--deny-write=../home/private"];
    mkdirSync(join(at, "home/private"));
    const without = await run(at, "what-stands-at-home.ts", flags);
    for (const name of [".config", ".mozilla"]) symlinkSync("private", join(at, "home", name));
    const withThem = await run(at, "what-stands-at-home.ts", flags);
    expect(withThem.out).toBe(without.out);
  });

  it("a refusal says the same whether an ungranted folder exists or not", async () => {
    const at = folder();
    const without = await run(at, "what-stands-at-home.ts", []);
    for (const name of [".config", ".local/share", ".mozilla"])
      mkdirSync(join(at, "home", name), { recursive: true });
    const withThem = await run(at, "what-stands-at-home.ts", []);
    expect(withThem.out).toBe(without.out);
    expect(without.out.split("\n")).toHaveLength(8);
  });
});

const nullDevice = (more: Partial<PathTarget>): PathTarget => ({
  kind: "write",
  words: "/dev/null",
  lexical: "/dev/null",
  canonical: "/dev/null",
  entry: false,
  tree: false,
  type: "file",
  ...more,
});

describe("the null device", () => {
  it.each([
    ["is written to without a grant", {}, [], "granted"],
    ["is looked at without a grant", { kind: "read", entry: true }, [], "granted"],
    ["cannot be removed without a grant", { entry: true }, [], "open"],
    ["cannot be removed under a grant for all files", { entry: true }, ["write"], "open"],
    [
      "cannot be moved over under a grant for its folder",
      { entry: true, arrives: true },
      ["write=/dev"],
      "open",
    ],
    ["can be removed by who was granted just that", { entry: true }, ["write=/dev/null"], "granted"],
  ] as const)("%s", (_, more, grants, kind) => {
    const policy = new Policy({ secret: [], autorun: [], foldCase: false }, []);
    for (const text of grants) for (const grant of parseGrant(text, context)) policy.add(grant, text, 0);
    expect(policy.judge(nullDevice(more), [], 0).kind).toBe(kind);
  });
});

describe("questions", () => {
  it("say that a folder's grant covers everything in it", () => {
    const target = nullDevice({ kind: "read", canonical: "/home/ana", type: "folder" });
    expect(plainWords(target)).toBe("read everything in /home/ana");
  });
});

describe("the audit", () => {
  it("loses nothing but the torn line when the disk was full", async () => {
    const path = join(folder(), "audit.jsonl");
    const record = { run: "A", op: "run.end" };
    const first = openAuditFile(path, "A");
    first.append(record);
    first.close();
    appendFileSync(path, readFileSync(path, "utf8").slice(0, 40));
    const second = openAuditFile(path, "B");
    second.append({ ...record, run: "B" });
    second.append({ ...record, run: "B" });
    second.close();
    const verdict = await verify([path]);
    expect(verdict.records).toBe(3);
    expect(verdict.faults.map(({ line, what }) => [line, what.slice(0, 18)])).toEqual([
      [2, "not a whole record"],
    ]);
  });

  it("adds no empty line to a whole file", () => {
    const path = join(folder(), "audit.jsonl");
    writeFileSync(path, "{}\n");
    const audit = openAuditFile(path, "A");
    audit.append({ run: "A", op: "run.end" });
    audit.close();
    expect(readFileSync(path, "utf8")).not.toContain("\n\n");
  });
});

/** What a taken-over engine says (own/hostile-engine.mjs), and how its run ends: it says `over` once it was answered. */
const hostileTable: readonly (readonly [says: string, exit: number])[] = [
  ["a key of megabytes", 1],
  ["eight million changes", 1],
  ["a million empty objects", 1],
  ["a million headers", 1],
  ["a million unknown keys", 1],
  ["deep arguments", 1],
  ["deep other words", 70],
  ["names of objects' own members", 1],
  ["one number for every call", 1],
  ["cancelling what it never called", 1],
  ["half a million handle calls", 1],
  ["a frame that never ends", 130],
  ["a length beyond all", 70],
  ["a head longer than its frame", 70],
  ["ready twice", 70],
  ["a stream that is none", 70],
];

describe.skipIf(process.platform === "win32")(
  "a taken-over engine cannot stall or end its broker with",
  () => {
    it.each(hostileTable)("%s", async (says, exit) => {
      const world = new World({});
      const child = spawn(process.execPath, [join(programs, "hostile-engine.mjs"), says], engineSpawnOptions);
      let last = performance.now();
      let worst = 0;
      const beat = setInterval(() => {
        const now = performance.now();
        worst = Math.max(worst, now - last);
        last = now;
      }, 5);
      onTestFinished(() => clearInterval(beat));
      const session = new Session({
        engine: adoptEngine(child),
        program: { name: "main.ts", source: "", data: {} },
        operations: async (name) => (everyOperation.includes(name) ? findOperation(name) : undefined),
        sources: world.sources,
        opener: world.tree.opener,
        policy: world.policy,
        flow: world.flow,
        consent: null,
        memory: null,
        audit: world.sink,
        subject: { run: "RUN", plugin: { id: "test", version: "1", content: "" } },
        who: "main.ts",
        clock: world.clock,
        limits: world.budget.limits,
        seed: null,
        output: { write: () => undefined },
        input: async () => ({ bytes: new Uint8Array(0), done: true }),
        locate: () => undefined,
      });
      const patience = setTimeout(() => session.stop(), exit === 130 ? 500 : 40_000);
      const outcome = await session.run();
      clearTimeout(patience);
      expect(outcome.exit).toBe(exit);
      expect(worst).toBeLessThan(1000);
    });
  },
);
