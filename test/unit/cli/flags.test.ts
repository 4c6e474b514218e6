import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRun, type RunOptions } from "../../../cli/flags.ts";
import { optionTable } from "../../../cli/optionTable.ts";
import { isSbxError } from "../../../runtime/core/errors.ts";

const kinds = ["read", "write", "net", "data", "env", "host"] as const;
const allow = (kind: (typeof kinds)[number], text: string | null, flag: string) => ({
  effect: "allow",
  kind,
  text,
  flag,
});

const understood: readonly { why: string; argv: string[]; gives: Partial<RunOptions> }[] = [
  { why: "a script alone", argv: ["p.ts"], gives: { script: "p.ts", args: [], grants: [], limits: {} } },
  {
    why: "options directly behind the script",
    argv: ["p.ts", "--allow-read=./docs", "in.txt", "-A"],
    gives: {
      script: "p.ts",
      args: ["in.txt", "-A"],
      allowAll: false,
      grants: [allow("read", "./docs", "--allow-read=./docs")] as never,
    },
  },
  {
    why: "options before the script and behind it",
    argv: ["--quiet", "p.ts", "--no-prompt"],
    gives: { script: "p.ts", quiet: true, noPrompt: true, args: [] },
  },
  {
    why: "-- ends the options, and is not the plugin's",
    argv: ["p.ts", "--", "-A", "--", "x"],
    gives: { args: ["-A", "--", "x"], allowAll: false, grants: [] },
  },
  {
    why: "a -- behind the first bare word is the plugin's own",
    argv: ["p.ts", "x", "--", "-A"],
    gives: { args: ["x", "--", "-A"], allowAll: false },
  },
  {
    why: "-- before the script: a script may be called like an option",
    argv: ["--quiet", "--", "-A", "-R"],
    gives: { script: "-A", args: ["-R"], allowAll: false, grants: [], quiet: true },
  },
  { why: "- is standard input", argv: ["-", "x"], gives: { script: "-", args: ["x"] } },
  {
    why: "- behind the script is a bare word",
    argv: ["p.ts", "-", "-A"],
    gives: { args: ["-", "-A"], allowAll: false },
  },
  {
    why: "an empty word is a bare word",
    argv: ["p.ts", "", "-A"],
    gives: { args: ["", "-A"], allowAll: false },
  },
  {
    why: "short flags with and without scope",
    argv: ["-R=a,b", "-E", "p.ts"],
    gives: { grants: [allow("read", "a,b", "-R=a,b"), allow("env", null, "-E")] as never },
  },
  {
    why: "joined short flags are bare ones",
    argv: ["-RW", "p.ts"],
    gives: { grants: [allow("read", null, "-RW"), allow("write", null, "-RW")] as never },
  },
  {
    why: "-A is a bare allow of every kind",
    argv: ["-A", "p.ts"],
    gives: { allowAll: true, grants: kinds.map((kind) => allow(kind, null, "-A")) as never },
  },
  {
    why: "denies and ignores",
    argv: ["p.ts", "--deny-net=*.evil.example", "--ignore-env", "--ignore-read=x"],
    gives: {
      grants: [
        { effect: "deny", kind: "net", text: "*.evil.example", flag: "--deny-net=*.evil.example" },
        { effect: "ignore", kind: "env", text: null, flag: "--ignore-env" },
        { effect: "ignore", kind: "read", text: "x", flag: "--ignore-read=x" },
      ],
    },
  },
  {
    why: "a scope may hold further equals signs",
    argv: ["--allow-read=a,for=10m", "p.ts"],
    gives: { grants: [allow("read", "a,for=10m", "--allow-read=a,for=10m")] as never },
  },
  {
    why: "limits are milliseconds, bytes and counts",
    argv: [
      "--timeout=1.5s",
      "--cpu=2m",
      "--memory=64mb",
      "--stack=1mb",
      "--handles=8",
      "--request-timeout=250ms",
      "--kv=1gb",
      "p.ts",
    ],
    gives: {
      limits: {
        timeout: 1500,
        cpu: 120_000,
        memory: 2 ** 26,
        stack: 2 ** 20,
        handles: 8,
        requestTimeout: 250,
        kv: 2 ** 30,
      },
    },
  },
  {
    why: "labels end behind the last colon",
    argv: ["--label=read=./p:personal", "--clear=net=h.example:443:personal", "p.ts"],
    gives: {
      labels: [{ on: "read=./p", label: "personal" }],
      clear: [{ on: "net=h.example:443", label: "personal" }],
    },
  },
  {
    why: "files, seed and proxy",
    argv: ["--audit=a", "--report=r", "--deterministic=7", "--proxy=http://p.example:3128", "p.ts"],
    gives: { audit: "a", report: "r", deterministic: "7", proxy: "http://p.example:3128" },
  },
  {
    why: "what was typed as options is kept for the remedy",
    argv: ["-R", "p.ts", "--quiet", "--", "x"],
    gives: { typed: ["-R", "--quiet"], args: ["x"] },
  },
];

