/** Questions as a person sees them: the built executable on a real pseudo terminal, every answer, several widths, and plain. The screens
 *  stand in `transcripts/`, to be read; after a wanted change `vitest run -u` writes them anew. */
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { PtyRun, pause, ptySupport } from "../support/pty.ts";

const DOWN = "\x1b[B";
const names: Readonly<Record<string, string>> = {
  "\r": "Enter",
  [DOWN]: "Down",
  "\x03": "Ctrl-C",
  "\x04": "Ctrl-D",
};

const notes = `import { readTextFile } from "sbx:fs";
import { permissions } from "sbx:permissions";
for (const _ of [1, 2]) {
  const { state } = await permissions.request({ name: "read", path: "notes/list.txt", reason: "To see what is on your list" });
  if (state === "granted") console.log("the list: " + await readTextFile("notes/list.txt"));
  else console.log("no list");
}`;
const sending = `import { permissions } from "sbx:permissions";
await permissions.request({ name: "net", host: "api.example.com", reason: "To send cards" });
console.log("done");`;
const writing = `import { mkdir } from "sbx:fs";
await mkdir("notes").catch((e) => console.log(e.code));`;
const letting = (send: string): string => `import { readTextFile, writeTextFile } from "sbx:fs";
const list = await readTextFile("notes/list.txt");
for (const n of [1, 2]) await ${send}.then(() => console.log("sent"), (e) => console.log(e.code ?? e.message));`;
const toFile = letting('writeTextFile("out/list-" + n, list)');
const toNet = letting(
  'fetch("http://127.0.0.1:9/cards?list=" + list, { method: "POST", headers: { "x-from": "p" }, body: "we need " + list + "\\n\\x1b[31mred" })',
);
const dataset = `import * as data from "sbx:data";
const people = await data.open("people");
console.log(await people.query({ select: ["name", "email"] }));`;
const catalog = JSON.stringify({
  version: 1,
  datasets: {
    people: {
      title: "Address book",
      source: { type: "csv", path: "people.csv" },
      fields: { name: { type: "text" }, email: { type: "text", label: "personal" } },
    },
  },
});
const uncaught = `import { get } from "sbx:env";
console.log(await get("TOKEN"));`;

interface Transcript {
  readonly name: string;
  /** As typed behind `sbx run`; several are several runs in one shell. */
  readonly runs?: readonly string[];
  readonly script?: string;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Pressed one after the other, each once the screen rests; a screen is kept before each. */
  readonly keys: readonly (readonly string[])[];
}

const transcripts: readonly Transcript[] = [
  { name: "no", keys: [["\r"], ["\r"]] },
  {
    name: "this-once",
    keys: [
      ["y", "\r"],
      ["n", "\r"],
    ],
  },
  { name: "until-the-run-ends", keys: [[DOWN, DOWN, "\r"]] },
  { name: "for-one-hour", keys: [[DOWN, DOWN, DOWN, "\r"]] },
  { name: "always", runs: ["p.ts", "p.ts --no-prompt"], keys: [[DOWN, DOWN, DOWN, DOWN, "\r"]] },
  { name: "never", runs: ["p.ts", "p.ts"], keys: [[DOWN, DOWN, DOWN, DOWN, DOWN, "\r"]] },
  { name: "stopped", keys: [["q"]] },
  { name: "interrupted", keys: [["\x03"]] },
  { name: "end-of-input", keys: [["\x04"], ["\x04"]] },
  { name: "another-scope", keys: [["e"], [DOWN, "\r"], [DOWN, DOWN, "\r"]] },
  { name: "details", keys: [["d"], ["\r"], ["\r"]] },
  {
    name: "combination",
    script: sending,
    runs: ["p.ts -R=notes --allow-env=LANG"],
    keys: [["e"], [DOWN, "\r"], ["\r"]],
  },
  {
    name: "release-file",
    script: toFile,
    runs: ["p.ts -R=notes -W=out --label=read=notes:personal"],
    keys: [["d"], ["y", "\r"], ["\r"]],
  },
  {
    name: "release-net",
    script: toNet,
    runs: ["p.ts -R=notes --label=read=notes:personal"],
    keys: [[DOWN, DOWN, "\r"]],
  },
  {
    name: "release-net-40",
    columns: 40,
    script: toNet,
    runs: ["p.ts -R=notes --label=read=notes:personal"],
    keys: [["d"], ["\r"], ["q"]],
  },
  {
    name: "release-plain",
    script: toFile,
    env: { SBX_PLAIN: "1" },
    runs: ["p.ts -R=notes -W=out --label=read=notes:personal"],
    keys: [
      ["3", "\r"],
      ["1", "\r"],
    ],
  },
  {
    name: "dataset",
    script: dataset,
    runs: ["--catalog=people.json p.ts"],
    keys: [
      ["y", "\r"],
      ["y", "\r"],
    ],
  },
  { name: "uncaught", script: uncaught, keys: [["\r"]] },
  {
    name: "wide-200",
    columns: 200,
    script: sending,
    runs: ["p.ts -R=notes --allow-env=LANG"],
    keys: [["d"], ["\r"]],
  },
  {
    name: "narrow-40",
    columns: 40,
    script: sending,
    runs: ["p.ts -R=notes --allow-env=LANG"],
    keys: [["d"], ["\r"]],
  },
  { name: "narrow-40-folder", columns: 40, script: writing, keys: [["\r"]] },
  {
    name: "plain",
    env: { SBX_PLAIN: "1" },
    keys: [["d", "\r"], ["e", "\r"], ["2", "\r"], ["y", "\r"], ["\r"]],
  },
  {
    name: "plain-numbers",
    env: { SBX_PLAIN: "1" },
    keys: [
      ["7", "\r"],
      ["3", "\r"],
    ],
  },
  {
    name: "plain-40",
    columns: 40,
    env: { SBX_PLAIN: "1" },
    script: sending,
    runs: ["p.ts -R=notes"],
    keys: [["y", "\r"]],
  },
  {
    name: "dumb",
    env: { TERM: "dumb" },
    keys: [
      ["y", "\r"],
      ["q", "\r"],
    ],
  },
];

