/** From places in the bundled module to places in the plugin's own TypeScript.
 *  Stack text comes from the guest and may say anything: it is bounded, read line by line, and what does not look like a frame of
 *  the program is dropped, frames of sbx's own guest code included. Escaping for a terminal is the printer's work. */
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { type Calls, callsIn } from "./calls.ts";

export interface Position {
  /** Path below the plugin's root. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

export interface Frame extends Position {
  /** Name of the function as the engine told it; undefined for a module's top level and for unnamed functions. */
  readonly name?: string;
}

export interface Positions {
  /** Where a place of the bundled module came from. Undefined: from no file of the plugin. `callee`: what was called there (see
   *  `Calls.around`), to name the call itself and not its last argument. */
  at(line: number, column: number, callee?: string): Position | undefined;
  /** The plugin's own frames of a raw stack, innermost first. `made`: name of the error that the innermost one made. */
  frames(stack: string, made?: string): Frame[];
  /** The frames of a stack whose places are in the sources already, as far as they name a file of `files`. */
  mappedFrames(stack: string, files: ReadonlySet<string>): Frame[];
  /** The frames as text, "    at name (file:line:column)" each; "" when there are none. */
  text(stack: string): string;
}

const maxStack = 64 * 1024;
const maxFrames = 50;
const maxFrameLine = 1024;

/** "at name (module:line:column)" or "at module:line:column". */
const frameLine = /^\s*at (?:(.*) \()?(.+?):(\d{1,9}):(\d{1,9})\)?$/;

/** "at name (native)", a function of the engine's own. */
const nativeLine = /^\s*at (.*) \(native\)$/;

const unnamed = new Set(["<anonymous>", "<eval>", ""]);
const named = (name: string | undefined): string | undefined =>
  name === undefined || unnamed.has(name) ? undefined : name;

const linesOf = (stack: string): string[] =>
  stack
    .slice(0, maxStack)
    .split("\n")
    .filter((line) => line.length <= maxFrameLine);

/** The bundled module as lines and calls. */
class BundledText {
  /** Offset of each line's start. */
  readonly #lines: number[] = [0];
  readonly #calls: Calls;

  constructor(source: string) {
    for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) this.#lines.push(at + 1);
    this.#calls = callsIn(source);
  }

  /** The call around a place: line from 1, column from 0. */
  call(line: number, column: number, callee: string): { line: number; column: number } | undefined {
    const start = this.#lines[line - 1];
    const at = start === undefined ? undefined : this.#calls.around(start + column - 1, callee);
    if (at === undefined) return undefined;
    let row = line;
    while (row > 1 && (this.#lines[row - 1] ?? 0) > at) row -= 1;
    return { line: row, column: at - (this.#lines[row - 1] ?? 0) };
  }
}

/** @param map source map of the bundled module, JSON text
 *  @param moduleName the name under which the engine runs it
 *  @param source the bundled module, for the places of calls */
export function positionsOf(map: string, moduleName: string, source = ""): Positions {
  let trace: TraceMap | undefined;
  let text: BundledText | undefined;

  const at = (line: number, column: number, callee?: string): Position | undefined => {
    if (map === "" || line < 1 || column < 1) return undefined;
    trace ??= new TraceMap(map);
    if (callee !== undefined && source !== "") text ??= new BundledText(source);
    const call = callee === undefined ? undefined : text?.call(line, column, callee);
    const found = originalPositionFor(trace, call ?? { line, column: column - 1 });
    if (found.source === null || found.source === "") return undefined;
    return { file: found.source, line: found.line, column: found.column + 1 };
  };

  const frames = (stack: string, made?: string): Frame[] => {
    const out: Frame[] = [];
    let callee = made === undefined ? undefined : `new ${made}`;
    for (const line of linesOf(stack)) {
      if (out.length >= maxFrames) break;
      const match = frameLine.exec(line);
      const name = named(match === null ? nativeLine.exec(line)?.[1] : match[1]);
      const position = match?.[2] === moduleName ? at(Number(match[3]), Number(match[4]), callee) : undefined;
      callee = name ?? "";
      if (position !== undefined) out.push(name === undefined ? position : { ...position, name });
    }
    return out;
  };

  const mappedFrames = (stack: string, files: ReadonlySet<string>): Frame[] =>
    linesOf(stack)
      .flatMap((line): Frame[] => {
        const [, called, file = "", row, column] = frameLine.exec(line) ?? [];
        if (!files.has(file)) return [];
        const name = named(called);
        const position = { file, line: Number(row), column: Number(column) };
        return [name === undefined ? position : { ...position, name }];
      })
      .slice(0, maxFrames);

  return {
    at,
    frames,
    mappedFrames,
    text: (stack) =>
      frames(stack)
        .map(({ name, file, line, column }) => {
          const place = `${file}:${line}:${column}`;
          return name === undefined ? `    at ${place}` : `    at ${name} (${place})`;
        })
        .join("\n"),
  };
}
