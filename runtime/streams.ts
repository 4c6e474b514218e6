/** Console output and the labels of a run (FLOW 4): what may not leave is not printed. At a terminal, a person is asked once whether labelled
 *  output may go into a pipe; until the answer is there it waits. */
import { printTarget } from "./core/capability.ts";
import type { Audit } from "./gate/audit.ts";
import type { Asking } from "./gate/consent.ts";
import type { Flow } from "./gate/flow.ts";
import type { OutputQueue } from "./output.ts";

export interface StreamParts {
  readonly flow: Flow;
  readonly asking: Asking;
  readonly audit: Audit;
  readonly output: OutputQueue;
}

export class Streams {
  readonly #parts: StreamParts;
  readonly #waiting: { readonly stream: 1 | 2; readonly bytes: Uint8Array }[] = [];
  #asked: Promise<void> | undefined;
  #open = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  print(stream: 1 | 2, bytes: Uint8Array): void {
    const { flow, output, asking } = this.#parts;
    if (this.#open) this.#waiting.push({ stream, bytes });
    else if (flow.streamOpen(stream === 1 ? "stdout" : "stderr")) output.write(stream, bytes);
    else if (stream === 1 && this.#asked === undefined && asking.possible) {
      this.#waiting.push({ stream, bytes });
      this.#asked = this.#ask();
    } else output.drop(bytes.length);
  }

  /** Whoever was asked has answered. */
  async settled(): Promise<void> {
    await this.#asked;
  }

  async #ask(): Promise<void> {
    const { flow, asking, audit } = this.#parts;
    this.#open = true;
    try {
      const labels = [...flow.labels].sort();
      const read = [...new Set(flow.lineage.raised.map(({ by }) => printTarget(by)))];
      const yes = await asking.output(labels, read);
      audit.event("flow.output", "stdout", yes ? `released ${labels.join(", ")}` : "kept");
      if (yes) flow.openStream("stdout", labels);
    } finally {
      this.#open = false;
      for (const { stream, bytes } of this.#waiting.splice(0)) this.print(stream, bytes);
    }
  }
}
