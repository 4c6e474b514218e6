/** The broker's front door: the first word chooses a command, the command's number becomes the exit code.
 *  Promises that nothing of sbx's insides (stacks, paths) reaches the person unless SBX_DEBUG=1, and that a reader who
 *  leaves (`| head -1`) ends the process quietly. Loads only the command that was asked for. */
import { errorTable, fail, isSbxError, type SbxError } from "../runtime/core/errors.ts";
import { nearest } from "../runtime/core/nearest.ts";
import type { BrokerStart } from "./boot.ts";
import type { Command, CommandContext } from "./command.ts";
import { commands, findCommand, later } from "./commands.ts";
import { openOutput } from "./output.ts";

/** Chooses and runs a command. Never throws: what goes wrong is said on stderr and becomes the code. */
export async function dispatch(argv: readonly string[], cx: CommandContext): Promise<number> {
  try {
    const command = await chooseCommand(argv);
    return await command.run(command.rest, cx);
  } catch (error) {
    return await sayFailure(error, cx);
  }
}

async function chooseCommand(argv: readonly string[]): Promise<{ run: Command; rest: readonly string[] }> {
  const [word, ...rest] = argv;
  if (word === undefined || word === "--help" || word === "-h") {
    return { run: await commands.help.load(), rest: word === undefined ? [] : rest };
  }
  if (word === "--version" || word === "-V") return { run: await commands.version.load(), rest };
  const found = findCommand(word);
  if (found === undefined) throw unknownCommand(word);
  if (rest[0] === "--help" || rest[0] === "-h") return { run: await commands.help.load(), rest: [word] };
  return { run: await found.load(), rest };
}

function unknownCommand(word: string): SbxError {
  if (later.has(word)) return fail("E_USAGE", `"${word}" is not available in this version`);
  if (/\.([cm]?[jt]s|sbx)$/.test(word)) {
    return fail("E_USAGE", `"${word}" is not a command`, { remedy: `sbx run ${word}` });
  }
  if (word.startsWith("-")) {
    return fail("E_USAGE", `the option ${word} stands before a command`, {
      remedy: "options stand behind the command: sbx run plugin.ts --allow-read=./docs",
    });
  }
  const close = nearest(word, Object.keys(commands));
  const meant = close === undefined ? "" : ` Did you mean "${close}"?`;
  return fail("E_USAGE", `there is no command "${word}".${meant}`, {
    remedy: "sbx --help lists the commands",
  });
}

async function sayFailure(error: unknown, cx: CommandContext): Promise<number> {
  const { formatFailure, formatDefect } = await import("./report.ts");
  const { styleFor } = await import("./style.ts");
  const style = styleFor(cx.err);
  if (isSbxError(error)) {
    await cx.err.write(formatFailure(error, style));
    return errorTable[error.code].exit;
  }
  await cx.err.write(formatDefect(error, style, process.env.SBX_DEBUG === "1"));
  return errorTable.E_INTERNAL.exit;
}

/** Codes of runs that were ended from outside: their last bytes must not keep the process for a reader who does not read. */
const ended: ReadonlySet<number> = new Set([86, 124, 125, 130]);
const LAST_MOMENT = 20;

/** What boot calls. Ends the process with the command's code once everything that was printed has been handed over. */
export async function main(argv: readonly string[], start: BrokerStart): Promise<number> {
  const out = openOutput(1);
  const err = openOutput(2);
  const code = await dispatch(argv, { start, out, err });
  start.engine?.kill("SIGKILL");
  const handedOver = Promise.all([out.flush(), err.flush()]);
  const moment = new Promise((done) => setTimeout(done, LAST_MOMENT));
  await (ended.has(code) ? Promise.race([handedOver, moment]) : handedOver);
  process.exit(code);
}
