/** A person at a real terminal: a command runs on a pseudo terminal of its own, a screen interprets what it draws, keys are typed.
 *  Linux and macOS; says so where the pseudo-terminal package has no build for this system. */
import { createRequire } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import type { IPty } from "@lydell/node-pty";
import type { Terminal as Screen } from "@xterm/headless";

const require = createRequire(import.meta.url);

export interface PtyOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly columns?: number;
  readonly rows?: number;
}

/** Undefined when this system has no prebuilt pseudo terminal. */
export function ptySupport(): typeof import("@lydell/node-pty") | undefined {
  try {
    return require("@lydell/node-pty") as typeof import("@lydell/node-pty");
  } catch {
    return undefined;
  }
}

export class PtyRun {
  /** Every byte that was drawn, as text. */
  raw = "";
  readonly #pty: IPty;
  readonly #screen: Screen;
  readonly #exit: Promise<{ code: number; signal: number }>;

  constructor(command: string, args: readonly string[], options: PtyOptions = {}) {
    const pty = ptySupport();
    if (pty === undefined) throw new Error("no pseudo terminal on this system");
    const { Terminal } = require("@xterm/headless") as typeof import("@xterm/headless");
    const { columns = 100, rows = 40 } = options;
    this.#screen = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 5000 });
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "/",
      TERM: "xterm-256color",
      ...options.env,
    };
    this.#pty = pty.spawn(command, [...args], {
      name: env.TERM,
      cols: columns,
      rows,
      cwd: options.cwd ?? process.cwd(),
      env,
    });
    this.#pty.onData((data) => {
      this.raw += data;
      this.#screen.write(data);
    });
    this.#exit = new Promise((done) =>
      this.#pty.onExit(({ exitCode, signal }) => done({ code: exitCode, signal: signal ?? 0 })),
    );
  }

  get pid(): number {
    return this.#pty.pid;
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  /** The window gets another size. */
  resize(columns: number, rows = 40): void {
    this.#screen.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** The screen as a person sees it, scrolled-off lines included, without trailing blanks. */
  async screen(): Promise<string> {
    await new Promise<void>((done) => this.#screen.write("", done));
    const buffer = this.#screen.buffer.active;
    const lines = Array.from(
      { length: buffer.length },
      (_, i) => buffer.getLine(i)?.translateToString(true) ?? "",
    );
    return lines.join("\n").trimEnd();
  }

  /** Waits until the raw output holds `pattern`, from `since` on. */
  async until(pattern: RegExp, { since = 0, within = 8000 } = {}): Promise<void> {
    const end = Date.now() + within;
    while (!pattern.test(this.raw.slice(since))) {
      if (Date.now() > end) throw new Error(`${pattern} did not appear; the screen:\n${await this.screen()}`);
      await pause(10);
    }
  }

  /** How the command ended. Kills it and throws when it takes longer. */
  async exit(within = 8000): Promise<{ code: number; signal: number }> {
    const patience = new AbortController();
    const late = delay(within, "late" as const, { signal: patience.signal }).catch(() => "late" as const);
    const end = await Promise.race([this.#exit, late]);
    patience.abort();
    if (end !== "late") return end;
    this.kill();
    throw new Error(`still running after ${within} ms; the screen:\n${await this.screen()}`);
  }

  kill(): void {
    try {
      this.#pty.kill("SIGKILL");
    } catch {
      // gone already
    }
  }
}

export const pause = (ms: number): Promise<void> => delay(ms);
