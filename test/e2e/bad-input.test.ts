/** What goes wrong before and around a program: each has its exit code and a message that says what to do, none shows sbx's
 *  insides, and nothing is left half-written. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { PtyRun, pause, ptySupport } from "../support/pty.ts";

let base: string;
const work = (...path: string[]): string => join(base, "work", ...path);

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-bad-input-")));
  mkdirSync(join(base, "bin"));
  symlinkSync(sbx, join(base, "bin/sbx"));
});
beforeEach(() => {
  rmSync(work(), { recursive: true, force: true });
  for (const folder of ["empty", "out", "full", "entry"]) mkdirSync(work(folder), { recursive: true });
  const files: Record<string, string | Uint8Array> = {
    "hello.ts": 'console.log("hello");\n',
    "many.ts": 'for (let i = 0; i < 50_000; i += 1) console.log("line " + i);\n',
    "write.ts": `import { writeTextFile } from "sbx:fs";\nawait writeTextFile("full/a.txt", "x".repeat(3_000_000));\n`,
    "keep.ts": `import { kv } from "sbx:data";\nfor (let i = 0; i < 999; i += 1) await kv.set("k" + i, "x".repeat(2000));\n`,
    "read.ts": `import { readTextFile } from "sbx:fs";\nconsole.log(await readTextFile("hello.ts"));\n`,
    "wait.ts": `console.log("up");\nawait new Promise((done) => setTimeout(done, 30_000));\n`,
    "binary.ts": Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0),
    "latin1.ts": Uint8Array.of(0x22, 0xe9, 0x22),
    "entry/sbx.json": '{ "entry": "gone.ts" }',
    "policy.json": '{ "version": 1, "allow": [',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(work(name), content);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const environment = (home = join(base, "home")): Record<string, string> => ({
  PATH: `${join(base, "bin")}:${process.env.PATH}`,
  SBX_HOME: home,
  HOME: base,
});

function shell(command: string, home?: string): Outcome {
  const { status, stdout, stderr } = spawnSync("/bin/bash", ["-c", command], {
    cwd: work(),
    env: { ...environment(home), CI: "1" },
    encoding: "utf8",
    input: "",
    timeout: 30_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, out: stdout, err: stderr };
}

/** A frame of sbx's own code, or of the Node below it. */
const INSIDES = /^\s+at .*(\.js:\d|node:|\/snapshot\/)|UnhandledPromise|Node\.js v/m;

function judge({ code, out, err }: Outcome, ends: number, says: RegExp): void {
  expect({ code, err }).toMatchObject({ code: ends, err: expect.stringMatching(says) });
  expect(err, "no insides of sbx").not.toMatch(INSIDES);
  if (ends === 2) expect(out, "a wrong command line runs nothing").toBe("");
}

interface Row {
  readonly why: string;
  readonly command: string;
  readonly ends: number;
  readonly says: RegExp;
}

const scripts: readonly Row[] = [
  {
    why: "a script that does not exist",
    command: "sbx run gone.ts",
    ends: 66,
    says: /^error\[E_NOT_FOUND\]: there is no gone\.ts\n[\s\S]*what helps: {2}name a script/,
  },
  {
    why: "a path through a file",
    command: "sbx run hello.ts/main.ts",
    ends: 66,
    says: /there is no hello\.ts\/main\.ts/,
  },
  {
    why: "a folder without an entry",
    command: "sbx run empty",
    ends: 66,
    says: /the folder empty has no entry\n {2}what helps: {2}add main\.ts/,
  },
  {
    why: "an entry that does not exist",
    command: "sbx run entry",
    ends: 78,
    says: /names the entry "gone\.ts", which is not a file/,
  },
  {
    why: "a binary as script",
    command: "sbx run binary.ts",
    ends: 1,
    says: /E_IMPORT\]: "binary\.ts" is a binary file/,
  },
  {
    why: "a script that is not UTF-8",
    command: "sbx run latin1.ts",
    ends: 1,
    says: /E_IMPORT\]: "latin1\.ts" is not a text file in UTF-8/,
  },
  {
    why: "a pipe as script",
    command: "mkfifo pipe.ts && sbx run pipe.ts",
    ends: 66,
    says: /pipe\.ts cannot be read[\s\S]*run as -/,
  },
  { why: "no script at all", command: "sbx run", ends: 2, says: /what to run is missing/ },
  { why: "an empty name", command: "sbx run ''", ends: 2, says: /the script's name is empty/ },
];

