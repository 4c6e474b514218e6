/** Questions of hostile names, targets and reasons on an emulated terminal: what a person reads there names exactly what a yes would
 *  grant, whatever the plugin and the file system put into it. */
import { escapeText } from "../../runtime/core/escape.ts";
import type { Question } from "../../runtime/gate/consent.ts";
import { type Shown, show, type Window } from "../support/emulated.ts";
import { Random } from "../support/random.ts";
import type { Fuzzer } from "./fuzzer.ts";

const pieces: readonly string[] = [
  ..."a b Z 9 / . - _ , = \\ \" ' : ~ * $ { } [ ] │ ┌ └ ● ○ ◆ ◇ …".split(" "),
  " ",
  "  ",
  ..."\n \r \t \x00 \x07 \b \x1b[2J \x1b[1A\x1b[2K \x1b]0;title\x07 \x1bc \x9b31m \x7f \x85".split(" "),
  ..."\u202e \u202d \u2066 \u200b \u200d \u00ad \ufeff \u2028 \u2029 \u3164 \u2800 \u{e0041} \ufe0f \u034f".split(
    " ",
  ),
  ...[
    "é",
    "e\u0301",
    "e\u0301\u0302\u0303\u0304\u0305",
    "\u0301",
    "ä",
    "字",
    "ｆ",
    "한",
    "😀",
    "👩‍👩‍👧",
    "🇩🇪",
    "א",
    "ع",
    "ไม้",
  ],
  ...["\ud800", "\udc00", "\ue000", "\u{10ffff}", "\u{1b}", "\\u{1b}", "\\u{202e}", "\u00a0", "\u3000"],
  ...[
    "/home/ada/docs",
    "Allow it?",
    "asks to read",
    "● No",
    "[Y/n]",
    'it says: "',
    "this once",
    "together with",
    "at p.ts:1:1",
  ],
];

/** Mostly short, sometimes as long as a screen. */
function hostile(random: Random, most: number): string {
  const length = random.chance(0.1) ? random.below(most) : random.below(12);
  let text = "";
  for (let i = 0; i < length; i += 1) text += random.pick(pieces);
  return text.slice(0, most);
}

const deeds: Readonly<Record<string, readonly string[]>> = {
  read: ["read", "read everything in"],
  write: ["write, change and remove", "write, change and remove everything in"],
  net: ["connect to"],
  env: ["read the environment variable"],
  host: ["call the function"],
};

function anyQuestion(random: Random): Question {
  const kind = random.pick(["read", "write", "net", "env", "host"] as const);
  const path = kind === "read" || kind === "write";
  const target = `${path ? "/" : ""}${hostile(random, 700)}` || "x";
  const exact = random.chance(0.5) ? `${kind}=${target}` : `${kind}=${hostile(random, 120)}x`;
  const optional = <K extends string>(key: K, most: number): Partial<Record<K, string>> =>
    random.chance(0.6) ? ({ [key]: hostile(random, most) } as Record<K, string>) : {};
  const scopes = [
    { label: exact, grant: exact },
    ...random.list(1, () => ({ label: `${kind}=/`, grant: `${kind}=/` })),
  ];
  return {
    id: 1,
    who: hostile(random, 300) || "p.ts",
    kind,
    plain: `${random.pick(deeds[kind] ?? [])} ${target}`,
    target,
    ...optional("reason", 5000),
    ...optional("combination", 600),
    ...optional("at", 200),
    scopes,
    canRemember: random.chance(0.7),
    details: [],
  };
}

/** What drawing needs: colours and weights, the cursor's own moves, hiding and showing it, erasing what was drawn. */
const drawing = /\x1b\[(?:[\d;]*m|\d*[ABCDGJK]|\?25[lh])/g;
const foreign =
  /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\u2800|\u3164|\u034f|[\u{e0000}-\u{e0fff}]|[\ufe00-\ufe0f]/u;

/** What was escaped, read back as a person would. */
const readBack = (text: string): string =>
  text.replace(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));

const deedOf = ({ plain, target }: Question): string => plain.slice(0, plain.length - target.length).trim();

/** What is wrong with it, or undefined. */
function fault(question: Question, { plain, columns }: Window, shown: Shown): string | undefined {
  const bad = foreign.exec(shown.raw.replace(drawing, ""));
  if (bad) return `a foreign character was drawn: ${JSON.stringify(bad[0])}`;
  if (shown.outcome === "unfit")
    return shown.raw === "" ? unfit(question, columns) : "it was drawn although it does not fit";
  if (shown.broken) return "a line is wider than the terminal";
  const { lines } = shown;
  const end = lines.indexOf(plain ? "1 No" : "│");
  if (end < 1) return "no question is on the screen";
  if (end > 8) return `its header has ${end} lines`;
  const body = lines.slice(0, end).map((line) => (plain ? line : line.slice(3)));
  const titles = body[0]?.endsWith(deedOf(question)) ? 1 : 2;
  if (
    !body
      .slice(0, titles)
      .join(" ")
      .endsWith(` asks to ${deedOf(question)}`)
  )
    return "what it asks to do is not all there";
  // Exactly the target's lines, whatever else stands around them, give it back.
  const read = [1, 2, 3, 4].map((n) => readBack(body.slice(titles, titles + n).join("")));
  if (!read.includes(question.target)) return "the target is not what the screen names";
  const rest = lines.slice(end).map((line) => (plain ? line : line.slice(3)));
  // The library composes accents, which look the same apart.
  const grant = (question.scopes[0]?.grant ?? "").normalize();
  const asked = readBack(rest.join("")).normalize();
  if (grant !== `${question.kind}=${question.target}`.normalize() && !asked.includes(`Allow ${grant}?`))
    return "the grant that a yes makes is not named";
  return undefined;
}

/** Only a target that needs more lines than there may be is not asked about. */
function unfit(question: Question, columns: number): string | undefined {
  const width = [...escapeText(question.target)].length;
  return width > columns ? undefined : "a short target was not asked about";
}

export const fuzzer: Fuzzer = {
  name: "prompt",
  why: "what the screen names is what a yes grants, with no foreign control character and in at most eight lines",
  share: 4000,
  async batch(seed, count) {
    const random = new Random(seed);
    for (let i = 0; i < count; i += 1) {
      const question = anyQuestion(random);
      const window = {
        columns: random.pick([40, 41, 57, 80, 120, 200]),
        rows: 60,
        plain: random.chance(0.3),
      };
      const shown = await show(question, window);
      const wrong = fault(question, window, shown);
      if (wrong !== undefined)
        throw new Error(
          `seed ${seed}, case ${i}: ${wrong}\n${JSON.stringify({ window, question })}\n${shown.lines.join("\n")}`,
        );
    }
  },
};
