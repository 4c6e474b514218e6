import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import {
  commandWith,
  formatDefect,
  formatDenial,
  formatFailure,
  formatLimit,
  formatLoad,
  formatUncaught,
} from "../../../cli/report.ts";
import { makeStyle, plain, wantsColour } from "../../../cli/style.ts";
import { fail } from "../../../runtime/core/errors.ts";

const place = { file: "notes.ts", line: 22, column: 14, source: "  await fs.readTextFile(path)" };

const blocks: readonly { why: string; text: string; gives: string }[] = [
  {
    why: "a denial says what, where, what is granted, and what to paste",
    text: formatDenial(
      {
        code: "E_READ",
        headline: "notes.ts may not read ~/.ssh/config",
        place,
        granted: ["read=./notes"],
        asked: "~/.ssh/config (holds secrets)",
        remedy: "sbx run notes.ts --allow-read=~/.ssh/config",
        record: "01J9",
      },
      plain,
    ),
    gives: `error[E_READ]: notes.ts may not read ~/.ssh/config
  at notes.ts:22:14  await fs.readTextFile(path)
  granted: read=./notes    asked: ~/.ssh/config (holds secrets)
  to allow it:  sbx run notes.ts --allow-read=~/.ssh/config
  sbx explain E_READ · audit record 01J9
`,
  },
  {
    why: "a denial without place, grants, remedy and record",
    text: formatDenial(
      { code: "E_NET", headline: "p.ts may not connect", granted: [], asked: "x:443" },
      plain,
    ),
    gives: `error[E_NET]: p.ts may not connect
  granted: nothing    asked: x:443
  sbx explain E_NET
`,
  },
  {
    why: "an uncaught error shows its line, a caret and its frames",
    text: formatUncaught(
      {
        name: "TypeError",
        message: "x is undefined\nsecond line",
        place,
        frames: ["load (notes.ts:22:14)", "notes.ts:40:1"],
      },
      plain,
    ),
    gives: `error: TypeError: x is undefined
  second line
  22 │   await fs.readTextFile(path)
                    ^
  at load (notes.ts:22:14)
  at notes.ts:40:1
`,
  },
  {
    why: "a limit",
    text: formatLimit(
      { code: "E_LIMIT_TIME", headline: "p.ts worked for 10s without a pause", remedy: "--cpu=20s" },
      plain,
    ),
    gives: `error[E_LIMIT_TIME]: p.ts worked for 10s without a pause
  to raise it:  --cpu=20s
  sbx explain E_LIMIT_TIME
`,
  },
  {
    why: "a source that cannot be loaded",
    text: formatLoad(
      {
        code: "E_IMPORT",
        headline: '"node:fs" cannot be imported',
        place: { file: "p.ts", line: 1, column: 16, source: 'import fs from "node:fs";', length: 9 },
        remedy: 'use "sbx:fs"',
      },
      plain,
    ),
    gives: `error[E_IMPORT]: "node:fs" cannot be imported
  at p.ts:1:16
  1 │ import fs from "node:fs";
                     ^^^^^^^^^
  what helps:  use "sbx:fs"
  sbx explain E_IMPORT
`,
  },
  {
    why: "wrong usage",
    text: formatFailure(fail("E_USAGE", "what to run is missing", { remedy: "sbx run plugin.ts" }), plain),
    gives: `error[E_USAGE]: what to run is missing
  what helps:  sbx run plugin.ts
`,
  },
];