const flags: readonly Row[] = [
  ["a size without a unit", "--memory=12", /"12" is not a size: [\s\S]*write --memory=128mb/],
  ["a size that is too small", "--memory=1kb", /must be at least 16mb/],
  ["a time that is none", "--timeout=soon", /"soon" is not a time: [\s\S]*write --timeout=30s/],
  ["a negative time", "--timeout=-3s", /"-3s" is not a time/],
  ["a count that is none", "--prompts=few", /--prompts=few is not a count/],
  ["an option without its value", "--timeout", /--timeout needs a value/],
  ["a switch with a value", "--quiet=3", /--quiet takes no value/],
  ["a grant without a scope", "--allow-read=", /has no scope[\s\S]*--allow-read=\.\/docs/],
  ["an option that no grant has", "--allow-read=out,forever=1", /"forever=" is no option/],
  ["a whole top-level domain", "--allow-net='*.com'", /\*\.com is a public suffix/],
  ["a mistyped option", "--allow-reed=out", /Did you mean --allow-read=out\?/],
  ["an option said twice", "--cpu=1s --cpu=2s", /--cpu stands there twice/],
  ["options that contradict each other", "--no-prompt --prompts=3", /contradict each other/],
  ["a label without a source", "--label=x", /names no label[\s\S]*write --label=/],
  ["an option that is not there yet", "--watch", /--watch is not available in this version/],
].map(([why, words, says]) => ({
  why: why as string,
  command: `sbx run hello.ts ${words}`,
  ends: 2,
  says: new RegExp(`^error\\[E_USAGE\\]: [\\s\\S]*${(says as RegExp).source}`),
}));

const hints: readonly Row[] = [
  {
    why: "a grant for a path that does not exist is a warning: it may come to exist",
    command: "sbx run hello.ts --allow-read=later",
    ends: 0,
    says: /^warning: --allow-read=later: later does not exist \(yet\)\n$/,
  },
  {
    why: "a grant that a flag forbids again is a hint",
    command: "sbx run hello.ts --allow-read=out --deny-read=out",
    ends: 0,
    says: /^hint: --allow-read=out has no effect/,
  },
  {
    why: "a mistyped command",
    command: "sbx rum hello.ts",
    ends: 2,
    says: /there is no command "rum"\. Did you mean "run"\?/,
  },
  {
    why: "a working directory that was removed",
    command: "mkdir gone && cd gone && rmdir ../gone && sbx run ../hello.ts",
    ends: 69,
    says: /E_UNAVAILABLE\]: the working directory does not exist any more[\s\S]*what helps: {2}cd /,
  },
  {
    why: "a home where the system makes no folders",
    command: "SBX_HOME=/proc/nowhere sbx run hello.ts --quiet",
    ends: 69,
    says: /E_UNAVAILABLE\]: the audit \/proc\/nowhere\/\S+ cannot be written \(ENOENT\)/,
  },
  {
    why: "a policy that does not exist",
    command: "sbx run hello.ts --policy=gone.json",
    ends: 78,
    says: /E_POLICY\]: the policy gone\.json cannot be read/,
  },
  {
    why: "a policy that is no JSON",
    command: "sbx run hello.ts --policy=policy.json",
    ends: 78,
    says: /E_POLICY\]: .*policy\.json/,
  },
];

describe.skipIf(process.platform === "win32")("bad input", () => {
  test.each([...scripts, ...flags, ...hints])("$why ends with $ends", ({ command, ends, says }) => {
    judge(shell(command), ends, says);
  });
});

/** Root reads everything; without these capabilities it is a user like others. Undefined where that cannot be arranged. */
function asOrdinaryUser(): string | undefined {
  if (process.getuid?.() !== 0) return "";
  const caps = "-dac_override,-dac_read_search";
  const prefix = `setpriv --inh-caps=${caps} --bounding-set=${caps} `;
  return spawnSync("/bin/sh", ["-c", `${prefix}true`]).status === 0 ? prefix : undefined;
}

