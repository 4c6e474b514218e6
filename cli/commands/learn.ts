/** `sbx learn SCRIPT`: runs it with the options of `run`, asking once for each kind, and prints the smallest grants that would have done.
 *  Standard output is what was learned; the plugin's own output goes to stderr. */
import { fail } from "../../runtime/core/errors.ts";
import type { Command } from "../command.ts";
import { parseRun } from "../flags.ts";

export const learn: Command = async (argv, cx) => {
  const options = parseRun(argv);
  if (options.watch) throw fail("E_USAGE", "learn runs once", { remedy: "leave out --watch" });
  const { runPlugin } = await import("../compose/compose.ts");
  const { Learner } = await import("../compose/learn.ts");
  return await runPlugin(options, cx, new Learner());
};
