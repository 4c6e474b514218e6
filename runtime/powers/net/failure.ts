/** What went wrong on the wire, in the words of the plugin: host and port as it wrote them, never an address that was looked up. */
import type { NetTarget } from "../../core/capability.ts";
import { fail, isSbxError, type SbxError } from "../../core/errors.ts";

export type Stage = "look-up" | "connect" | "tls" | "exchange" | "body" | "socket" | "proxy";

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
};

function wording(stage: Stage, code: string, place: string, host: string): string {
  if (code === "HPE_HEADER_OVERFLOW") return `the answer of ${place} has headers that are too long`;
  if (code.startsWith("HPE_")) return `the answer of ${place} is not well-formed HTTP`;
  switch (stage) {
    case "look-up":
      return `could not find the host ${host}`;
    case "connect":
      return `could not connect to ${place}`;
    case "tls":
      return `could not make a secure connection to ${place}${/^[A-Z][A-Z0-9_]+$/.test(code) ? ` (${code})` : ""}`;
    case "exchange":
      return `the connection to ${place} ended before an answer came`;
    case "body":
      return /^(?:Z_|ERR_ZLIB|ERR_BROTLI|ERR_ZSTD|ZSTD_|ERR__ERROR)/.test(code) ||
        (code.startsWith("ERR_") && code.includes("FORMAT"))
        ? `the answer of ${place} is compressed in a way that cannot be read`
        : `the connection to ${place} ended before the whole body came`;
    case "socket":
      return code.startsWith("WS_ERR_")
        ? `${place} does not keep to the WebSocket protocol`
        : `the WebSocket to ${place} ended without a goodbye`;
    case "proxy":
      return `could not connect to ${place} through the proxy`;
    default:
      return stage satisfies never;
  }
}

/** An error of the list stays itself; anything else becomes E_UNAVAILABLE with its cause. */
export function failure(error: unknown, target: NetTarget, stage: Stage): SbxError {
  if (isSbxError(error)) return error;
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return fail("E_UNAVAILABLE", wording(stage, codeOf(error), `${host}:${target.port}`, host), {
    kind: "net",
    resource: target.words,
    ...(error === undefined ? {} : { cause: error }),
  });
}
