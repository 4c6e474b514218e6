import { describe, expect, test } from "vitest";
import { commands, later } from "../../../cli/commands.ts";
import { dispatch } from "../../../cli/main.ts";
import type { Output } from "../../../cli/output.ts";
import { errorPages } from "../../../cli/pages/errors.ts";
import { overview } from "../../../cli/pages/overview.ts";
import { topics } from "../../../cli/pages/topics.ts";
import { errorTable } from "../../../runtime/core/errors.ts";

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function sbx(...argv: string[]): Promise<Said> {
  const said = { 1: "", 2: "" };
  const output = (fd: 1 | 2): Output => ({
    fd,
    isTerminal: false,
    closed: false,
    whenClosed: new AbortController().signal,
    write: (bytes) => {
      said[fd] += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();
    },
    flush: async () => {},
  });
  const assets = (name: string): Uint8Array => Buffer.from(`asset ${name}`);
  const code = await dispatch(argv, { start: { assets, engine: undefined }, out: output(1), err: output(2) });
  return { code, out: said[1], err: said[2] };
}

const table: readonly { why: string; argv: string[]; code: number; out?: RegExp; err?: RegExp }[] = [
  { why: "nothing at all is help", argv: [], code: 0, out: /sbx run/ },
  { why: "--help", argv: ["--help"], code: 0, out: /sbx run/ },
  { why: "help of a command, both ways", argv: ["run", "--help"], code: 0, out: /--memory=128mb/ },
  { why: "help of a topic", argv: ["help", "exit-codes"], code: 0, out: /77 {3}a denial/ },
  {
    why: "help of a mistyped topic",
    argv: ["help", "permisions"],
    code: 2,
    err: /Did you mean "permissions"\?/,
  },
  { why: "the version", argv: ["--version"], code: 0, out: /^sbx \d+\.\d+\.\d+\n$/ },
  { why: "the version as JSON", argv: ["version", "--json"], code: 0, out: /^\{"version":/ },
  { why: "a mistyped command", argv: ["rnu", "p.ts"], code: 2, err: /Did you mean "run"\?/ },
  { why: "a command that is nothing like any", argv: ["frobnicate"], code: 2, err: /sbx --help lists/ },
  { why: "a script in a command's place", argv: ["p.ts"], code: 2, err: /sbx run p\.ts/ },
  { why: "an option in a command's place", argv: ["-A", "p.ts"], code: 2, err: /behind the command/ },
  {
    why: "a command of a later version",
    argv: ["install", "x"],
    code: 2,
    err: /not available in this version/,
  },
  {
    why: "names of objects are no commands",
    argv: ["constructor"],
    code: 2,
    err: /no command "constructor"/,
  },
  { why: "nor topics", argv: ["help", "toString"], code: 2, err: /no help about/ },
  { why: "the page of a code", argv: ["explain", "E_READ"], code: 0, out: /What to do/ },
  {
    why: "in small letters and without its beginning",
    argv: ["explain", "net-local"],
    code: 0,
    out: /^E_NET_LOCAL:/,
  },
  { why: "a mistyped code", argv: ["explain", "E_RAED"], code: 2, err: /Did you mean E_READ\?/ },
  { why: "all codes", argv: ["explain"], code: 0, out: /E_READ .*\n[\s\S]*E_INTERNAL/ },
  { why: "the declarations", argv: ["types"], code: 0, out: /^asset sbx\.d\.ts$/ },
  { why: "wrong usage of run", argv: ["run", "--nope", "p.ts"], code: 2, err: /no option --nope/ },
  {
    why: "an option that a command does not know",
    argv: ["grants", "--jsno"],
    code: 2,
    err: /Did you mean --json\?/,
  },
  { why: "a word too many", argv: ["types", "x"], code: 2, err: /one word too many/ },
  { why: "an escape sequence in a command's name", argv: ["a\x1b[2J"], code: 2, err: /a\\u\{1b\}\[2J/ },
];

describe("commands", () => {
  for (const { why, argv, code, out, err } of table)
    test(why, async () => {
      const said = await sbx(...argv);
      expect(said).toMatchObject({ code });
      if (out === undefined) expect(said.out).toBe("");
      else expect(said.out).toMatch(out);
      if (err === undefined) expect(said.err).toBe("");
      else expect(said.err).toMatch(err);
    });

  test("every one has help, and none is said to come later", () => {
    for (const name of Object.keys(commands)) {
      expect(topics).toHaveProperty(name);
      expect(later.has(name)).toBe(false);
    }
  });
  test("a defect is said without sbx's insides", async () => {
    const out = {
      write: () => {
        throw new Error("boom");
      },
    };
    const said: string[] = [];
    const err = { isTerminal: false, write: (text: string) => void said.push(text) };
    const code = await dispatch(["version"], {
      start: { assets: () => new Uint8Array(), engine: undefined },
      out,
      err,
    } as never);
    expect(code).toBe(70);
    expect(said.join("")).toMatch(/a defect in sbx itself: boom/);
    expect(said.join("")).not.toMatch(/at .*\.ts/);
  });
});

describe("pages", () => {
  test("the overview fits on one screen", () => {
    const lines = overview.trimEnd().split("\n");
    expect(lines.length).toBeLessThan(24);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
  test("every topic fits its width", () => {
    for (const page of Object.values(topics))
      for (const line of page.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
  test("every code has a page with something to say", () => {
    expect(Object.keys(errorPages)).toEqual(Object.keys(errorTable));
    for (const page of Object.values(errorPages))
      for (const text of Object.values(page)) expect(text.length).toBeGreaterThan(8);
  });
  test("exit codes in the help are those of the table", () => {
    for (const { exit } of Object.values(errorTable))
      expect(topics["exit-codes"]).toMatch(new RegExp(`^ {2}${exit} `, "m"));
  });
});
