/** `sbx explain [CODE]`: the page of an error code. */
import { type ErrorCode, errorTable, fail } from "../../runtime/core/errors.ts";
import { nearest } from "../../runtime/core/nearest.ts";
import type { Command } from "../command.ts";
import { errorPages } from "../pages/errors.ts";
import { type Style, styleFor } from "../style.ts";
import { readWords } from "../words.ts";

const isCode = (word: string): word is ErrorCode => Object.hasOwn(errorTable, word);

export const explain: Command = async (argv, cx) => {
  const words = readWords(argv, { command: "explain", switches: ["json"], most: 1 });
  const [given] = words.bare;
  const codes = given === undefined ? (Object.keys(errorTable) as ErrorCode[]) : [codeOf(given)];
  if (words.switches.has("json")) {
    const facts = codes.map((code) => ({ code, ...errorTable[code], ...errorPages[code] }));
    await cx.out.write(`${JSON.stringify(given === undefined ? facts : facts[0])}\n`);
    return 0;
  }
  const style = styleFor(cx.out);
  for (const code of codes) {
    const text = given === undefined ? `${code.padEnd(16)} ${errorTable[code].title}\n` : page(code, style);
    await cx.out.write(text);
  }
  return 0;
};

function codeOf(given: string): ErrorCode {
  const upper = given.toUpperCase().replace(/-/g, "_");
  const code = upper.startsWith("E_") ? upper : `E_${upper}`;
  if (isCode(code)) return code;
  const close = nearest(code, Object.keys(errorTable));
  const meant = close === undefined ? "" : ` Did you mean ${close}?`;
  throw fail("E_USAGE", `there is no error code ${given}.${meant}`, { remedy: "sbx explain lists them" });
}

function page(code: ErrorCode, style: Style): string {
  const { title, exit, name } = errorTable[code];
  const { means, why, what, example } = errorPages[code];
  const part = (head: string, text: string): string => `\n${style.bold(head)}\n${fill(text)}`;
  const shown = example
    .split("\n")
    .map((line) => `    ${line}\n`)
    .join("");
  return (
    `${style.bold(`${code}: ${title}`)}\n` +
    part("What it means", means) +
    part("Why", why) +
    part("What to do", what) +
    `\n${style.bold("Example")}\n${shown}\n` +
    style.dim(`A plugin sees ${name} with the code ${code}; uncaught, the run ends with ${exit}.`) +
    "\n"
  );
}

const WIDTH = 78;

/** Text broken at spaces into lines of a screen. */
function fill(text: string): string {
  const lines: string[] = [];
  let line = " ";
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = " ";
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join("\n")}\n`;
}
