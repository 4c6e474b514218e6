/** `sbx eval 'code'`: runs one piece of TypeScript as a program, with the options of `run`. */
import { fail } from "../../runtime/core/errors.ts";
import type { Command } from "../command.ts";
import { parseRun } from "../flags.ts";

export const evaluate: Command = async (argv, cx) => {
  const options = parseRun(argv);
  if (options.watch) throw fail("E_USAGE", "eval has no file to watch", { remedy: "leave out --watch" });
  const { runPlugin } = await import("../compose/compose.ts");
  return await runPlugin({ ...options, script: "-", source: options.script }, cx);
};
