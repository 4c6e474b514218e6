/** `sbx types`: the declarations of everything that a plugin can use, for editors and type checkers. */
import type { Command } from "../command.ts";
import { readWords } from "../words.ts";

export const types: Command = async (argv, cx) => {
  readWords(argv, { command: "types", most: 0 });
  await cx.out.write(cx.start.assets("sbx.d.ts"));
  return 0;
};
