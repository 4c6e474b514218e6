/** Policies as a person and an administrator meet them: the built executable, real files, the machine's policy in a mount namespace. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";

const made: string[] = [];
afterAll(() => {
  for (const base of made) rmSync(base, { recursive: true, force: true });
});

let base = "";
let dir = "";
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "sbx-policy-")));
  made.push(base);
  dir = join(base, "work");
  mkdirSync(join(dir, "docs/secret"), { recursive: true });
  mkdirSync(join(dir, "out"));
  write("docs/a.txt", "a");
  write("docs/secret/b.txt", "b");
});

function write(name: string, content: string | object): string {
  writeFileSync(join(dir, name), typeof content === "string" ? content : JSON.stringify(content));
  return name;
}

function run(argv: readonly string[], env: Record<string, string> = {}, prefix: readonly string[] = []) {
  const [command = sbx, ...args] = [...prefix, sbx, ...argv];
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: dir,
    env: { PATH: process.env.PATH, SBX_HOME: join(base, "home"), HOME: base, ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Tries one thing after the other; prints the code of each refusal. */
const tries = (...calls: string[]): string => `import * as fs from "sbx:fs"; import { get } from "sbx:env";
for (const call of [${calls.map((call) => `() => ${call}`).join(", ")}])
  try { await call(); console.log("ok"); } catch (error) { console.log(error.code ?? error.name); }`;

const readBoth = tries('fs.readTextFile("docs/a.txt")', 'fs.readTextFile("docs/secret/b.txt")');
const policy = (rules: object): string => write("p.json", { version: 1, ...rules });

