/** The console: log, info, debug and their kin go to stdout, warn, error, trace and failed assertions to stderr, as in
 *  Node, without colours. Plain strings and numbers are written at once; everything else loads the inspector. */
import type { Host, Stream } from "./host.ts";
import { primordials } from "./primordials.ts";
import { framesHere } from "./stack/stacks.ts";
import { elapsed } from "./timers.ts";

const { arraySlice, defineProperty, join, keys, Map, mapDelete, mapGet, mapSet, max } = primordials;
const { Number, padStart, repeat, split, String, stringIncludes, stringIndexOf, Symbol, toFixed, trimEnd } =
  primordials;

/** What the inspector chunk exports. */
export interface Inspector {
  inspect(value: unknown, options?: InspectOptions): string;
  /** Node's util.format. */
  format(args: readonly unknown[]): string;
  /** Node's console.table, or undefined when `value` is not tabular. */
  table(value: unknown, columns?: readonly unknown[]): string | undefined;
}

export interface InspectOptions {
  /** Levels shown below the value; null or Infinity for all. Default 2. */
  readonly depth?: number | null;
  readonly showHidden?: boolean;
  /** Inner levels that may share a line; false: none. Default 3. */
  readonly compact?: number | boolean;
  readonly breakLength?: number;
  readonly sorted?: boolean;
  readonly getters?: boolean;
  readonly maxArrayLength?: number | null;
  readonly maxStringLength?: number | null;
}

type Method = (...args: unknown[]) => void;
type Methods = { [name: string]: Method };

/** Where the console writes: whole lines, indented by the groups that are open. */
class Printer {
  readonly host: Host;
  indent = "";

  constructor(host: Host) {
    this.host = host;
  }

  write(stream: Stream, text: string): void {
    const { indent } = this;
    const body = indent !== "" && stringIncludes(text, "\n") ? join(split(text, "\n"), `\n${indent}`) : text;
    this.host.out(stream, `${indent}${body}\n`);
  }

  warn(message: string): void {
    this.write(2, `Warning: ${message}`);
  }

  text(args: readonly unknown[]): string {
    return plain(args) ?? this.inspector().format(args);
  }

  inspector(): Inspector {
    return this.host.chunk("inspect") as unknown as Inspector;
  }
}

export function makeConsole(host: Host): Methods {
  const printer = new Printer(host);
  const methods: Methods = {
    ...printing(printer),
    ...grouping(printer),
    ...counting(printer),
    ...timing(printer),
  };
  defineProperty(methods, Symbol.toStringTag, { value: "console", configurable: true });
  for (const name of keys(methods))
    defineProperty(methods[name] as Method, "name", { value: name, configurable: true });
  return methods;
}

function printing(printer: Printer): Methods {
  const to =
    (stream: Stream): Method =>
    (...args) =>
      printer.write(stream, printer.text(args));
  return {
    log: to(1),
    info: to(1),
    debug: to(1),
    dirxml: to(1),
    warn: to(2),
    error: to(2),
    trace(...args) {
      const head = args.length > 0 ? `Trace: ${printer.text(args)}` : "Trace";
      printer.write(2, trimEnd(`${head}\n${framesHere(undefined)}`));
    },
    assert(condition, ...args) {
      if (condition) return;
      const { 0: first } = args;
      const said =
        typeof first === "string"
          ? [`Assertion failed: ${first}`, ...arraySlice(args, 1)]
          : ["Assertion failed", ...args];
      printer.write(2, printer.text(said));
    },
    dir: (value, options) =>
      printer.write(1, printer.inspector().inspect(value, (options ?? {}) as InspectOptions)),
    table(value, columns) {
      const drawn = printer.inspector().table(value, columns as readonly unknown[] | undefined);
      printer.write(1, drawn ?? printer.text([value]));
    },
  };
}

function grouping(printer: Printer): Methods {
  const group: Method = (...args) => {
    if (args.length > 0) printer.write(1, printer.text(args));
    printer.indent += "  ";
  };
  return {
    group,
    groupCollapsed: (...args) => group(...args),
    groupEnd() {
      printer.indent = repeat(" ", max(0, printer.indent.length - 2));
    },
  };
}

const labelOf = (label: unknown): string => (label === undefined ? "default" : String(label));

function counting(printer: Printer): Methods {
  const counts = new Map<string, number>();
  return {
    count(label) {
      const name = labelOf(label);
      const n = (mapGet(counts, name) ?? 0) + 1;
      mapSet(counts, name, n);
      printer.write(1, `${name}: ${n}`);
    },
    countReset(label) {
      const name = labelOf(label);
      if (!mapDelete(counts, name)) printer.warn(`Count for '${name}' does not exist`);
    },
  };
}

function timing(printer: Printer): Methods {
  const started = new Map<string, number>();
  const tell = (name: string, args: readonly unknown[]): void => {
    const start = mapGet(started, name);
    if (start === undefined) {
      printer.warn(`No such label '${name}' for console.time()`);
      return;
    }
    const more = args.length > 0 ? ` ${printer.text(args)}` : "";
    printer.write(1, `${name}: ${duration(elapsed() - start)}${more}`);
  };
  return {
    time(label) {
      const name = labelOf(label);
      if (mapGet(started, name) !== undefined)
        printer.warn(`Label '${name}' already exists for console.time()`);
      else mapSet(started, name, elapsed());
    },
    timeLog: (label, ...args) => tell(labelOf(label), args),
    timeEnd(label) {
      const name = labelOf(label);
      tell(name, []);
      mapDelete(started, name);
    },
  };
}

/** The text of arguments that need no inspector, or undefined. */
function plain(args: readonly unknown[]): string | undefined {
  let text = "";
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    let part: string;
    if (typeof arg === "string") {
      if (i === 0 && args.length > 1 && stringIndexOf(arg, "%") >= 0) return undefined;
      part = arg;
    } else if (typeof arg === "number") part = arg === 0 && 1 / arg < 0 ? "-0" : `${arg}`;
    else if (typeof arg === "boolean" || arg === undefined || arg === null) part = `${arg}`;
    else return undefined;
    text = i === 0 ? part : `${text} ${part}`;
  }
  return text;
}

/** As Node writes it: 3.2ms, 1.500s, 2:03.456 (m:ss.mmm), 1:00:00 (h:mm:ss). */
function duration(ms: number): string {
  if (ms < 1000) return `${Number(toFixed(ms, 3))}ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${toFixed(seconds, 3)}s`;
  const two = (n: number): string => padStart(`${n}`, 2, "0");
  const minutes = (seconds - (seconds % 60)) / 60;
  if (minutes < 60) return `${minutes}:${padStart(toFixed(seconds % 60, 3), 6, "0")} (m:ss.mmm)`;
  const whole = seconds - (seconds % 1);
  return `${(minutes - (minutes % 60)) / 60}:${two(minutes % 60)}:${two(whole % 60)} (h:mm:ss)`;
}
