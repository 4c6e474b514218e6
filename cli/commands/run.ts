/** `sbx run`: reads the command line, says what may not have been meant, and hands over to compose. */

import type { Command } from "../command.ts";
import { parseRun } from "../flags.ts";

export const run: Command = async (argv, cx) => {
  const options = parseRun(argv);
  if (options.hints.length > 0 && !options.quiet) {
    const { formatHint } = await import("../report.ts");
    const { styleFor } = await import("../style.ts");
    const style = styleFor(cx.err);
    for (const hint of options.hints) await cx.err.write(formatHint(hint, style));
  }
  const { runPlugin } = await import("../compose/compose.ts");
  return await runPlugin(options, cx);
};
