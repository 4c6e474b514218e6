/** What a guest is told, and that it fits into one message, whatever of the guest's own words it repeats. */
import { fail, isSbxError, type SbxError } from "./core/errors.ts";
import type { AbortSignalLike } from "./core/powers.ts";
import { fitsFrame } from "./engine/channel.ts";
import type { Result } from "./gate/gate.ts";

/** Longest error that a guest is told, in UTF-16 units of its JSON. */
const MAX_TOLD = 512 * 1024;

/** An error as JSON for the guest. */
export function toldGuest(error: SbxError): string {
  const head = JSON.stringify(error.toGuest());
  if (head.length <= MAX_TOLD) return head;
  return JSON.stringify(fail(error.code, `${error.message.slice(0, MAX_TOLD / 8)}…`).toGuest());
}

/** Can this answer be sent as one message? */
export const fits = (head: string, { bytes }: Result): boolean => fitsFrame(head, bytes?.length ?? 0);

/** Lets go of an answer that does not fit; the error that takes its place. */
export function tooLarge(operation: string, result: Result): SbxError {
  result.free();
  return fail("E_LIMIT_BYTES", `${operation}: the answer is larger than can be handed over at once`, {
    remedy: "ask for it in pieces",
  });
}

/** Rejects when the run ends: for waits that nothing else breaks off. */
export function endOf(signal: AbortSignalLike): Promise<never> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/** Nothing may happen that cannot be recorded: this ends the run. */
export const auditFailed = (error: SbxError): boolean =>
  error.code === "E_UNAVAILABLE" && error.message.startsWith("the audit ");

export const asSbxError = (error: unknown): SbxError =>
  isSbxError(error) ? error : fail("E_INTERNAL", "a defect in sbx itself", { cause: error });
