/** A question held on an emulated terminal: the code that asks, with a person who looks and then leaves. For very many questions. */
import { createRequire } from "node:module";
import { PassThrough, Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import type { Terminal } from "@xterm/headless";
import { Conversation, type Outcome, type Screen } from "../../cli/conversation.ts";
import { makeStyle } from "../../cli/style.ts";
import type { Question } from "../../runtime/gate/consent.ts";

const { Terminal: Emulator } = createRequire(import.meta.url)(
  "@xterm/headless",
) as typeof import("@xterm/headless");

export interface Shown {
  readonly outcome: Outcome;
  /** Every byte that was drawn before a key was pressed. */
  readonly raw: string;
  /** The lines of the screen then; one that the terminal broke by itself is one line. */
  readonly lines: readonly string[];
  /** Whether the terminal had to break a line. */
  readonly broken: boolean;
}

export interface Window {
  readonly columns: number;
  readonly rows: number;
  readonly plain: boolean;
}

const ROWS_KEPT = 200;
const emulators = new Map<number, Terminal>();

function emulatorOf(columns: number): Terminal {
  const known =
    emulators.get(columns) ??
    new Emulator({ cols: columns, rows: ROWS_KEPT, scrollback: 0, convertEol: true, allowProposedApi: true });
  emulators.set(columns, known);
  known.reset();
  return known;
}

/** Shows it until it is drawn, then presses Ctrl-C, which is heard at once. */
export async function show(question: Question, { columns, rows, plain }: Window): Promise<Shown> {
  let raw = "";
  const input = new PassThrough();
  const output = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      raw += String(chunk);
      done();
    },
  });
  const screen: Screen = {
    input: input as unknown as ReadStream,
    output: output as unknown as WriteStream,
    size: () => ({ columns, rows }),
    resized: () => () => undefined,
    style: makeStyle(!plain, columns),
    plain,
  };
  const { signal } = new AbortController();
  const listening = new Promise<void>((done) => {
    input.on("newListener", (name) => name === "data" && setImmediate(done));
  });
  const held = new Conversation(question, screen, signal).hold();
  await Promise.race([listening, held]);
  const drawn = raw;
  input.write("\x03");
  const outcome = await held;
  const emulator = emulatorOf(columns);
  await new Promise<void>((done) => emulator.write(drawn, done));
  return { outcome, raw: drawn, ...linesOf(emulator) };
}

function linesOf(emulator: Terminal): { lines: string[]; broken: boolean } {
  const { active } = emulator.buffer;
  const lines: string[] = [];
  let broken = false;
  for (let i = 0; i < active.length; i += 1) {
    const line = active.getLine(i);
    // A space at a line's end is nothing that a person sees.
    const text = (line?.translateToString(true) ?? "").trimEnd();
    if (line?.isWrapped) {
      lines.push((lines.pop() ?? "") + text);
      broken = true;
    } else lines.push(text);
  }
  return { lines: lines.join("\n").trimEnd().split("\n"), broken };
}
