/** `sbx:plugin`: what this run is and was given, and what it wants to end with. */
import { call, exchange, program } from "sbx:chunk/boot";

interface Given {
  readonly id?: string;
  readonly version?: string;
  readonly args?: readonly string[];
  readonly input?: unknown;
  readonly mainModule?: string;
}
const given = program() as Given;

/** The plugin's id; of a script, its file name. */
export const id: string = given.id ?? "";
export const version: string = given.version ?? "";
/** The arguments behind the script, untouched. */
export const args: readonly string[] = Object.freeze([...(given.args ?? [])]);
/** What the host application started the run with; null for a run from the command line. */
export const input: unknown = given.input ?? null;
/** The entry's name, below the plugin's own folder. */
export const mainModule: string = given.mainModule ?? "";

/** Ends the run with this code (0–63) when nothing fails. */
export async function exitCode(code: number): Promise<void> {
  await call("plugin.setExitCode", { code });
}

const PIECE = 65_536;

async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (;;) {
    const { value, bytes } = await exchange("plugin.readInput", { max: PIECE });
    if (bytes !== undefined && bytes.length > 0) yield bytes;
    if ((value as { done: boolean }).done) return;
  }
}

async function all(): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces()) {
    parts.push(piece);
    size += piece.length;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Standard input: read it once, whole or in pieces. */
export const stdin = {
  bytes: all,
  async text(): Promise<string> {
    return new TextDecoder().decode(await all());
  },
  [Symbol.asyncIterator]: pieces,
};
