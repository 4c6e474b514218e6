/** `sbx learn`: what it prints is proven by running the script again with exactly that and nobody to ask. */
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LearnReport } from "../../cli/compose/learn.ts";
import { sbx } from "../support/build.ts";
import { PtyRun, pause, ptySupport } from "../support/pty.ts";

let server: Server;
let port = 0;
beforeAll(async () => {
  server = createServer((request, answer) => {
    if (request.url === "/hop") answer.writeHead(302, { location: "/landed" });
    answer.end(`${request.method} ${request.url}`);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

class Place {
  readonly base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-learn-")));
  readonly env = {
    ...process.env,
    SBX_HOME: join(this.base, "home"),
    HOME: join(this.base, "ada"),
    CI: "1",
    LANG: "C",
  };

  /** A working folder with notes, a link, a secret and the script. */
  fresh(name: string, source: string): string {
    const dir = join(this.base, name);
    mkdirSync(join(dir, "notes/deep"), { recursive: true });
    mkdirSync(this.env.HOME, { recursive: true });
    for (let i = 0; i < 8; i += 1) writeFileSync(join(dir, `notes/deep/${i}.md`), String(i));
    for (const file of ["a.txt", "b,c=d.txt", ".env"]) writeFileSync(join(dir, file), file);
    writeFileSync(join(this.env.HOME, "list.txt"), "list");
    symlinkSync("a.txt", join(dir, "link.txt"));
    writeFileSync(join(dir, "p.ts"), source);
    return dir;
  }

  run(dir: string, argv: readonly string[]): Promise<Ran> {
    const child = spawn(sbx, argv, { cwd: dir, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    const text = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].on("data", (bytes: Buffer) => {
        text[stream] += bytes;
      });
    return new Promise((done) => child.on("close", (status) => done({ status, ...text })));
  }

  async learn(dir: string, ...argv: string[]): Promise<LearnReport & { stderr: string }> {
    const { stdout, stderr } = await this.run(dir, ["learn", "--json", ...argv]);
    return { ...(JSON.parse(stdout) as LearnReport), stderr };
  }
}

const fs =
  'import * as fs from "sbx:fs"; import * as env from "sbx:env"; import { kv } from "sbx:data"; import { args } from "sbx:plugin";\n';

/** Learned under broad grants; `needs` is what the smallest flags are. */
const scripts: readonly {
  why: string;
  source: string;
  needs: string[];
  broad?: string[];
  clear?: string[];
  wider?: RegExp;
}[] = [
  { why: "nothing", source: "console.log(1);", needs: [] },
  {
    why: "one file",
    source: `console.log(await fs.readTextFile("a.txt"));`,
    needs: ["--allow-read=./a.txt"],
  },
  {
    why: "a file whose name needs escapes",
    source: `console.log(await fs.readTextFile("b,c=d.txt"));`,
    needs: ["--allow-read=./b\\,c\\=d.txt"],
  },
  {
    why: "a link, by its own name",
    source: `console.log(await fs.readTextFile("link.txt"), (await fs.lstat("link.txt")).isSymlink);`,
    needs: ["--allow-read=."],
    wider: /cannot be granted for the one name/,
  },
  {
    why: "a link that is only followed",
    source: `console.log(await fs.readTextFile("link.txt"));`,
    needs: ["--allow-read=./link.txt"],
  },
  {
    why: "many files of one folder: the folder, and it is said",
    source: `for (let i = 0; i < 8; i++) console.log(await fs.readTextFile("notes/deep/" + i + ".md"));`,
    needs: ["--allow-read=./notes/deep"],
    wider: /everything in this folder, for 8 of its files/,
  },
  {
    why: "few files of one folder: each",
    source: `for (let i = 0; i < 3; i++) console.log(await fs.readTextFile("notes/deep/" + i + ".md"));`,
    needs: [0, 1, 2].map((i) => `--allow-read=./notes/deep/${i}.md`),
  },
  {
    why: "a listing: the folder, and it is said",
    source: `for await (const { name } of fs.readDir("notes/deep")) console.log(name, await fs.readTextFile("notes/deep/" + name));`,
    needs: ["--allow-read=./notes/deep"],
    wider: /everything in this folder/,
  },
  {
    why: "what is not there",
    source: `console.log(await fs.exists("nothing.txt"), await fs.readTextFile("gone").catch((e) => e.code));`,
    needs: ["--allow-read=./gone", "--allow-read=./nothing.txt"],
  },
  {
    why: "writing, moving and removing",
    source: `await fs.mkdir("out/deep", { recursive: true }); await fs.writeTextFile("out/deep/a", "x"); await fs.copyFile("out/deep/a", "out/b");
      await fs.rename("out/b", "out/c"); await fs.remove("out/deep", { recursive: true }); console.log(await fs.exists("out/c"));`,
    needs: [
      "--allow-read=./out/b",
      "--allow-read=./out/c",
      "--allow-read=./out/deep/a",
      "--allow-write=./out",
    ],
    wider: /./,
  },
  {
    why: "a temporary folder",
    source: `const dir = await fs.makeTempDir(); await fs.writeTextFile(dir + "/x", "1"); console.log((await fs.stat(dir + "/x")).size); await fs.remove(dir, { recursive: true });`,
    needs: [`--allow-read=${tmpdir()}`, `--allow-write=${tmpdir()}`],
    wider: /./,
  },
  {
    why: "a secret, by its name, and it is said",
    source: `console.log(await fs.readTextFile(".env"));`,
    broad: ["--allow-read=.env"],
    clear: ["stdout", "stderr", "exit"].map((sink) => `--clear=${sink}:secret`),
    needs: ["--allow-read=./.env"],
    wider: /settings with secrets/,
  },
  {
    why: "a file at home",
    source: `console.log(await fs.readTextFile(await env.get("HOME") + "/list.txt"));`,
    needs: ["--allow-env=HOME", "--allow-read=~/list.txt"],
  },
  {
    why: "variables and the store",
    source: `console.log(await env.get("LANG"), await env.has("NO_SUCH")); await kv.set("n", 1);`,
    needs: ["--allow-data=kv", "--allow-env=LANG", "--allow-env=NO_SUCH"],
  },
  {
    why: "all variables: all of the kind, and it is said",
    source: `console.log(Object.keys(await env.toObject()).length);`,
    needs: ["--allow-env"],
    wider: /everything of this kind/,
  },
  {
    why: "hosts with port, methods and the path that all requests share",
    source: `for (const [method, path] of [["GET", "/v1/a?x=1"], ["POST", "/v1/b/c"]]) console.log(await (await fetch("http://127.0.0.1:" + args[0] + path, { method })).text());`,
    broad: ["--allow-net=127.0.0.1"],
    needs: ["--allow-net=GET+POST 127.0.0.1:PORT/v1"],
    wider: /every path below \/v1/,
  },
  {
    why: "where a redirect leads",
    source: `console.log(await (await fetch("http://127.0.0.1:" + args[0] + "/hop")).text());`,
    broad: ["--allow-net=127.0.0.1"],
    needs: ["--allow-net=GET 127.0.0.1:PORT"],
    wider: /every path on this host/,
  },
  {
    why: "a name of this machine",
    source: `console.log(await (await fetch("http://localhost:" + args[0] + "/x")).text());`,
    broad: ["--allow-net=localhost"],
    needs: ["--allow-net=GET localhost:PORT/x"],
    wider: /below this path/,
  },
];

describe("learned under broad grants", () => {
  test.concurrent.each(scripts)(
    "$why, and exactly that suffices",
    async ({ source, needs, broad = [], clear = [], wider }) => {
      const place = new Place();
      const learned = await place.learn(
        place.fresh("first", fs + source),
        "-A",
        ...broad,
        ...clear,
        "p.ts",
        "--",
        String(port),
      );
      expect(learned.stderr).not.toContain("error");
      expect(learned).toMatchObject({ exit: 0, complete: true, asked: false, refused: [], closed: [] });
      const text = learned.flags.map((flag) => flag.replace(String(port), "PORT")).sort();
      expect(text).toEqual([...needs].sort());
      const said = learned.used
        .map((row) => row.wider ?? "")
        .filter(Boolean)
        .join(" ");
      if (wider) expect(said).toMatch(wider);
      else expect(said).toBe("");
      const again = place.fresh("again", fs + source);
      const ran = await place.run(again, [
        "run",
        "--no-prompt",
        ...clear,
        ...learned.flags,
        "p.ts",
        "--",
        String(port),
      ]);
      expect(ran).toMatchObject({ status: 0, stdout: learned.stderr });
      for (const flag of learned.flags) {
        const without = learned.flags.filter((other) => other !== flag);
        const less = await place.run(place.fresh(`less-${learned.flags.indexOf(flag)}`, fs + source), [
          ...["run", "--no-prompt", ...clear, ...without, "p.ts", "--", String(port)],
        ]);
        expect(less.stdout === ran.stdout && less.status === 0, `${flag} was not needed`).toBe(false);
      }
    },
  );

  const examples: readonly { name: string; words: string[] }[] = [
    { name: "markdown-indexer", words: ["data/notes", "out"] },
    { name: "csv-to-json", words: ["data/tables", "out"] },
    { name: "todo-collector", words: ["data/source", "--json"] },
    { name: "image-dimensions", words: ["data/pictures", "--json"] },
  ];
  test.concurrent.each(examples)(
    "the example $name runs with what was learned from it",
    async ({ name, words }) => {
      const place = new Place();
      const dir = join(place.base, "examples");
      cpSync(join(import.meta.dirname, "../../examples"), dir, { recursive: true });
      const learned = await place.learn(dir, "-A", name, "--", ...words);
      expect(learned).toMatchObject({ complete: true });
      expect(learned.flags.length).toBeLessThanOrEqual(2);
      rmSync(join(dir, "out"), { recursive: true, force: true });
      const ran = await place.run(dir, ["run", "--no-prompt", name, ...learned.flags, "--", ...words]);
      expect(ran.status).toBe(learned.exit);
      const lines = learned.stderr.split("\n");
      expect(ran.stdout.split("\n").filter((line) => !lines.includes(line))).toEqual([]);
    },
  );
});

describe("without a terminal", () => {
  test("nothing is asked, all is denied, and the denials are what is learned, one run after the other", async () => {
    const place = new Place();
    const source = `${fs}console.log(await fs.readTextFile("a.txt"), await env.get("LANG")); await fs.writeTextFile("out", "x");`;
    const dir = place.fresh("first", source);
    const flags: string[] = [];
    for (const more of ["--allow-read=./a.txt", "--allow-env=LANG", "--allow-write=./out"]) {
      const learned = await place.learn(dir, ...flags, "p.ts");
      expect(learned).toMatchObject({ asked: false, complete: false, exit: 77 });
      expect(learned.refused.map(({ flag }) => flag)).toEqual([more]);
      flags.push(more);
      expect(existsSync(join(dir, "out"))).toBe(false);
    }
    expect(await place.learn(dir, ...flags, "p.ts")).toMatchObject({ complete: true, exit: 0, refused: [] });
  });

  test("what no grant opens is told apart", async () => {
    const place = new Place();
    const source = `${fs}for (const f of ["a.txt", "p.ts", "notes/deep/1.md"]) await fs.readTextFile(f).catch(() => {});`;
    const learned = await place.learn(place.fresh("first", source), "-A", "--deny-read=./a.txt", "p.ts");
    expect(learned.flags).toEqual(["--allow-read=./notes/deep/1.md"]);
    expect(learned).toMatchObject({ complete: false, refused: [] });
    expect(learned.closed.map(({ by }) => by)).toEqual([
      "--deny-read=./a.txt",
      "protected: the plugin's own files",
    ]);
  });

  test("in words: the command, the manifest, and what to do next", async () => {
    const place = new Place();
    const dir = place.fresh("first", `${fs}console.log(await fs.readTextFile("b,c=d.txt"));`);
    const { stdout, status } = await place.run(dir, ["learn", "-R", "p.ts"]);
    expect(status).toBe(0);
    expect(stdout).toContain("run p.ts --no-prompt '--allow-read=./b\\,c\\=d.txt'\n");
    expect(stdout).toContain('{"grant":"read=./b\\\\,c\\\\=d.txt","reason":""}');
    const refused = await place.run(dir, ["learn", "p.ts"]);
    expect(refused.status).toBe(77);
    expect(refused.stdout).toContain("Nobody could be asked");
    expect(refused.stdout).toContain("learn p.ts '--allow-read=./b\\,c\\=d.txt'\n");
  });
});

describe.skipIf(ptySupport() === undefined)("on a terminal", () => {
  const source = `${fs}const out = [];
for (let i = 0; i < 3; i++) out.push(await fs.readTextFile("notes/deep/" + i + ".md").catch((e) => e.code));
for (const name of ["LANG", "HOME"]) out.push(typeof (await env.get(name).catch((e) => e.code)));
out.push(await fs.readTextFile(".env").catch((e) => e.code));
console.log("DONE " + out.join(" "));`;

  const answers: readonly { why: string; keys: string[]; done: string; used: number; refused: string[] }[] = [
    {
      why: "a yes is for the kind, once; secrets are asked about one by one",
      keys: ["y\r", "y\r", "y\r"],
      done: "DONE 0 1 2 string string .env",
      used: 6,
      refused: [],
    },
    {
      why: "a no is for the kind, once, and what it refused is learned apart",
      keys: ["n\r", "y\r"],
      done: "DONE E_READ E_READ E_READ string string E_READ",
      used: 2,
      refused: ["--allow-read=./.env", ...[0, 1, 2].map((i) => `--allow-read=./notes/deep/${i}.md`)],
    },
  ];
  test.each(answers)("$why", async ({ keys, done, used, refused }) => {
    const place = new Place();
    const dir = place.fresh("first", source);
    const run = new PtyRun("/bin/sh", ["-c", '"$0" learn --json p.ts > learned.json', sbx], {
      cwd: dir,
      env: { SBX_HOME: place.env.SBX_HOME, HOME: place.env.HOME, LANG: "C" },
    });
    let since = 0;
    for (const answer of keys) {
      await run.until(/d details/, { since, within: 20_000 });
      await pause(650);
      since = run.raw.length;
      run.type(answer);
    }
    await run.exit(20_000);
    expect(run.raw).toContain(done);
    expect(run.raw).not.toContain("Always");
    const { readFileSync } = await import("node:fs");
    const learned = JSON.parse(readFileSync(join(dir, "learned.json"), "utf8")) as LearnReport;
    expect(learned.used).toHaveLength(used);
    expect(learned.refused.map(({ flag }) => flag)).toEqual(refused);
    expect(dirname(dir)).toBe(place.base);
  });
});
