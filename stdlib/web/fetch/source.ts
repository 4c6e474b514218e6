/** The bytes of a response that the broker holds open. A response that nobody can read any more gives its connection back, so that a plugin
 *  which only looks at the status need not cancel the body. */
import { call, exchange, primordials } from "sbx:chunk/boot";
import { type AbortSignal, addAlgorithm } from "sbx:chunk/events";
import type { Bytes, Source } from "./body.ts";

const { FinalizationRegistry, finalize, promiseThen, typedArrayLength } = primordials;

/** Bytes asked for at a time. */
const PIECE = 1024 * 1024;

/** What is known of a response after its Source is gone. */
interface Opened {
  readonly handle: number;
  isOver: boolean;
  /** The signal need not know it any longer. */
  forget: () => void;
}

const ignore = (): void => {};
const quiet = (promise: Promise<unknown>): void => void promiseThen(promise, undefined, ignore);

function settle(opened: Opened): void {
  opened.isOver = true;
  opened.forget();
}

async function end(opened: Opened, op: "net.abort" | "net.cancelBody"): Promise<void> {
  if (opened.isOver) return;
  settle(opened);
  await call(op, { handle: opened.handle });
}

const unread = new FinalizationRegistry<Opened>((opened) => quiet(end(opened, "net.cancelBody")));

/** The body behind `handle`, until its end, a failure, or the abort of `signal`. `failed` makes the plugin's error of a failed read. */
export function openSource(handle: number, signal: AbortSignal, failed: (error: unknown) => unknown): Source {
  // The functions hold this, and never the Source itself: it must be able to go.
  const opened: Opened = { handle, isOver: false, forget: ignore };
  opened.forget = addAlgorithm(signal, () => quiet(end(opened, "net.abort")));
  const source: Source = {
    async read() {
      for (;;) {
        signal.throwIfAborted();
        if (opened.isOver) return undefined;
        let answer: { readonly value: unknown; readonly bytes: Bytes | undefined };
        try {
          answer = await exchange("net.readBody", { handle, max: PIECE });
        } catch (error) {
          settle(opened);
          signal.throwIfAborted();
          throw failed(error);
        }
        signal.throwIfAborted();
        if ((answer.value as { done: boolean }).done) settle(opened);
        if (answer.bytes !== undefined && typedArrayLength(answer.bytes) > 0) return answer.bytes;
      }
    },
    cancel: () => end(opened, "net.cancelBody"),
  };
  finalize(unread, source, opened);
  return source;
}
