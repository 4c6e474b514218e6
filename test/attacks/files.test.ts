/** What moves, removals and links could carry past a rule, one run of the built executable a row: each once worked. A row says what every
 *  step came to: "ok", or the code of its refusal. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { sbx } from "../support/build.ts";

/** `name -> target` a link, `name/` a folder, else a file that holds its own name. */
function make(root: string, things: readonly string[]): void {
  for (const thing of things) {
    const [name = "", to] = thing.split(" -> ");
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (to !== undefined) symlinkSync(to, path);
    else if (name.endsWith("/")) mkdirSync(path, { recursive: true });
    else writeFileSync(path, name);
  }
}

interface Row {
  readonly why: string;
  readonly has: readonly string[];
  readonly flags: readonly string[];
  /** Expressions on `fs`, and what each comes to. */
  readonly steps: readonly (readonly [step: string, gives: string])[];
  /** Paths that must still be there. */
  readonly keeps?: readonly string[];
  readonly lacks?: readonly string[];
  readonly env?: (root: string) => Record<string, string>;
  /** The program's place; default: outside of everything. */
  readonly script?: string;
  readonly runs?: string;
  readonly prepare?: (root: string) => void;
}

const box = ["-R=box", "-W=box"];
const removeAll = (path: string): string => `fs.remove("${path}", { recursive: true })`;

