/** `sbx grants`: the answers "always" and "never" that are remembered. */
import { escapeText } from "../../runtime/core/escape.ts";
import type { Command } from "../command.ts";
import { answers } from "../own.ts";
import { readWords } from "../words.ts";

export const grants: Command = async (argv, cx) => {
  const words = readWords(argv, { command: "grants", switches: ["json"], most: 0 });
  const list = answers().list();
  if (words.switches.has("json")) {
    await cx.out.write(`${JSON.stringify(list)}\n`);
    return 0;
  }
  if (list.length === 0) await cx.err.write("nothing is remembered\n");
  for (const { id, effect, grant, name, time } of list) {
    const word = effect === "allow" ? "always" : "never ";
    await cx.out.write(
      `${id}  ${word}  ${escapeText(grant)}  ${escapeText(name)}  since ${time.slice(0, 10)}\n`,
    );
  }
  return 0;
};
