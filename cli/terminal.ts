/** The person at the controlling terminal as somebody who can be asked (CONTRACT 4). Promises: nothing is drawn on stdout or read from
 *  stdin, one question at a time, and the terminal's mode is restored on every way out. Decides nothing: data in, an answer out. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { isatty, ReadStream, WriteStream } from "node:tty";
import type { AbortSignalLike } from "../runtime/core/powers.ts";
import type { Answer, Consent, Question } from "../runtime/gate/consent.ts";
import { Conversation, type Screen } from "./conversation.ts";
import { makeStyle, wantsColour } from "./style.ts";

export interface TerminalOptions {
  readonly noPrompt: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called for Ctrl-C, which raw mode keeps the system from turning into an interrupt. The answer is then "stop". */
  readonly interrupt: () => void;
  /** Called before a question is drawn: brings the terminal to a plain line of its own after the plugin's output. */
  readonly settle?: () => Promise<void>;
}

/** Null when nobody can be asked: no controlling terminal, stderr elsewhere, `CI` set, `--no-prompt`. */
export function terminalConsent(options: TerminalOptions): Consent | null {
  if (options.noPrompt || options.env.CI) return null;
  return stderrIsControllingTerminal() ? new TerminalConsent(options) : null;
}

const windows = process.platform === "win32";
const INPUT = windows ? "\\\\.\\CONIN$" : "/dev/tty";
const OUTPUT = windows ? "\\\\.\\CONOUT$" : "/dev/tty";
/** The device number of `/dev/tty` itself on Linux: major 5, minor 0. */
const DEV_TTY = 5 << 8;

function stderrIsControllingTerminal(): boolean {
  try {
    if (!isatty(2)) return false;
    closeSync(openSync(INPUT, "r+"));
    if (process.platform !== "linux") return true;
    const device = fstatSync(2).rdev;
    return device === DEV_TTY || device === controllingDevice();
  } catch {
    return false;
  }
}

/** The controlling terminal's device number: field 7 of /proc/PID/stat (proc(5)). */
function controllingDevice(): number {
  const stat = readFileSync("/proc/self/stat", "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[4]);
}

class TerminalConsent implements Consent {
  readonly #options: TerminalOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  ask(question: Question, signal: AbortSignalLike): Promise<Answer | undefined> {
    const mine = this.#turn.then(() => this.#ask(question, signal));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #ask(question: Question, signal: AbortSignalLike): Promise<Answer | undefined> {
    if (signal.aborted) return { choice: "no" };
    await this.#options.settle?.();
    const screen = openScreen(this.#options.env);
    if (screen === null) return undefined;
    try {
      const outcome = await new Conversation(question, screen, signal).hold();
      if (outcome === "unfit") return undefined;
      if (outcome !== "interrupted") return outcome;
    } finally {
      screen.close();
    }
    this.#options.interrupt();
    return { choice: "stop" };
  }
}

/** Whether questions are written line by line, with numbered answers: asked for by SBX_PLAIN, or because the terminal cannot be drawn on. */
export const wantsPlain = (env: TerminalOptions["env"]): boolean =>
  (env.SBX_PLAIN !== undefined && env.SBX_PLAIN !== "" && env.SBX_PLAIN !== "0") ||
  env.TERM === "dumb" ||
  (!windows && !env.TERM);

/** A size that keeps changing is a window in somebody's hand: it is drawn for once it has rested this long, in ms. */
const RESIZE_REST = 150;

/** Opens the terminal afresh for one question, so that between questions every key is the plugin's or the shell's. */
function openScreen(env: TerminalOptions["env"]): (Screen & { close(): void }) | null {
  const opened: { input?: ReadStream; output?: WriteStream } = {};
  const close = (): void => {
    process.off("exit", close);
    if (opened.input !== undefined && !opened.input.destroyed) opened.input.setRawMode(false);
    opened.input?.destroy();
    opened.output?.destroy();
  };
  process.on("exit", close);
  try {
    const input = new ReadStream(openSync(INPUT, "r+"));
    opened.input = input;
    const output = new WriteStream(openSync(OUTPUT, "r+"));
    opened.output = output;
    for (const stream of [input, output]) stream.on("error", () => {});
    input.setRawMode(true);
    const plain = wantsPlain(env);
    const style = makeStyle(!plain && wantsColour(true, env), output.columns);
    return { input, output, plain, style, size, resized, close };
  } catch {
    close();
    return null;
  }
}

/** The terminal's size now: a stream knows the one that it had when it was opened. */
function size(): { columns: number; rows: number } {
  try {
    const fresh = new WriteStream(openSync(OUTPUT, "r+"));
    const { columns, rows } = fresh;
    fresh.destroy();
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 1, rows: 1 }; // it went away: nothing can be shown
  }
}

function resized(then: () => void): () => void {
  let rest: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(rest);
    rest = setTimeout(then, RESIZE_REST);
  };
  process.on("SIGWINCH", changed);
  return () => {
    clearTimeout(rest);
    process.off("SIGWINCH", changed);
  };
}