describe("blocks", () => {
  for (const { why, text, gives } of blocks) test(why, () => expect(text).toBe(gives));

  test("what the plugin wrote cannot move the cursor or add lines that look like sbx's", () => {
    const evil = "a\x1b[2J\u202e\rb";
    const texts = [
      formatDenial(
        {
          code: "E_READ",
          headline: evil,
          granted: [evil],
          asked: `${evil}\nto allow it: x`,
          place: { ...place, file: evil, source: evil },
        },
        plain,
      ),
      formatUncaught({ name: evil, message: evil, frames: [evil], place: { ...place, source: evil } }, plain),
      formatLoad(
        { code: "E_IMPORT", headline: evil, notes: [evil], place: { ...place, file: evil, source: evil } },
        plain,
      ),
    ];
    for (const text of texts) expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}|\n {2}to allow it/u);
  });

  test("the caret stands below its column when the line is very long", () => {
    const source = `${"a".repeat(5000)}X${"b".repeat(5000)}`;
    const text = formatUncaught(
      { name: "", message: "m", frames: [], place: { file: "p", line: 7, column: 5001, source } },
      plain,
    );
    const [, line = "", caret = ""] = text.split("\n");
    expect(line[caret.indexOf("^")]).toBe("X");
    expect(line.length).toBeLessThan(120);
  });
});

test("a defect shows no stack unless it was asked for", () => {
  const error = new Error("boom");
  expect(formatDefect(error, plain, false)).toMatch(/^error\[E_INTERNAL\]: a defect in sbx itself: boom\n/);
  expect(formatDefect(error, plain, false)).not.toMatch(/report\.test/);
  expect(formatDefect(error, plain, true)).toMatch(/report\.test/);
});

const commands: readonly {
  why: string;
  options: Parameters<typeof commandWith>[0];
  more: string[];
  words: string[];
}[] = [
  {
    why: "the same run with one flag more",
    options: { script: "notes.ts", typed: ["--allow-read=./notes"], args: [] },
    more: ["--allow-write=./out"],
    words: ["sbx", "run", "notes.ts", "--allow-read=./notes", "--allow-write=./out"],
  },
  {
    why: "the plugin's words stay behind --",
    options: { script: "p.ts", typed: [], args: ["-A", "a b", "it's", "$HOME", ""] },
    more: ["--allow-read=~/x y"],
    words: ["sbx", "run", "p.ts", "--allow-read=~/x y", "--", "-A", "a b", "it's", "$HOME", ""],
  },
  {
    why: "a script that is called like an option",
    options: { script: "-A", typed: [], args: [] },
    more: ["--quiet"],
    words: ["sbx", "run", "./-A", "--quiet"],
  },
];

describe("commands to paste", () => {
  for (const { why, options, more, words } of commands)
    test(why, () => {
      const command = commandWith(options, more);
      const shell = `for word in "$@"; do printf '%s\\0' "$word"; done`;
      const read = execFileSync("/bin/sh", ["-c", `set -- ${command}; ${shell}`], { encoding: "utf8" });
      expect(read.split("\0").slice(0, -1)).toEqual(words);
    });
});

const colours: readonly { why: string; terminal: boolean; env: Record<string, string>; colour: boolean }[] = [
  { why: "a terminal has colours", terminal: true, env: {}, colour: true },
  { why: "a pipe has none", terminal: false, env: {}, colour: false },
  {
    why: "NO_COLOR takes them away",
    terminal: true,
    env: { NO_COLOR: "1", FORCE_COLOR: "1" },
    colour: false,
  },
  { why: "an empty NO_COLOR does not", terminal: true, env: { NO_COLOR: "" }, colour: true },
  { why: "FORCE_COLOR gives them to a pipe", terminal: false, env: { FORCE_COLOR: "1" }, colour: true },
  { why: "FORCE_COLOR=0 takes them away", terminal: true, env: { FORCE_COLOR: "0" }, colour: false },
  { why: "a dumb terminal has none", terminal: true, env: { TERM: "dumb" }, colour: false },
];

describe("colours", () => {
  for (const { why, terminal, env, colour } of colours)
    test(why, () => expect(wantsColour(terminal, env)).toBe(colour));
  test("a coloured block reads the same", () => {
    const report = { code: "E_READ", headline: "h", granted: [], asked: "a" } as const;
    const coloured = formatDenial(report, makeStyle(true));
    expect(coloured).toContain("\x1b[31m");
    expect(coloured.replace(/\x1b\[\d+m/g, "")).toBe(formatDenial(report, plain));
  });
});
