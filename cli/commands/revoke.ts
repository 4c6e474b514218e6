/** `sbx revoke ID…`: forgets remembered answers; `--all` forgets every one. */
import { fail } from "../../runtime/core/errors.ts";
import type { Command } from "../command.ts";
import { answers } from "../own.ts";
import { readWords } from "../words.ts";

const MOST = 1000;

export const revoke: Command = async (argv, cx) => {
  const words = readWords(argv, { command: "revoke", switches: ["all"], most: MOST });
  const store = answers();
  const known = store.list().map(({ id }) => id);
  const ids = words.switches.has("all") ? known : words.bare;
  if (words.switches.has("all") && words.bare.length > 0) {
    throw fail("E_USAGE", "--all and ids contradict each other", { remedy: "keep the one that you mean" });
  }
  if (ids.length === 0 && !words.switches.has("all")) {
    throw fail("E_USAGE", "which answer? its id is missing", { remedy: "sbx grants lists them" });
  }
  const missing = ids.find((id) => !known.includes(id));
  if (missing !== undefined) {
    throw fail("E_NOT_FOUND", `nothing is remembered under ${missing}`, {
      remedy: "sbx grants lists the ids",
    });
  }
  for (const id of ids) store.remove(id);
  await cx.err.write(`forgotten: ${ids.length} answer${ids.length === 1 ? "" : "s"}\n`);
  return 0;
};
