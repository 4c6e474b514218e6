/** Any thrown value as plain data for the outside. Reads properties of the plugin's own value, so it may run getters of
 *  the plugin's; a throw on the way is replaced by a poorer description. */
import type { Inspector } from "./console.ts";
import { callBehind } from "./errors.ts";
import type { Described, Host } from "./host.ts";
import { primordials } from "./primordials.ts";
import { rawFrames } from "./stack/stacks.ts";

const { isError, String, stringIndexOf, slice, startsWith } = primordials;

const OWN = ["code", "resource", "remedy"] as const;

export function describe(host: Host, error: unknown): Described {
  if (typeof error !== "object" || error === null || !looksLikeError(error)) {
    return { name: "Uncaught", message: shown(host, error), stack: "", kind: "uncaught" };
  }
  const name = read(error, "name") ?? "Error";
  const message = read(error, "message") ?? "";
  const said: Described = { name, message, stack: "", kind: "uncaught" };
  const raw = rawFrames(error);
  if (raw !== undefined) said.stack = raw;
  else {
    said.stack = framesIn(read(error, "stack") ?? "");
    said.mapped = true;
  }
  for (let i = 0; i < OWN.length; i++) {
    const key = OWN[i] as (typeof OWN)[number];
    const value = read(error, key);
    if (value !== undefined) said[key] = value;
  }
  const call = callBehind(error);
  if (call !== undefined) said.call = call;
  const cause = causeOf(host, error);
  if (cause !== undefined) said.cause = cause;
  return said;
}

/** The frames of a stack that the plugin gave an error: its own words, with places in its sources as far as it took them from
 *  stacks. */
function framesIn(stack: string): string {
  if (startsWith(stack, "    at ")) return stack;
  const first = stringIndexOf(stack, "\n    at ");
  return first < 0 ? "" : slice(stack, first + 1);
}

function looksLikeError(value: object): boolean {
  return isError(value) || (read(value, "stack") !== undefined && read(value, "message") !== undefined);
}

function read(from: object, key: string): string | undefined {
  try {
    const value = (from as { [key: string]: unknown })[key];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function causeOf(host: Host, error: object): string | undefined {
  try {
    const { cause } = error as { cause?: unknown };
    return cause === undefined ? undefined : shown(host, cause);
  } catch {
    return undefined;
  }
}

function shown(host: Host, value: unknown): string {
  try {
    if (typeof value === "string") return value;
    return (host.chunk("inspect") as unknown as Inspector).inspect(value);
  } catch {
    try {
      return String(value);
    } catch {
      return "a value that cannot be shown";
    }
  }
}
