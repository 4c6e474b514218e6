/** The bytes of a response that the broker holds open. A response that nobody can read any more gives its connection back, so that a plugin
 *  which only looks at the status need not cancel the body. */
import { call, exchange, primordials } from "sbx:chunk/boot";
import type { AbortSignal } from "sbx:chunk/events";
import type { Bytes, Source } from "./body.ts";

const { FinalizationRegistry, finalize, promiseThen, typedArrayLength } = primordials;

/** Bytes asked for at a time. */
const PIECE = 1024 * 1024;

/** What is known of a response after its Source is gone. */
interface Opened {
  readonly handle: number;
  isOver: boolean;
}

const ignore = (): void => {};
const quiet = (promise: Promise<unknown>): void => void promiseThen(promise, undefined, ignore);

function end(opened: Opened, op: "net.abort" | "net.cancelBody"): Promise<unknown> | undefined {
  if (opened.isOver) return undefined;
  opened.isOver = true;
  return call(op, { handle: opened.handle });
}

const unread = new FinalizationRegistry<Opened>((opened) => {
  const ended = end(opened, "net.cancelBody");
  if (ended !== undefined) quiet(ended);
});

/** The body behind `handle`, and what an abort does. `failed` makes the plugin's error of a failed read. */
export function openSource(
  handle: number,
  signal: AbortSignal,
  failed: (error: unknown) => unknown,
): { readonly source: Source; readonly abort: () => void } {
  // The functions hold this, and never the Source itself: it must be able to go.
  const opened: Opened = { handle, isOver: false };
  const source: Source = {
    async read() {
      for (;;) {
        signal.throwIfAborted();
        if (opened.isOver) return undefined;
        let answer: { readonly value: unknown; readonly bytes: Bytes | undefined };
        try {
          answer = await exchange("net.readBody", { handle, max: PIECE });
        } catch (error) {
          opened.isOver = true;
          signal.throwIfAborted();
          throw failed(error);
        }
        signal.throwIfAborted();
        if ((answer.value as { done: boolean }).done) opened.isOver = true;
        if (answer.bytes !== undefined && typedArrayLength(answer.bytes) > 0) return answer.bytes;
      }
    },
    async cancel() {
      await end(opened, "net.cancelBody");
    },
  };
  finalize(unread, source, opened);
  const abort = (): void => {
    const ended = end(opened, "net.abort");
    if (ended !== undefined) quiet(ended);
  };
  return { source, abort };
}