const rows: readonly Row[] = [
  {
    why: "a folder with hooks in it is not removed, and nothing of it is",
    has: ["box/p/a", "box/p/.git/hooks/pre-commit", "box/p/z"],
    flags: box,
    steps: [[removeAll("box/p"), "E_WRITE"]],
    keeps: ["box/p/a", "box/p/.git/hooks/pre-commit", "box/p/z"],
  },
  {
    why: "a folder with settings that hold secrets is neither removed nor moved",
    has: ["box/p/deep/.env"],
    flags: box,
    steps: [
      [removeAll("box/p"), "E_WRITE"],
      ['fs.rename("box/p", "box/q")', "E_WRITE"],
    ],
    keeps: ["box/p/deep/.env"],
  },
  {
    why: "who was granted the secret by name may remove it with its folder",
    has: ["box/p/.env"],
    flags: [...box, "-W=box/p/.env"],
    steps: [[removeAll("box/p"), "ok"]],
    lacks: ["box/p"],
  },
  {
    why: "but not carry it to where nothing says that it is one",
    has: ["box/p/.env"],
    flags: [...box, "-R=box/p/.env", "-W=box/p/.env"],
    steps: [
      ['fs.rename("box/p", "box/q")', "E_WRITE"],
      ['fs.rename("box/p/.env", "box/plain")', "E_FLOW"],
    ],
    keeps: ["box/p/.env"],
  },
  {
    why: "a label inside a folder goes nowhere with it",
    has: ["box/p/mine/x"],
    flags: [...box, "--label=read=box/p/mine:personal"],
    steps: [['fs.rename("box/p", "box/q")', "E_FLOW"]],
    keeps: ["box/p/mine/x"],
  },
  {
    why: "folders made on the way to another are judged, too",
    has: ["box/"],
    flags: box,
    steps: [
      ['fs.mkdir("box/.git/x", { recursive: true })', "E_WRITE"],
      ['fs.mkdir("box/.vscode/a/b", { recursive: true })', "E_WRITE"],
      ['fs.mkdir("box/a/b/c", { recursive: true })', "ok"],
    ],
    lacks: ["box/.git", "box/.vscode"],
  },
  {
    why: "those above where a grant begins may be made",
    has: ["box/"],
    flags: ["-W=new/below/here"],
    steps: [
      ['fs.mkdir("new/below/here/x", { recursive: true })', "ok"],
      ['fs.mkdir("new/beside", { recursive: true })', "E_WRITE"],
    ],
    keeps: ["new/below/here/x"],
  },
  {
    why: "a link on the way to sbx's own files stays",
    has: ["real/", "box/link -> ../real", "box/other"],
    env: (root) => ({ SBX_HOME: join(root, "box/link/sbx") }),
    flags: box,
    steps: [
      ['fs.remove("box/link")', "E_WRITE"],
      ['fs.rename("box/link", "box/l")', "E_READ"],
      ['fs.rename("box/other", "box/link")', "E_WRITE"],
    ],
    keeps: ["box/link"],
  },
  {
    why: "a link to the folder that the plugin was started from stays",
    has: ["real/", "box/dir -> ../real"],
    script: "real/main.ts",
    runs: "box/dir/main.ts",
    flags: box,
    steps: [
      ['fs.remove("box/dir")', "E_WRITE"],
      ['fs.rename("box/dir", "box/l")', "E_READ"],
    ],
    keeps: ["box/dir"],
  },
  {
    why: "a link on the way to what is denied stays, because the next run would find nothing to deny",
    has: ["box/real/private/x", "box/link -> real"],
    flags: [...box, "--deny-read=box/link/private"],
    steps: [
      ['fs.remove("box/link")', "E_WRITE"],
      ['fs.readTextFile("box/real/private/x")', "E_READ"],
    ],
    keeps: ["box/link"],
  },
  {
    why: "a link that no rule leads through may go",
    has: ["box/real/x", "box/link -> real"],
    flags: [...box, "--deny-read=box/other"],
    steps: [['fs.remove("box/link")', "ok"]],
    lacks: ["box/link"],
    keeps: ["box/real/x"],
  },
  {
    why: "no link comes to stand where a grant begins, because the next run would follow it",
    has: ["secret", "box/l -> ../secret", "box/d/report -> ../../secret", "box/plain", "out/"],
    flags: [...box, "-W=out/report", "-R=out/report", "-W=out"],
    steps: [
      ['fs.rename("box/l", "out/report")', "E_WRITE"],
      ['fs.rename("box/d", "out/report")', "E_WRITE"],
      ['fs.rename("box/l", "box/l2")', "ok"],
      ['fs.rename("box/plain", "out/report")', "ok"],
    ],
  },
  {
    why: "secrets of a home folder that is reached through a link",
    has: ["box/u/.ssh/config", "home -> box/u"],
    env: (root) => ({ HOME: join(root, "home") }),
    flags: box,
    steps: [
      ['fs.readTextFile("box/u/.ssh/config")', "E_READ"],
      ['fs.writeTextFile("box/u/.bashrc", "")', "E_WRITE"],
      ['fs.rename("box/u", "box/v")', "E_READ"],
    ],
  },
  {
    why: "secrets of a home folder that is named without its way",
    has: ["box/u/.ssh/config"],
    env: () => ({ HOME: "box/u" }),
    flags: box,
    steps: [['fs.readTextFile("box/u/.ssh/config")', "E_READ"]],
  },
  {
    why: "secrets that are links into a folder of such files",
    has: ["box/dot/ssh/config", "box/u/.ssh -> ../dot/ssh"],
    env: (root) => ({ HOME: join(root, "box/u") }),
    flags: box,
    steps: [
      ['fs.readTextFile("box/dot/ssh/config")', "E_READ"],
      ['fs.readTextFile("box/u/.ssh/config")', "E_READ"],
      ['fs.rename("box/dot", "box/dot2")', "E_READ"],
    ],
  },
  {
    why: "what is ignored is in no listing either",
    has: ["box/a", "box/hidden", "box/secrets/x"],
    flags: ["-R=box", "--ignore-read=box/hidden,box/secrets"],
    steps: [
      [
        'Array.fromAsync(fs.readDir("box"), (e) => e.name).then((all) => { throw { code: all.join() } })',
        "a",
      ],
    ],
  },
  {
    why: "what is being written has a name that no folder grant covers",
    has: ["box/.0123456789abcdef01234567.sbx-tmp"],
    flags: box,
    steps: [
      ['fs.readTextFile("box/.0123456789abcdef01234567.sbx-tmp")', "E_READ"],
      [removeAll("box/none"), "E_NOT_FOUND"],
    ],
  },
  {
    why: "a folder with names that are not Unicode is removed whole",
    has: ["box/d/"],
    prepare: (root) => {
      writeFileSync(Buffer.concat([Buffer.from(`${root}/box/d/`), Buffer.from([0xff, 0xfe])]), "");
      const odd = Buffer.concat([Buffer.from(`${root}/box/d/`), Buffer.from([0xfd])]);
      mkdirSync(odd);
      writeFileSync(Buffer.concat([odd, Buffer.from("/x")]), "");
    },
    flags: box,
    steps: [[removeAll("box/d"), "ok"]],
    lacks: ["box/d"],
  },
  {
    why: "the folder for temporary files may be named without its way",
    has: ["tt/"],
    env: () => ({ TMPDIR: "tt" }),
    flags: ["-W=tt"],
    steps: [["fs.makeTempDir()", "ok"]],
  },
];