const user = process.platform === "win32" ? undefined : asOrdinaryUser();
if (user === undefined) console.warn("SKIPPED: unreadable files cannot be made for this user");

test.skipIf(process.platform !== "linux")("too few descriptors for an engine end with 69", () => {
  judge(shell("ulimit -n 24; sbx run hello.ts"), 69, /the engine could not be started[\s\S]*what helps/);
});

describe.skipIf(user === undefined)("what this user may not touch", () => {
  const run = (command: string, home?: string): Outcome => shell(`${user}sbx ${command}`, home);

  test("an unreadable script ends with 66", () => {
    chmodSync(work("hello.ts"), 0o000);
    judge(run("run hello.ts"), 66, /hello\.ts cannot be read[\s\S]*what helps: {2}make it readable for you/);
  });

  test("an unreadable folder on the way ends with 66", () => {
    chmodSync(work("entry"), 0o000);
    judge(run("run entry/main.ts"), 66, /entry\/main\.ts cannot be read[\s\S]*what helps/);
    chmodSync(work("entry"), 0o755);
  });

  test("a folder for the audit that cannot be written ends with 69, before anything happened", () => {
    mkdirSync(work("home/state/audit"), { recursive: true });
    chmodSync(work("home/state/audit"), 0o500);
    const outcome = run("run hello.ts", work("home"));
    judge(outcome, 69, /E_UNAVAILABLE\]: the audit .* cannot be written[\s\S]*--audit=FILE/);
    expect(outcome.out).toBe("");
    judge(run(`run hello.ts --audit=${work("audit.jsonl")}`, work("home")), 0, /^$/);
  });

  test("a cache folder that cannot be written is a warning", () => {
    mkdirSync(work("home/cache"), { recursive: true });
    chmodSync(work("home/cache"), 0o500);
    const outcome = run("run hello.ts", work("home"));
    judge(outcome, 0, /^warning: the cache folder .* is not used/);
    expect(outcome.out).toBe("hello\n");
  });

  test("a report that cannot be written ends with 69, and the run is said to have happened", () => {
    chmodSync(work("out"), 0o500);
    const outcome = run("run hello.ts --report=out/report.json");
    judge(outcome, 69, /the report out\/report\.json cannot be written[\s\S]*--report=FILE/);
    expect(outcome.out).toBe("hello\n");
    expect(readdirSync(work("out"))).toEqual([]);
  });

  test("a file that the system refuses is the program's error, not a denial", () => {
    chmodSync(work("full"), 0o500);
    judge(
      run("run write.ts --allow-write=full"),
      1,
      /does not permit it to this user\n[\s\S]*at write\.ts:2:/,
    );
    expect(readdirSync(work("full"))).toEqual([]);
  });
});