describe("a policy of a run", () => {
  const user = userInfo().username;
  const rows: {
    why: string;
    rules: object;
    flags?: string[];
    env?: Record<string, string>;
    gives: string[];
  }[] = [
    {
      why: "denies what a flag allows",
      rules: { deny: ["read=./docs/secret"] },
      flags: ["-R=./docs"],
      gives: ["ok", "E_READ"],
    },
    { why: "allows without a flag", rules: { allow: ["read=./docs/a.txt"] }, gives: ["ok", "E_READ"] },
    {
      why: "caps what flags allow",
      rules: { ceiling: ["read=./docs/secret"] },
      flags: ["-R=./docs"],
      gives: ["E_READ", "ok"],
    },
    {
      why: "hides what it ignores",
      rules: { ignore: ["read=./docs/secret"] },
      flags: ["-R=./docs"],
      gives: ["ok", "E_NOT_FOUND"],
    },
    {
      why: "speaks to the user whom it names",
      rules: { when: [{ user, deny: ["read=./docs/a.txt"] }] },
      flags: ["-R=./docs"],
      gives: ["E_READ", "ok"],
    },
    {
      why: "and to no other",
      rules: { when: [{ user: `not-${user}`, deny: ["read=./docs/a.txt"] }] },
      flags: ["-R=./docs"],
      gives: ["ok", "ok"],
    },
    {
      why: "speaks to the session that it names",
      rules: { when: [{ session: "kiosk", ceiling: ["read=./docs/secret"] }] },
      flags: ["-R=./docs"],
      env: { XDG_SESSION_DESKTOP: "kiosk" },
      gives: ["E_READ", "ok"],
    },
    {
      why: "not to a command line when it names a host application",
      rules: { when: [{ host: "editor", allow: ["read=./docs"] }] },
      gives: ["E_READ", "E_READ"],
    },
    {
      why: "takes paths relative to its own folder, also through a link",
      rules: {},
      flags: ["--policy=docs/link.json", "-R=./docs"],
      gives: ["E_READ", "ok"],
    },
  ];
  test.each(rows)("$why", ({ rules, flags = [], env = {}, gives }) => {
    write("docs/real.json", { version: 1, deny: ["read=./a.txt"] });
    symlinkSync("real.json", join(dir, "docs/link.json"));
    write("main.ts", readBoth);
    const named = flags.some((flag) => flag.startsWith("--policy")) ? [] : [`--policy=${policy(rules)}`];
    const { stdout } = run(["run", ...named, ...flags, "--no-prompt", "main.ts"], env);
    expect(stdout.trim().split("\n")).toEqual(gives);
  });

  test("speaks to a script by its content, and no longer when it changed", () => {
    write("main.ts", readBoth);
    const report = (): { plugin: { content: string } } =>
      JSON.parse(run(["run", "--json", "--quiet", "main.ts"]).stderr);
    const { content } = report().plugin;
    const args = [
      "run",
      `--policy=${policy({ plugins: { "ours.notes": { content: `${content}`, allow: ["read=./docs"] } } })}`,
      "--no-prompt",
      "main.ts",
    ];
    expect(run(args).stdout).toBe("ok\nok\n");
    write("main.ts", `${readBoth}\n// changed`);
    expect(run(args).stdout).toBe("E_READ\nE_READ\n");
  });

  test("holds a limit below what the command line asks for", () => {
    write("main.ts", "for (;;);");
    const { status, stderr } = run([
      "run",
      `--policy=${policy({ limits: { cpu: "200ms" } })}`,
      "--cpu=1h",
      "main.ts",
    ]);
    expect(status).toBe(124);
    expect(stderr).toContain("E_LIMIT_TIME");
  });

  test("is named, with its line, by the refusal that it causes", () => {
    write("main.ts", 'import { readTextFile } from "sbx:fs"; await readTextFile("docs/secret/b.txt");');
    write("p.json", '{ "version": 1,\n  "deny": ["read=./docs/secret"] }');
    const { status, stderr } = run(["run", "--policy=p.json", "-R=./docs", "main.ts"]);
    expect(status).toBe(77);
    expect(stderr).toContain("remove the deny: p.json:2:12");
  });

  test("can be neither read nor changed by a plugin, whatever is granted", () => {
    policy({ allow: ["read=.", "write=."] });
    write(
      "main.ts",
      tries(
        'fs.readTextFile("p.json")',
        'fs.writeTextFile("p.json", "{}")',
        'fs.rename("out", "p.json")',
        'fs.remove("p.json")',
        'fs.rename(".", "../moved")',
      ),
    );
    const { stdout } = run(["run", "--policy=p.json", "-R=.", "-W=.", "--no-prompt", "main.ts"]);
    expect(stdout.trim().split("\n")).toEqual([
      "E_READ",
      "E_WRITE",
      "E_WRITE",
      "E_WRITE",
      expect.stringMatching(/^E_/),
    ]);
  });

  const stops: { why: string; make: () => string; says: RegExp; status: number }[] = [
    {
      why: "that is not there",
      make: () => "none.json",
      says: /none\.json cannot be read \(ENOENT\)/,
      status: 78,
    },
    { why: "that is a folder", make: () => "docs", says: /docs cannot be read \(EISDIR\)/, status: 78 },
    {
      why: "that is not UTF-8",
      make: () => {
        writeFileSync(join(dir, "p.json"), Buffer.from('{"version":1,"deny":["\xff"]}', "latin1"));
        return "p.json";
      },
      says: /not UTF-8/,
      status: 78,
    },
    {
      why: "that is too large",
      make: () => write("p.json", `{"version":1,"deny":["env=${"A".repeat(5_000_000)}"]}`),
      says: /EFBIG/,
      status: 78,
    },
    {
      why: "that wants monitors",
      make: () => policy({ monitor: { newHost: "ask" } }),
      says: /p\.json:1:\d+: this version has no monitor "newHost"/,
      status: 78,
    },
    {
      why: "that allows everything below a public suffix",
      make: () => policy({ allow: ["net=*.co.uk"] }),
      says: /p\.json:1:\d+: \*\.co\.uk is a public suffix/,
      status: 78,
    },
    {
      why: "that lets only signed plugins run",
      make: () => policy({ trust: { requireSignature: true } }),
      says: /E_SIGNATURE.*main\.ts is not signed, and p\.json:1:\d+/,
      status: 65,
    },
  ];
  test.each(stops)("$why stops the run before the first line of the plugin", ({ make, says, status }) => {
    write("main.ts", 'console.log("ran")');
    for (const how of [
      { argv: [`--policy=${make()}`], env: {} },
      { argv: [], env: { SBX_POLICY: make() } },
    ]) {
      const ran = run(["run", ...how.argv, "main.ts"], how.env as Record<string, string>);
      expect(ran).toMatchObject({ status, stdout: "" });
      expect(ran.stderr).toMatch(says);
    }
  });

  test("may begin with a byte order mark", () => {
    write("p.json", '\ufeff{"version": 1, "allow": ["read=./docs"]}');
    write("main.ts", readBoth);
    expect(run(["run", "--policy=p.json", "main.ts"]).stdout).toBe("ok\nok\n");
  });

  test("of the environment holds together with the named one", () => {
    write("main.ts", readBoth);
    write("env.json", { version: 1, deny: ["read=./docs/a.txt"] });
    const { stdout } = run(
      ["run", `--policy=${policy({ deny: ["read=./docs/secret"] })}`, "-R=./docs", "--no-prompt", "main.ts"],
      { SBX_POLICY: "env.json" },
    );
    expect(stdout).toBe("E_READ\nE_READ\n");
  });

  test("clears only where every policy that speaks of it agrees", () => {
    write(
      "main.ts",
      'import { readTextFile, writeTextFile } from "sbx:fs"; const text = await readTextFile("docs/a.txt"); await writeTextFile("out/copy", text); console.log("ok");',
    );
    const labels = { "read=./docs": "personal" };
    const args = ["run", "-R=./docs", "-W=./out", "--no-prompt", "main.ts"];
    const ran = (one: object, other: object) => {
      write("env.json", { version: 1, labels, ...one });
      return run([...args, `--policy=${policy(other)}`], { SBX_POLICY: "env.json" }).status;
    };
    expect(ran({}, { clear: { "write=./out": ["personal"] } })).toBe(0);
    expect(ran({ clear: { "write=.": ["personal"] } }, { clear: { "write=./out": ["personal"] } })).toBe(0);
    expect(ran({ clear: { "write=./out": ["secret"] } }, { clear: { "write=./out": ["personal"] } })).toBe(
      77,
    );
    expect(ran({ clear: {} }, { clear: { "write=./out": ["personal"] } })).toBe(77);
    expect(
      ran(
        { plugins: { "a.b": { clear: { "write=./out": ["personal"] } } } },
        { clear: { "write=./out": ["personal"] } },
      ),
    ).toBe(77);
  });
});