function run(root: string, row: Row) {
  const program = [
    'import * as fs from "sbx:fs";',
    "const step = async (f: () => Promise<unknown>) => { try { await f(); return 'ok'; } catch (e) { return (e as { code?: string }).code ?? String(e); } };",
    ...row.steps.map(([text]) => `console.log(await step(() => ${text}));`),
  ].join("\n");
  const script = row.script ?? "program/main.ts";
  mkdirSync(dirname(join(root, "..", script)), { recursive: true });
  const path = row.script === undefined ? join(root, "..", script) : join(root, script);
  writeFileSync(path, program);
  return spawnSync(sbx, ["run", row.runs ?? path, ...row.flags, "--no-prompt", "--quiet"], {
    cwd: root,
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      SBX_HOME: join(root, "../sbx"),
      HOME: join(root, "../home"),
      ...row.env?.(root),
    },
  });
}

describe.skipIf(process.platform !== "linux")("moves, removals and links", () => {
  it.each(rows)("$why", (row) => {
    const top = mkdtempSync(join(tmpdir(), "sbx-carry-"));
    onTestFinished(() => rmSync(top, { recursive: true, force: true }));
    const root = join(top, "work");
    make(root, row.has);
    row.prepare?.(root);
    const { stdout, stderr } = run(root, row);
    expect(stdout.trim().split("\n"), stderr).toEqual(row.steps.map(([, gives]) => gives));
    for (const kept of row.keeps ?? []) expect(() => lstatSync(join(root, kept)), kept).not.toThrow();
    for (const gone of row.lacks ?? []) expect(existsSync(join(root, gone)), gone).toBe(false);
  });

  it("a tree deeper than any path is removed with few descriptors", () => {
    const top = mkdtempSync(join(tmpdir(), "sbx-deep-"));
    onTestFinished(() => rmSync(top, { recursive: true, force: true }));
    make(top, ["box/"]);
    // Deeper by moves: each time what is there goes below a chain of a hundred.
    const program = `import * as fs from "sbx:fs";
const chain = "/a".repeat(100);
await fs.mkdir("box/t0" + chain, { recursive: true });
for (let n = 1; n < 24; n++) {
  await fs.mkdir("box/t" + n + chain, { recursive: true });
  await fs.rename("box/t" + (n - 1), "box/t" + n + chain + "/t");
}
await fs.remove("box/t23", { recursive: true });
console.log("removed");`;
    writeFileSync(join(top, "main.ts"), program);
    const limited = spawnSync(
      "sh",
      ["-c", 'ulimit -n 400 && exec "$0" run main.ts -R=box -W=box --no-prompt --quiet', sbx],
      { cwd: top, encoding: "utf8", env: { PATH: process.env.PATH, SBX_HOME: join(top, "sbx"), HOME: top } },
    );
    expect(limited.stdout + limited.stderr).toBe("removed\n");
    expect(readdirSync(join(top, "box"))).toEqual([]);
  });
});
