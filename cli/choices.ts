/** Draws lines to choose from and follows the keys' mark. The only importer of the prompt library, which only draws: it sees arrow keys
 *  that are made here, never the person's own, and what it believes was chosen is not asked. */
import { PassThrough } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import type { AbortSignalLike } from "../runtime/core/powers.ts";
import type { Decision, Keys } from "./keys.ts";

export interface Choosing {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly message: string;
  readonly labels: readonly string[];
  readonly keys: Keys;
  /** The one line that remains on the screen. */
  readonly outcome: (decision: Decision) => string;
  readonly signal: AbortSignalLike;
}

/** Settles with what the keys decided; an aborted signal or a terminal that went away is a refusal. */
export async function choose(choosing: Choosing): Promise<Decision> {
  const { select } = await import("@clack/prompts");
  const arrows = new PassThrough();
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
    output: choosing.output,
    showInstructions: false,
    withGuide: true,
  });
  const decision = await decide(choosing, arrows);
  outcome = choosing.outcome(decision);
  arrows.write("\r");
  await drawn;
  arrows.destroy();
  return decision;
}

function decide({ input, keys, labels, signal }: Choosing, arrows: PassThrough): Promise<Decision> {
  return new Promise((done) => {
    let shown = 0;
    const settle = (decision: Decision): void => {
      input.off("data", read).off("end", leave).off("close", leave).pause();
      signal.removeEventListener("abort", leave);
      done(decision);
    };
    const leave = (): void => settle({ do: "refuse" });
    const read = (bytes: Buffer): void => {
      const decision = keys.read(bytes.toString("latin1"), performance.now());
      if (decision !== undefined) {
        settle(decision);
        return;
      }
      const steps = (keys.mark - shown + labels.length) % labels.length;
      shown = keys.mark;
      if (steps > 0) arrows.write("\x1b[B".repeat(steps));
    };
    signal.addEventListener("abort", leave, { once: true });
    input.on("end", leave).on("close", leave).on("data", read).resume();
    if (signal.aborted || input.destroyed) leave();
  });
}