const open: PtyRun[] = [];
afterAll(() => {
  for (const run of open) run.kill();
});

/** A folder whose name has the same length each time, so that lines break at the same places. */
function place(script: string): string {
  const base = mkdtempSync("/tmp/sbx-seen-");
  for (const folder of ["desk/notes", "bin", "ada"]) mkdirSync(join(base, folder), { recursive: true });
  symlinkSync(sbx, join(base, "bin/sbx"));
  writeFileSync(join(base, "desk/notes/list.txt"), "milk");
  writeFileSync(join(base, "desk/p.ts"), script);
  mkdirSync(join(base, "desk/out"));
  writeFileSync(join(base, "desk/people.json"), catalog);
  writeFileSync(join(base, "desk/people.csv"), "name,email\nAna,ana@mail.example\n");
  return base;
}

/** What is another one each time, made one and the same: the folder's name (also where a line broke in it) and audit records. */
function steady(screen: string, base: string): string {
  const random = base.slice("/tmp/sbx-seen-".length);
  const anywhere = new RegExp([...random].join("((?:\\n(?:│ {2})?)?)"), "g");
  return screen
    .replace(anywhere, (_, ...breaks: string[]) =>
      [...random].map((__, i) => `x${i < 5 ? breaks[i] : ""}`).join(""),
    )
    .replace(/\b[0-9A-HJKMNP-TV-Z]{26}-\d+/g, "01XXXXXXXXXXXXXXXXXXXXXXXX-1")
    .replace(/[ ]+$/gm, "");
}

async function transcript({
  script = notes,
  columns = 80,
  runs = ["p.ts"],
  env = {},
  keys,
}: Transcript): Promise<string> {
  const base = place(script);
  const line = runs
    .map((words) => `echo '$ sbx run ${words}'; sbx run ${words}; echo "[exit code $?]"`)
    .join("; ");
  const run = new PtyRun("/bin/sh", ["-c", line], {
    cwd: join(base, "desk"),
    columns,
    rows: 60,
    env: {
      PATH: `${base}/bin:/usr/bin:/bin`,
      HOME: join(base, "ada"),
      SBX_HOME: join(base, "sbx"),
      LANG: "C",
      ...env,
    },
  });
  open.push(run);
  const drawn = env.SBX_PLAIN === undefined && env.TERM === undefined;
  let text = "";
  let since = 0;
  for (const pressed of keys) {
    await run.until(/This once|Which scope/, { since, within: 20_000 });
    await pause(700);
    // A plain screen is never redrawn: the last one shows all of them.
    if (drawn)
      text += `${await run.screen()}\n\n>>> ${pressed.map((key) => names[key] ?? key).join(" ")}\n\n`;
    since = run.raw.length;
    for (const key of pressed) {
      run.type(key);
      await pause(20);
    }
  }
  await run.exit(20_000);
  return `${steady(`${text}${await run.screen()}`, base)}\n`;
}

describe.skipIf(ptySupport() === undefined || process.platform !== "linux")("on the screen", () => {
  test.each(transcripts)("$name", async (wanted) => {
    await expect(await transcript(wanted)).toMatchFileSnapshot(`transcripts/${wanted.name}.txt`);
  });

  test("no line of any of them is wider than its terminal, and none asks without naming what", () => {
    for (const { name, columns = 80 } of transcripts) {
      const text = readFileSync(join(import.meta.dirname, `transcripts/${name}.txt`), "utf8");
      for (const row of text.split("\n")) expect(row.length, `${name}: ${row}`).toBeLessThanOrEqual(columns);
      expect(text, name).toMatch(/asks to (read|connect|write|send|be allowed to send)/);
    }
  });
});
