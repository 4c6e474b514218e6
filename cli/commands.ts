/** The commands of this version, each loaded only when it is called, and the names that later versions will have. */
import type { Command } from "./command.ts";

interface CommandRow {
  readonly load: () => Promise<Command>;
}

export const commands = {
  run: { load: async () => (await import("./commands/run.ts")).run },
  eval: { load: async () => (await import("./commands/eval.ts")).evaluate },
  learn: { load: async () => (await import("./commands/learn.ts")).learn },
  types: { load: async () => (await import("./commands/types.ts")).types },
  grants: { load: async () => (await import("./commands/grants.ts")).grants },
  revoke: { load: async () => (await import("./commands/revoke.ts")).revoke },
  audit: { load: async () => (await import("./commands/audit.ts")).audit },
  data: { load: async () => (await import("./commands/data.ts")).data },
  policy: { load: async () => (await import("./commands/policy.ts")).policy },
  schema: { load: async () => (await import("./commands/schema.ts")).schema },
  doctor: { load: async () => (await import("./commands/doctor.ts")).doctor },
  explain: { load: async () => (await import("./commands/explain.ts")).explain },
  help: { load: async () => (await import("./commands/help.ts")).help },
  version: { load: async () => (await import("./commands/version.ts")).version },
} satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof commands;

export const findCommand = (word: string): CommandRow | undefined =>
  Object.hasOwn(commands, word) ? commands[word as CommandName] : undefined;

/** Names that are taken, but that this version does not know how to do. */
export const later: ReadonlySet<string> = new Set([
  ..."repl test new check pack keygen sign verify install list info update rollback remove".split(" "),
  ..."enable disable search privacy trust index dashboard host mcp completions".split(" "),
]);
