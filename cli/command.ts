/** What a command is. */
import type { BrokerStart } from "./boot.ts";
import type { Output } from "./output.ts";

/** What a command gets besides its words. */
export interface CommandContext {
  readonly start: BrokerStart;
  readonly out: Output;
  readonly err: Output;
}

/** Runs one command; its exit code (CONTRACT 2). */
export type Command = (argv: readonly string[], cx: CommandContext) => Promise<number>;
