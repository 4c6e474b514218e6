/** Frames of a stack: read from the engine's own call sites or from its text, and written as text again. Refuses to know which
 *  error they belong to. */
import { primordials, uncurry } from "../primordials.ts";

const { charCodeAt, getPrototypeOf, join, max, Number, push, slice, split } = primordials;
const { startsWith, endsWith, stringIncludes, stringLastIndexOf } = primordials;

export interface Frame {
  /** Name of the function; "" for a module's top level and for functions without a name. */
  readonly name: string;
  /** Module, as the engine or (once mapped) the plugin calls it; "" for the engine's own functions. */
  readonly file: string;
  /** From 1; 0 where there is none. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** What the engine tells of one frame. */
export interface Site {
  getFileName(): string | null;
  getFunctionName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/** Reads call sites by their own methods, whatever a plugin does to them later. `any`: one of them. */
export function siteReader(any: Site): (sites: readonly Site[]) => Frame[] {
  const proto = getPrototypeOf(any) as Site;
  const fileOf = uncurry(proto.getFileName);
  const nameOf = uncurry(proto.getFunctionName);
  const lineOf = uncurry(proto.getLineNumber);
  const columnOf = uncurry(proto.getColumnNumber);
  return (sites) => {
    const frames: Frame[] = [];
    for (let i = 0; i < sites.length; i++) {
      const site = sites[i] as Site;
      const line = lineOf(site) ?? 0;
      push(frames, {
        name: named(nameOf(site) ?? ""),
        file: line > 0 ? (fileOf(site) ?? "") : "",
        line: max(line, 0),
        column: columnOf(site) ?? 0,
      });
    }
    return frames;
  };
}

/** Frames of a raw text of the engine's: "    at name (file:line:column)" or "    at name (native)", one a line. */
export function readFrames(text: string): Frame[] {
  const frames: Frame[] = [];
  const lines = split(text, "\n");
  for (let i = 0; i < lines.length; i++) {
    const frame = readFrame(lines[i] as string);
    if (frame !== undefined) push(frames, frame);
  }
  return frames;
}

function readFrame(line: string): Frame | undefined {
  if (!startsWith(line, "    at ")) return undefined;
  const open = stringLastIndexOf(line, " (");
  const bracketed = open >= 0 && endsWith(line, ")");
  const name = bracketed ? named(slice(line, 7, open)) : "";
  const place = bracketed ? slice(line, open + 2, line.length - 1) : slice(line, 7);
  const second = stringLastIndexOf(place, ":");
  const first = second < 0 ? -1 : stringLastIndexOf(place, ":", second - 1);
  const row = Number(slice(place, first + 1, second));
  if (first < 0 || !(row > 0)) return { name, file: "", line: 0, column: 0 };
  return { name, file: slice(place, 0, first), line: row, column: Number(slice(place, second + 1)) };
}

const named = (name: string): string => (name === "<anonymous>" || name === "<eval>" ? "" : name);

/** The standard library's own. */
export const isOwn = ({ file }: Frame): boolean => startsWith(file, "sbx:");

/** "    at name (file:line:column)" or "    at file:line:column", one a line. */
export function frameText(frames: readonly Frame[]): string {
  const lines: string[] = [];
  for (let i = 0; i < frames.length; i++) push(lines, `    at ${placeText(frames[i] as Frame)}`);
  return join(lines, "\n");
}

export function placeText({ name, file, line, column }: Frame): string {
  const shown = oneLine(name);
  if (line === 0) return `${shown === "" ? "<anonymous>" : shown} (native)`;
  const place = `${file}:${line}:${column}`;
  return shown === "" ? place : `${shown} (${place})`;
}

/** A function can be given any name; a frame is one line. */
function oneLine(name: string): string {
  if (!stringIncludes(name, "\n")) return name;
  let text = "";
  for (let i = 0; i < name.length; i++)
    text += charCodeAt(name, i) === 10 ? " " : (slice(name, i, i + 1) as string);
  return text;
}
