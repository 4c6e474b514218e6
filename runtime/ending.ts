/** How a run can end, with which exit code (CONTRACT 2), and in which words the audit says so. */
import { type ErrorCode, errorTable, fail, type SbxError } from "./core/errors.ts";
import { humanSize, printSize } from "./core/units.ts";
import type { EngineExit } from "./engine/engine.ts";
import type { GuestError } from "./engine/message.ts";
import type { Clock } from "./gate/clock.ts";
import type { RunLimits } from "./gate/limits.ts";

export type RunEnd =
  | { readonly kind: "done"; readonly code: number }
  /** The plugin threw. `denial` is what sbx knows about it, when the error came from sbx. */
  | { readonly kind: "error"; readonly error: GuestError; readonly denial: SbxError | undefined }
  | { readonly kind: "limit"; readonly error: SbxError }
  /** A monitor stopped it. */
  | { readonly kind: "contained"; readonly error: SbxError }
  | { readonly kind: "deadlock" }
  | { readonly kind: "stopped"; readonly by: "person" | "signal" }
  | { readonly kind: "broken"; readonly error: SbxError };

export const moreMemory = ({ memory }: RunLimits): string => `--memory=${printSize(2 * memory)}`;

export function endOfEngine(exit: EngineExit, limits: RunLimits): RunEnd {
  switch (exit.kind) {
    case "fatal":
      return {
        kind: "limit",
        error: fail("E_LIMIT_MEMORY", `the plugin needed more than ${humanSize(limits.memory)} of memory`, {
          remedy: moreMemory(limits),
        }),
      };
    case "unsealed":
      return {
        kind: "broken",
        error: fail("E_UNAVAILABLE", `the engine could not be sealed (${exit.step}), so nothing was run`, {
          remedy: "sbx doctor says which walls this system offers",
        }),
      };
    case "forbidden":
      return {
        kind: "broken",
        error: fail(
          "E_INTERNAL",
          "the engine tried a forbidden system call and was ended: treat the plugin as hostile",
        ),
      };
    case "fault":
      return {
        kind: "broken",
        error: fail(
          "E_INTERNAL",
          `the engine broke the protocol (${exit.reason}) and was ended: treat the plugin as hostile`,
        ),
      };
    case "killed":
    case "unexpected":
      return { kind: "broken", error: fail("E_INTERNAL", "the engine ended unexpectedly") };
    default:
      return exit satisfies never;
  }
}

export function exitCode(end: RunEnd): number {
  switch (end.kind) {
    case "done":
      return end.code;
    case "error":
      return exitOfUncaught(end.error);
    case "limit":
    case "broken":
      return errorTable[end.error.code].exit;
    case "contained":
      return 86;
    case "deadlock":
      return 1;
    case "stopped":
      return end.by === "person" ? 77 : 130;
    default:
      return end satisfies never;
  }
}

/** A denial or a limit that the plugin let through keeps its code; everything else is the plugin's own failure. */
function exitOfUncaught(error: GuestError): number {
  const row =
    error.code !== undefined && Object.hasOwn(errorTable, error.code)
      ? errorTable[error.code as ErrorCode]
      : undefined;
  return row && (row.name === "PermissionDenied" || row.name === "FlowDenied" || row.name === "LimitExceeded")
    ? row.exit
    : 1;
}

export function endWords(end: RunEnd): string {
  switch (end.kind) {
    case "done":
      return "ended";
    case "error":
      return `error ${end.error.code ?? ""}`.trim();
    case "limit":
    case "broken":
      return `${end.error.code}: ${end.error.message}`;
    case "contained":
      return `contained: ${end.error.message}`;
    case "deadlock":
      return "waits for what can never happen";
    case "stopped":
      return end.by === "person" ? "stopped by the person" : "interrupted";
    default:
      return end satisfies never;
  }
}

/** The moment in which a run that carries labels ends tells something about what it read: it is told to the second only (FLOW, limits).
 *  Resolves when a whole number of seconds has passed since `began`. */
export function wholeSecond(clock: Clock, began: number): Promise<void> {
  const rest = (1000 - ((clock.now() - began) % 1000)) % 1000;
  // Not the clock's own timers, which keep no process alive.
  return rest === 0 ? Promise.resolve() : new Promise((done) => void setTimeout(done, rest));
}