/** Runs with this file as /etc/sbx/policy.json, seen by nobody else. */
const inNamespace = (file: string): string[] => [
  "unshare",
  "--user",
  "--map-root-user",
  "--mount",
  "sh",
  "-c",
  `mkdir -p ${base}/up ${base}/wk && mount -t overlay overlay -o lowerdir=/etc,upperdir=${base}/up,workdir=${base}/wk /etc && mkdir -p /etc/sbx && cp -p ${join(dir, file)} /etc/sbx/policy.json && exec "$@"`,
  "sh",
];
const canMount = (() => {
  const probe = mkdtempSync(join(tmpdir(), "sbx-mount-"));
  made.push(probe);
  const { status } = spawnSync("unshare", [
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    `mkdir ${probe}/up ${probe}/wk && mount -t overlay overlay -o lowerdir=/etc,upperdir=${probe}/up,workdir=${probe}/wk /etc && mkdir -p /etc/sbx`,
  ]);
  return status === 0;
})();
if (!canMount)
  console.warn("the machine's policy is not tested: this system gives no mount namespace with an overlay");

describe.skipIf(!canMount)("the machine's policy", () => {
  test("binds every run, whatever its own policy says", () => {
    write("main.ts", readBoth);
    write("machine.json", { version: 1, deny: [`read=${dir}/docs/secret`], ceiling: [`read=${dir}`] });
    const ran = run(
      [
        "run",
        `--policy=${policy({ allow: ["read=./docs"], ceiling: ["read"] })}`,
        "-A",
        "--no-prompt",
        "main.ts",
      ],
      {},
      inNamespace("machine.json"),
    );
    expect(ran.stdout).toBe("ok\nE_READ\n");
    write("main.ts", tries('get("PATH")'));
    expect(run(["run", "-A", "--no-prompt", "main.ts"], {}, inNamespace("machine.json")).stdout).toBe(
      "E_ENV\n",
    );
  });

  test("that anybody may change stops every run", () => {
    write("main.ts", 'console.log("ran")');
    write("machine.json", { version: 1 });
    chmodSync(join(dir, "machine.json"), 0o646);
    const ran = run(["run", "main.ts"], {}, inNamespace("machine.json"));
    expect(ran).toMatchObject({ status: 78, stdout: "" });
    expect(ran.stderr).toContain("others may change the policy /etc/sbx/policy.json");
  });
});

describe("sbx policy", () => {
  test("check tells what was allowed and would be refused today, and by which line", () => {
    write("main.ts", readBoth);
    run(["run", "-R=./docs", "main.ts"]);
    write("p.json", '{ "version": 1,\n  "deny": ["read=./docs/secret"] }');
    const { status, stdout } = run(["policy", "check", "p.json"]);
    expect(status).toBe(0);
    expect(stdout).toBe(`valid: ${dir}/p.json
remembered answers: 0, refused today: 0
allowed operations in the audit: 2, refused today: 1
  1 ×  fs.readFile  ${dir}/docs/secret/b.txt  main.ts  (p.json:2:12)
`);
    const json = JSON.parse(run(["policy", "check", "--json", "p.json"]).stdout);
    expect(json).toMatchObject({
      policies: [`${dir}/p.json`],
      answers: { checked: 0, refused: [] },
      audit: { checked: 2 },
    });
    expect(json.audit.refused).toMatchObject([{ op: "fs.readFile", count: 1, rule: "p.json:2:12" }]);
  });

  test("check refuses a file with faults", () => {
    write("p.json", '{ "version": 1, "denny": [] }');
    const { status, stderr } = run(["policy", "check", "p.json"]);
    expect(status).toBe(78);
    expect(stderr).toContain('p.json:1:17: unknown key "denny" (did you mean "deny"?)');
    expect(stderr).toContain("^^^^^^^");
  });

  test("show tells what is in force, each with its line", () => {
    write("p.json", {
      version: 1,
      deny: ["net=*.tracker.example"],
      limits: { memory: "64mb" },
      when: [{ session: "none", deny: ["env"] }],
    });
    const { stdout } = run(["policy", "show"], { SBX_POLICY: "p.json" });
    expect(stdout).toContain("deny     net=*.tracker.example  (p.json:1:22)");
    expect(stdout).not.toContain("env");
  });

  test.each([[["policy"]], [["policy", "chek"]], [["policy", "check", "--jsn"]]])(
    "%j is refused with a way on",
    (argv) => {
      const { status, stderr } = run(argv);
      expect(status).toBe(2);
      expect(stderr).toContain("sbx policy");
    },
  );
});
