/** From places in the bundled module to places in the plugin's own TypeScript.
 *  Stack text comes from the guest and may say anything: it is bounded, read line by line, and what does not look like a frame of
 *  the program is dropped, frames of sbx's own guest code included. Escaping for a terminal is the printer's work. */
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

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
  /** Where a place of the bundled module came from. Undefined: from no file of the plugin. */
  at(line: number, column: number): Position | undefined;
  /** The plugin's own frames of a raw stack, innermost first. */
  frames(stack: string): Frame[];
  /** The frames as text, "    at name (file:line:column)" each; "" when there are none. */
  text(stack: string): string;
}

const maxStack = 64 * 1024;
const maxFrames = 50;
const maxFrameLine = 1024;

/** "at name (module:line:column)" or "at module:line:column". */
const frameLine = /^\s*at (?:(.*) \()?(.+?):(\d{1,9}):(\d{1,9})\)?$/;

const unnamed = new Set(["<anonymous>", "<eval>", ""]);

/** @param map source map of the bundled module, JSON text
 *  @param moduleName the name under which the engine runs it */
export function positionsOf(map: string, moduleName: string): Positions {
  let trace: TraceMap | undefined;

  const at = (line: number, column: number): Position | undefined => {
    if (map === "" || line < 1 || column < 1) return undefined;
    trace ??= new TraceMap(map);
    const found = originalPositionFor(trace, { line, column: column - 1 });
    if (found.source === null || found.source === "") return undefined;
    return { file: found.source, line: found.line, column: found.column + 1 };
  };

  const frames = (stack: string): Frame[] => {
    const out: Frame[] = [];
    for (const line of stack.slice(0, maxStack).split("\n")) {
      if (out.length >= maxFrames) break;
      const match = line.length > maxFrameLine ? null : frameLine.exec(line);
      if (match === null || match[2] !== moduleName) continue;
      const position = at(Number(match[3]), Number(match[4]));
      if (position === undefined) continue;
      const name = match[1] ?? "";
      out.push(unnamed.has(name) ? position : { ...position, name });
    }
    return out;
  };

  return {
    at,
    frames,
    text: (stack) =>
      frames(stack)
        .map(({ name, file, line, column }) => {
          const place = `${file}:${line}:${column}`;
          return name === undefined ? `    at ${place}` : `    at ${name} (${place})`;
        })
        .join("\n"),
  };
}
