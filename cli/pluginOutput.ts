/** Where a plugin's stdout and stderr go: bytes unchanged into pipes and files, filtered onto a terminal. */
import type { Output as RunOutput } from "../runtime/output.ts";
import type { Output } from "./output.ts";
import { TerminalText } from "./terminalText.ts";

export class PluginOutput implements RunOutput {
  readonly #outputs: Readonly<Record<1 | 2, Output>>;
  readonly #texts: Readonly<Record<1 | 2, TerminalText | undefined>>;

  constructor(out: Output, err: Output) {
    const text = (output: Output) => (output.isTerminal ? new TerminalText() : undefined);
    this.#outputs = { 1: out, 2: err };
    this.#texts = { 1: text(out), 2: text(err) };
  }

  write(stream: 1 | 2, bytes: Uint8Array): void | Promise<void> {
    const text = this.#texts[stream];
    return this.#outputs[stream].write(text === undefined ? bytes : text.filter(bytes));
  }

  /** Brings a terminal back to a plain line of its own, for whatever sbx says next: styles off, cursor at a line's start. */
  async settle(): Promise<void> {
    for (const stream of [1, 2] as const) {
      const text = this.#texts[stream];
      if (text === undefined) continue;
      const rest = `${text.end()}${text.styled ? "\x1b[0m" : ""}${text.midLine ? "\n" : ""}`;
      text.styled = false;
      text.midLine = false;
      if (rest !== "") await this.#outputs[stream].write(rest);
    }
  }
}