const canMount =
  process.platform === "linux" &&
  spawnSync("unshare", ["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], { stdio: "ignore" }).status === 0;
if (!canMount) console.warn("SKIPPED: no small disk can be made here (user namespaces, mount)");

describe.skipIf(!canMount)("a full disk", () => {
  /** Runs with `full` as a disk of its own that holds `free` KiB more, and lists what is on it afterwards. */
  const onDisk = (free: number, command: string, home?: string): Outcome & { left: string[] } => {
    const fill = "head -c 102400 /dev/zero > full/filler";
    const list = "echo; echo LEFT; cd full && find . -type f ! -name filler -printf '%p %s\\n'";
    const script = `mount -t tmpfs -o size=${free + 100}k none full && ${fill}; ${command}; code=$?; ${list}; exit $code`;
    const { code, out, err } = shell(`unshare -Urm /bin/bash -c "${script.replaceAll("$", "\\$")}"`, home);
    const [said = "", left = ""] = out.split("\nLEFT\n");
    return { code, out: said, err, left: left.split("\n").filter((line) => line !== "") };
  };

  test("under a file of the plugin's is the plugin's error, and the file is not there", () => {
    const outcome = onDisk(500, "sbx run write.ts --allow-write=full");
    judge(outcome, 1, /cannot write "full\/a\.txt": the disk is full\n[\s\S]*at write\.ts:2:/);
    expect(outcome.left).toEqual([]);
  });

  test("under the audit ends with 69, before anything happened", () => {
    const outcome = onDisk(0, "sbx run hello.ts --audit=full/audit.jsonl");
    judge(outcome, 69, /the audit full\/audit\.jsonl cannot be written \(ENOSPC\)[\s\S]*free space/);
    expect(outcome.out).toBe("");
  });

  test("under everything of sbx's own ends with 69 and leaves no part of a file", () => {
    const outcome = onDisk(0, "sbx run hello.ts", work("full"));
    judge(outcome, 69, /the audit .* cannot be written \(ENOSPC\)/);
    expect(outcome.left.filter((line) => !/audit.* 0$/.test(line))).toEqual([]);
  });

  test("under the report ends with 69 and leaves no part of it", () => {
    const outcome = onDisk(0, "sbx run hello.ts --report=full/report.json");
    judge(outcome, 69, /the report full\/report\.json cannot be written \(ENOSPC\)[\s\S]*free space/);
    expect(outcome.left).toEqual([]);
  });

  test("under the plugin's store is not called a full store", () => {
    const outcome = onDisk(
      600,
      `sbx run keep.ts --allow-data=kv --audit=${work("audit.jsonl")}`,
      work("full"),
    );
    judge(outcome, 1, /the disk that holds the plugin's store is full/);
  });

  test("under standard output ends with 69", () => {
    judge(
      onDisk(40, "sbx run many.ts > full/out.txt"),
      69,
      /standard output cannot be written[\s\S]*what helps/,
    );
  });
});

describe.skipIf(process.platform === "win32")("a reader who leaves", () => {
  const rows: readonly [string, string][] = [
    ["of the plugin's output", "sbx run many.ts"],
    ["of the audit", "sbx audit"],
    ["of the types", "sbx types"],
  ];
  test.each(rows)("%s ends it quietly with 0", (_, command) => {
    const { code, err, out } = shell(`set -o pipefail; ${command} | head -1`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")).toHaveLength(2);
  });

  test("standard output that was closed from the start is no reason to fail", () => {
    const { code, err } = shell("sbx run hello.ts >&-");
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
});

const noPty = ptySupport() === undefined;
if (noPty) console.warn("SKIPPED: no pseudo terminal on this system");

describe.skipIf(noPty)("Ctrl-C at a terminal", () => {
  const start = (...args: string[]): PtyRun => new PtyRun(sbx, args, { cwd: work(), env: environment() });

  test("in a run ends it with 130 and says so", async () => {
    const run = start("run", "wait.ts");
    await run.until(/up/);
    run.type("\u0003");
    expect((await run.exit()).code).toBe(130);
    expect(run.raw).toContain("interrupted");
    expect(run.raw).not.toMatch(INSIDES);
  });

  test("in a question is no answer: it ends the run with 130 and the file was not read", async () => {
    const run = start("run", "read.ts");
    await run.until(/Allow it\?/);
    await pause(500);
    run.type("\u0003");
    expect((await run.exit()).code).toBe(130);
    expect(run.raw).not.toContain('console.log("hello")');
    expect(run.raw).not.toMatch(INSIDES);
  });

  test("in the middle of writing leaves the old or the new content, and nothing beside it", async () => {
    const source = `import { writeTextFile } from "sbx:fs";
for (let n = 0; ; n += 1) {
  await writeTextFile("out/big.txt", String(n % 10).repeat(2_000_000));
  if (n === 3) console.log("up");
}`;
    writeFileSync(work("loop.ts"), source);
    const run = start("run", "loop.ts", "--allow-write=out", "--traffic=10gb");
    await run.until(/up/);
    run.type("\u0003");
    expect((await run.exit()).code).toBe(130);
    expect(readdirSync(work("out"))).toEqual(["big.txt"]);
    expect(statSync(work("out/big.txt")).size).toBe(2_000_000);
    expect(readFileSync(work("out/big.txt"), "utf8")).toMatch(/^(\d)\1+$/);
    expect(existsSync(work("full/a.txt"))).toBe(false);
  });
});
