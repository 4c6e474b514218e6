/** Node's util.format: `%s %d %i %f %j %o %O %c %%` in a first string, everything else inspected and joined by spaces. */
import { primordials } from "sbx:chunk/boot";
import { inspect } from "./inspect.ts";
import { formatNumber } from "./strings.ts";

const {
  charCodeAt,
  functionToString,
  getDescriptor,
  getPrototypeOf,
  hasOwn,
  Number,
  slice,
  String,
  stringIncludes,
  stringify,
} = primordials;
const { parseFloat, parseInt } = globalThis;

export function format(args: readonly unknown[]): string {
  let next = 0;
  let text = "";
  if (typeof args[0] === "string") {
    next = 1;
    text = args[0];
    if (args.length > 1) {
      const filled = substitute(text, args);
      text = filled.text;
      next = filled.next;
    }
  }
  for (let i = next; i < args.length; i++) {
    const part = typeof args[i] === "string" ? (args[i] as string) : inspect(args[i]);
    text = i === 0 ? part : `${text} ${part}`;
  }
  return text;
}

/** The first string with its directives filled, and the index of the first argument left. */
function substitute(pattern: string, args: readonly unknown[]): { text: string; next: number } {
  let text = "";
  let from = 0;
  let used = 0;
  for (let i = 0; i < pattern.length - 1; i++) {
    if (charCodeAt(pattern, i) !== 37) continue;
    const letter = slice(pattern, i + 1, i + 2);
    if (letter === "%") {
      text += slice(pattern, from, i + 1);
      from = i + 2;
      i++;
      continue;
    }
    if (used + 1 === args.length) continue;
    const filled = fill(letter, args[used + 1]);
    if (filled === undefined) continue;
    used++;
    text += slice(pattern, from, i) + filled;
    from = i + 2;
    i++;
  }
  return { text: text + slice(pattern, from), next: used + 1 };
}

function fill(letter: string, arg: unknown): string | undefined {
  switch (letter) {
    case "s":
      return asString(arg);
    case "d":
      return typeof arg === "bigint"
        ? `${arg}n`
        : typeof arg === "symbol"
          ? "NaN"
          : formatNumber(asNumber(arg));
    case "i":
      if (typeof arg === "bigint") return `${arg}n`;
      return typeof arg === "symbol" ? "NaN" : formatNumber(parseInt(arg as string, 10));
    case "f":
      return typeof arg === "symbol" ? "NaN" : formatNumber(parseFloat(arg as string));
    case "j":
      return asJson(arg);
    case "o":
      return inspect(arg, { showHidden: true, depth: 4 });
    case "O":
      return inspect(arg);
    case "c":
      return "";
    default:
      return undefined;
  }
}

const asNumber = (arg: unknown): number => (typeof arg === "object" && arg === null ? 0 : Number(arg));

function asString(arg: unknown): string {
  if (typeof arg === "number") return formatNumber(arg);
  if (typeof arg === "bigint") return `${arg}n`;
  if (typeof arg !== "object" || arg === null || !hasBuiltInToString(arg)) return String(arg);
  return inspect(arg, { depth: 0 });
}

function asJson(arg: unknown): string {
  try {
    return String(stringify(arg));
  } catch (error) {
    if (stringIncludes(String((error as Error).message), "circular")) return "[Circular]";
    throw error;
  }
}

/** Whether turning the object into a string would say nothing of the plugin's own making. */
function hasBuiltInToString(value: object): boolean {
  if (typeof (value as { toString?: unknown }).toString !== "function") return true;
  let at: object | null = value;
  if (hasOwn(value, "toString")) return false;
  while (at !== null && !hasOwn(at, "toString")) at = getPrototypeOf(at);
  const owner: unknown = at === null ? undefined : getDescriptor(at, "constructor")?.value;
  return (
    typeof owner === "function" && stringIncludes(functionToString(owner as () => void), "[native code]")
  );
}
