/** `sbx version`: this program's version, and with `--json` what it is built from. */

import { fail } from "../../runtime/core/errors.ts";
import type { Command } from "../command.ts";
import { versionOf } from "../version.ts";

export const version: Command = async (argv, cx) => {
  const [word] = argv;
  if (word !== undefined && word !== "--json")
    throw fail("E_USAGE", `version knows no ${word}`, { remedy: "sbx version --json" });
  const facts = versionOf();
  await cx.out.write(word === "--json" ? `${JSON.stringify(facts)}\n` : `sbx ${facts.version}\n`);
  return 0;
};