describe("understood", () => {
  for (const { why, argv, gives } of understood) test(why, () => expect(parseRun(argv)).toMatchObject(gives));
});

const refused: readonly { why: string; argv: string[]; says: RegExp }[] = [
  { why: "no script", argv: ["--quiet"], says: /what to run is missing/ },
  { why: "an empty script's name", argv: [""], says: /name is empty/ },
  {
    why: "an unknown option behind the script names --",
    argv: ["p.ts", "--verbose"],
    says: /no option --verbose.*-- --verbose/s,
  },
  {
    why: "a mistyped flag gets its neighbour",
    argv: ["p.ts", "--alow-read=./x"],
    says: /Did you mean --allow-read=\.\/x\?/,
  },
  { why: "a scope glued to a short flag", argv: ["-R./x", "p.ts"], says: /-R=\.\/x/ },
  { why: "an unknown letter among joined ones", argv: ["-RX", "p.ts"], says: /no option -RX/ },
  { why: "joined short flags with a scope", argv: ["-RW=x", "p.ts"], says: /-R=x -W=x/ },
  {
    why: "an ignore of a kind that has none",
    argv: ["--ignore-net", "p.ts"],
    says: /no option --ignore-net/,
  },
  { why: "an empty scope", argv: ["--allow-read=", "p.ts"], says: /has no scope/ },
  { why: "-A with a scope", argv: ["-A=x", "p.ts"], says: /takes no scope/ },
  { why: "a switch with a value", argv: ["--no-prompt=1", "p.ts"], says: /takes no value/ },
  { why: "a value that is missing", argv: ["--timeout", "30s", "p.ts"], says: /--timeout=30s/ },
  {
    why: "a value that stands twice",
    argv: ["--cpu=1s", "p.ts", "--cpu=2s"],
    says: /--cpu stands there twice/,
  },
  { why: "a time without a unit", argv: ["--timeout=30", "p.ts"], says: /--timeout: "30" is not a time/ },
  { why: "a size with a time's unit", argv: ["--memory=5s", "p.ts"], says: /not a size/ },
  { why: "no time at all", argv: ["--timeout=0s", "p.ts"], says: /at least 1ms/ },
  { why: "less memory than an engine needs", argv: ["--memory=1mb", "p.ts"], says: /at least 16mb/ },
  { why: "more memory than the engine can address", argv: ["--memory=5gb", "p.ts"], says: /at most 2gb/ },
  { why: "a negative count", argv: ["--handles=-1", "p.ts"], says: /a whole number/ },
  { why: "a label without a name", argv: ["--label=read=./p", "p.ts"], says: /names no label/ },
  { why: "a label in capitals", argv: ["--label=read=./p:Personal", "p.ts"], says: /cannot be a label/ },
  { why: "a proxy that is no URL", argv: ["--proxy=proxy:3128", "p.ts"], says: /not a proxy's URL/ },
  {
    why: "asking and not asking",
    argv: ["--no-prompt", "--prompts=3", "p.ts"],
    says: /contradict each other/,
  },
  { why: "watching standard input", argv: ["--watch", "-"], says: /no file to watch/ },
  {
    why: "one file for two records",
    argv: ["--audit=x", "--report=x", "p.ts"],
    says: /--audit and --report name the same file/,
  },
];

describe("refused with what helps", () => {
  for (const { why, argv, says } of refused) test(why, () => expect(messageOf(argv)).toMatch(says));
});

function messageOf(argv: string[]): string {
  try {
    parseRun(argv);
  } catch (error) {
    if (isSbxError(error) && error.code === "E_USAGE")
      return `${error.message} ${error.details.remedy ?? ""}`;
    throw error;
  }
  return "was accepted";
}

const hinted: readonly { why: string; argv: string[]; says: RegExp | null }[] = [
  {
    why: "a bare grant before what looks like its scope",
    argv: ["p.ts", "--allow-read", "./docs"],
    says: /--allow-read=\.\/docs/,
  },
  {
    why: "the same before the script",
    argv: ["--allow-net", "api.example.com", "p.ts"],
    says: /--allow-net=api\.example\.com/,
  },
  { why: "a script behind a bare grant is a script", argv: ["--allow-read", "./p.ts"], says: null },
  {
    why: "an allow that a deny undoes",
    argv: ["--allow-read=x", "--deny-read=x", "p.ts"],
    says: /has no effect/,
  },
  { why: "-A with a bare deny is meant", argv: ["-A", "--deny-net", "p.ts"], says: null },
  { why: "-- says that the word is the plugin's", argv: ["p.ts", "-R", "--", "./docs"], says: null },
];

describe("hints", () => {
  for (const { why, argv, says } of hinted)
    test(why, () => {
      const { hints } = parseRun(argv);
      if (says === null) expect(hints).toEqual([]);
      else expect(hints.join("\n")).toMatch(says);
    });
});

const nasty = fc.oneof(
  fc.constantFrom(
    "--",
    "-",
    "-A",
    "-RWN",
    "--allow-read",
    "--allow-net=*",
    "--no-prompt",
    "--timeout=1s",
    "",
  ),
  fc.constantFrom(...optionTable.keys()),
  fc.string(),
);

describe("the plugin's arguments never become options", () => {
  test("behind --, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(nasty), (args) => {
        const plain = parseRun(["p.ts", "--quiet"]);
        expect(parseRun(["p.ts", "--quiet", "--", ...args])).toEqual({ ...plain, args });
      }),
      { numRuns: 500 },
    );
  });
  test("behind the first bare word, whatever they are", () => {
    fc.assert(
      fc.property(
        fc.string().filter((word) => !word.startsWith("-") || word === "-"),
        fc.array(nasty),
        (word, args) => {
          const options = parseRun(["p.ts", "--quiet", word, ...args]);
          expect({ ...options, hints: [] }).toEqual({
            ...parseRun(["p.ts", "--quiet"]),
            args: [word, ...args],
          });
        },
      ),
      { numRuns: 500 },
    );
  });
  test("and every word is either an option, the script, -- or an argument", () => {
    fc.assert(
      fc.property(fc.array(nasty), (argv) => {
        let parsed: RunOptions;
        try {
          parsed = parseRun(argv);
        } catch (error) {
          expect(isSbxError(error)).toBe(true);
          return;
        }
        const words = parsed.typed.length + 1 + parsed.args.length;
        expect(argv.length - words).toBeGreaterThanOrEqual(0);
        expect(argv.length - words).toBeLessThanOrEqual(1);
        expect(argv.slice(argv.length - parsed.args.length)).toEqual(parsed.args);
      }),
      { numRuns: 1000 },
    );
  });
});
