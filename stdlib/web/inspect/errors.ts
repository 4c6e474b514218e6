/** Errors as Node shows them: name, message and frames, then other properties. The first line is made
 *  here, from what the error says now. */
import { primordials, shownFrames } from "sbx:chunk/boot";
import type { Context } from "./context.ts";
import { prefix } from "./names.ts";

const {
  arrayIncludes,
  arrayIndexOf,
  endsWith,
  hasOwn,
  isArray,
  join,
  push,
  repeat,
  slice,
  splice,
  split,
  startsWith,
  String,
  stringIncludes,
  stringIndexOf,
  trimEnd,
} = primordials;

type ErrorLike = { name?: unknown; message?: unknown; stack?: unknown; errors?: unknown };

const SHOWN = ["name", "message", "stack"] as const;

/** The text before the braces; adds to and takes from `keys` what belongs below it. */
export function errorBase(
  cx: Context,
  error: object,
  constructor: string | null,
  tag: string,
  keys: PropertyKey[],
): string {
  const { name: rawName, message: rawMessage, errors } = error as ErrorLike;
  const name = rawName === undefined || rawName === null ? "Error" : String(rawName);
  const message = rawMessage === undefined ? "" : String(rawMessage);
  let text = stackText(error, name, message);
  for (let i = 0; i < SHOWN.length; i++) {
    const key = SHOWN[i] as (typeof SHOWN)[number];
    const at = arrayIndexOf(keys, key);
    const value = (error as ErrorLike)[key];
    if (at >= 0 && (key === "stack" || (typeof value === "string" && stringIncludes(text, value))))
      splice(keys, at, 1);
  }
  if (hasOwn(error, "cause") && !arrayIncludes(keys, "cause")) push(keys, "cause");
  if (isArray(errors) && hasOwn(error, "errors") && !arrayIncludes(keys, "errors")) push(keys, "errors");
  text = nameByClass(text, constructor, name, tag);
  const after = message === "" ? -1 : stringIndexOf(text, message);
  if (stringIndexOf(text, "\n    at", after < 0 ? 0 : after + message.length) < 0) text = `[${text}]`;
  if (cx.indentation === 0) return text;
  return join(split(text, "\n"), `\n${repeat(" ", cx.indentation)}`);
}

function stackText(error: object, name: string, message: string): string {
  const head = message === "" ? name : name === "" ? message : `${name}: ${message}`;
  const frames = shownFrames(error);
  if (frames !== undefined) return frames === "" ? head : `${head}\n${frames}`;
  const { stack } = error as ErrorLike;
  if (typeof stack !== "string" || stack === "") return head;
  return trimEnd(startsWith(stack, "    at ") ? `${head}\n${stack}` : stack);
}

/** A subclass without a name of its own is called by its class. */
function nameByClass(text: string, constructor: string | null, name: string, tag: string): string {
  const { length } = name;
  const next = slice(text, length, length + 1);
  const regular =
    endsWith(name, "Error") && startsWith(text, name) && (next === "" || next === ":" || next === "\n");
  if (constructor !== null && !regular) return text;
  const shown = slice(prefix(constructor, tag, constructor === null ? name : "Error"), 0, -1);
  if (name === shown) return text;
  return stringIncludes(shown, name)
    ? shown + slice(text, length)
    : `${shown} [${name}]${slice(text, length)}`;
}
