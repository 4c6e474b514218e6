/** `sbx revoke …`: forgets remembered answers, by number, by grant or by script; `--all` forgets every one. What runs under one loses it. */
import { fail } from "../../runtime/core/errors.ts";
import type { Command } from "../command.ts";
import { answersFor } from "../granted.ts";
import { answers } from "../own.ts";
import { readWords } from "../words.ts";

const MOST = 1000;

export const revoke: Command = async (argv, cx) => {
  const words = readWords(argv, { command: "revoke", switches: ["all"], most: MOST });
  const all = words.switches.has("all");
  if (all && words.bare.length > 0)
    throw fail("E_USAGE", "--all and a choice contradict each other", {
      remedy: "keep the one that you mean",
    });
  if (words.bare.length === 0 && !all)
    throw fail("E_USAGE", "which answer? name its number, its grant or its script", {
      remedy: "sbx grants lists them",
    });
  const store = answers();
  const known = store.list();
  const chosen = all
    ? known
    : words.bare.flatMap((word) => {
        const meant = answersFor(word, known);
        if (meant.length > 0) return meant;
        throw fail("E_NOT_FOUND", `nothing is remembered under ${word}`, {
          remedy: "sbx grants lists what is",
        });
      });
  const gone = store.remove(chosen.map(({ id }) => id));
  await cx.err.write(`forgotten: ${gone.length} answer${gone.length === 1 ? "" : "s"}\n`);
  return 0;
};
