/** Lines to choose from, and keys that choose. Drawn by the prompt library, which only draws: it sees arrow keys that are made here,
 *  never the person's own, and what it believes was chosen is not asked. Or, for screen readers and simple terminals, written once
 *  with numbers and never redrawn. The only importer of the library. */
import { PassThrough, Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import type { AbortSignalLike } from "../runtime/core/powers.ts";
import type { Decision, Keys } from "./keys.ts";

export interface Choosing {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly columns: number;
  readonly rows: number;
  readonly message: string;
  readonly labels: readonly string[];
  readonly keys: Keys;
  /** The one line that remains on the screen. */
  readonly outcome: (decision: Decision) => string;
  readonly signal: AbortSignalLike;
  /** Calls back when the window's size has changed and rests; gives the way to stop that. */
  readonly resized: (then: () => void) => () => void;
}

/** Settles with what the keys decided; an aborted signal or a terminal that went away is a refusal. */
export async function choose(choosing: Choosing): Promise<Decision> {
  const { select } = await import("@clack/prompts");
  const arrows = new PassThrough();
  const canvas = new Canvas(choosing);
  let outcome: string | undefined;
  const options = choosing.labels.map((label, value) => ({
    value,
    get label() {
      return outcome ?? label;
    },
  }));
  const drawn = select({
    message: choosing.message,
    options,
    input: arrows,
    output: canvas,
    showInstructions: false,
    withGuide: true,
    accessible: false,
  });
  let shown = 0;
  const decision = await decide(choosing, (keys) => {
    const steps = (keys.mark - shown + choosing.labels.length) % choosing.labels.length;
    shown = keys.mark;
    if (steps > 0) arrows.write("\x1b[B".repeat(steps));
  });
  // After a resize nobody knows which line stands where: what was drawn stays, and all is drawn again below it.
  if (decision.do === "resize") canvas.leave();
  outcome = choosing.outcome(decision);
  arrows.write("\r");
  await drawn;
  arrows.destroy();
  return decision;
}

/** Each line once, with its number; the answer is typed behind the last one. */
export async function chooseByNumber(choosing: Choosing): Promise<Decision> {
  const { output, labels, message } = choosing;
  const lines = labels.map((label, i) => `${i + 1} ${label}`);
  output.write(`${[...lines, message].join("\n")}\nAnswer: `);
  let shown = "";
  const decision = await decide(choosing, ({ echo }) => {
    const back = echo.startsWith(shown) ? 0 : shown.length;
    output.write("\b \b".repeat(back) + echo.slice(back === 0 ? shown.length : 0));
    shown = echo;
  });
  output.write(`\n${choosing.outcome(decision)}\n`);
  return decision;
}

/** The library's way to the terminal, of a fixed size; closed while what it drew stands where nobody knows. */
class Canvas extends Writable {
  readonly columns: number;
  readonly rows: number;
  readonly #output: WriteStream;
  #left = false;

  constructor({ output, columns, rows }: Choosing) {
    super({ decodeStrings: false });
    this.#output = output;
    this.columns = columns;
    this.rows = rows;
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    if (!this.#left) this.#output.write(chunk);
    done();
  }

  leave(): void {
    this.#left = true;
    this.#output.write("\x1b[?25h\n");
  }
}

function decide({ input, keys, signal, resized }: Choosing, follow: (keys: Keys) => void): Promise<Decision> {
  return new Promise((done) => {
    const settle = (decision: Decision): void => {
      input.off("data", read).off("end", leave).off("close", leave).pause();
      signal.removeEventListener("abort", leave);
      stopWatching();
      done(decision);
    };
    const leave = (): void => settle({ do: "refuse" });
    const stopWatching = resized(() => settle({ do: "resize" }));
    const read = (bytes: Buffer): void => {
      const decision = keys.read(bytes.toString("latin1"), performance.now());
      if (decision !== undefined) settle(decision);
      else follow(keys);
    };
    signal.addEventListener("abort", leave, { once: true });
    input.on("end", leave).on("close", leave).on("data", read).resume();
    if (signal.aborted || input.destroyed) leave();
  });
}
