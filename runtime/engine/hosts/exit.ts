/** What the end of an engine's process means. Pure. */

import type { EngineExit } from "../engine.ts";

/** Signals with which the kernel or V8 ends a process that ran into a bound or a fatal error. */
const FATAL = ["SIGABRT", "SIGTRAP", "SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE"];

/** `unsealed`: what the engine said, if anything, instead of being ready. */
export function exitOf(code: number | null, signal: string | null, unsealed: string | undefined): EngineExit {
  if (unsealed !== undefined) return { kind: "unsealed", step: unsealed };
  if (signal === "SIGSYS") return { kind: "forbidden" };
  if (signal !== null && FATAL.includes(signal)) return { kind: "fatal", signal };
  return { kind: "unexpected", code, signal };
}
