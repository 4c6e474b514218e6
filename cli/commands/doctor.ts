/** `sbx doctor`: what protects a person on this machine, and where sbx keeps its things. Tries what can be tried, guesses nothing. */
import { accessSync, constants, existsSync } from "node:fs";
import { release } from "node:os";
import { dirname } from "node:path";
import { escapeText } from "../../runtime/core/escape.ts";
import type { Command, CommandContext } from "../command.ts";
import { auditFolder, folders } from "../own.ts";
import { type Style, styleFor } from "../style.ts";
import { terminalConsent } from "../terminal.ts";
import { versionOf } from "../version.ts";
import { readWords } from "../words.ts";

export interface Facts {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly system: string;
  /** Walls that an engine on this machine really put up; null when it could not be tried. */
  readonly walls: readonly string[] | null;
  readonly sealed: boolean;
  readonly folders: Readonly<Record<string, { readonly path: string; readonly writable: boolean }>>;
  readonly canAsk: boolean;
  readonly notes: readonly string[];
}

export const doctor: Command = async (argv, cx) => {
  const words = readWords(argv, { command: "doctor", switches: ["json"], most: 0 });
  const facts = await examine(cx);
  const text = words.switches.has("json") ? `${JSON.stringify(facts)}\n` : print(facts, styleFor(cx.out));
  await cx.out.write(text);
  return facts.walls === null || Object.values(facts.folders).some(({ writable }) => !writable) ? 69 : 0;
};

async function examine(cx: CommandContext): Promise<Facts> {
  const walls = await tryWalls(cx);
  const { config, data, state, cache } = folders();
  const canAsk = terminalConsent({ noPrompt: false, env: process.env, interrupt: () => {} }) !== null;
  const all = { config, data, state, cache, audit: auditFolder() };
  const checked = Object.entries(all).map(
    ([name, path]) => [name, { path, writable: isWritable(path) }] as const,
  );
  return {
    ...versionOf(),
    system: `${process.platform} ${release()}`,
    walls,
    sealed: walls !== null && walls.length > 0,
    folders: Object.fromEntries(checked),
    canAsk,
    notes: notesFor(process.platform, walls),
  };
}

/** Long enough for a slow machine's cold start. */
const PATIENCE = 10_000;

/** Starts an engine, lets it seal itself, and takes its word for which walls it has put up; it ran nothing foreign yet. */
async function tryWalls(cx: CommandContext): Promise<readonly string[] | null> {
  const child = cx.start.engine;
  if (child === undefined) return null;
  const { adoptEngine } = await import("../../runtime/engine/hosts/process.ts");
  const engine = adoptEngine(child);
  const late = new Promise<null>((done) => setTimeout(() => done(null), PATIENCE).unref());
  const ready = await Promise.race([engine.ready, late]);
  engine.kill();
  return ready?.walls ?? null;
}

/** A folder that does not exist yet is as writable as the nearest one above it. */
function isWritable(path: string): boolean {
  if (!existsSync(path)) return dirname(path) !== path && isWritable(dirname(path));
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function notesFor(platform: string, walls: readonly string[] | null): string[] {
  const notes: string[] = [];
  if (walls === null)
    notes.push("the engine could not be started or could not seal itself: nothing will run");
  else if (walls.length === 0) {
    notes.push("this system offers no wall around the engine: a defect of the engine would have your rights");
  }
  if (platform === "linux" && walls !== null && !walls.includes("landlock")) {
    notes.push("this kernel has no Landlock: the filter of system calls is the only wall around files");
  }
  if (platform !== "linux") {
    notes.push(
      "no handles beneath a folder on this system: rename, remove and mkdir are weaker against links swapped at the same moment",
    );
  }
  return notes;
}

function print(facts: Facts, style: Style): string {
  const walls =
    facts.walls === null ? style.red("none: not sealed") : facts.walls.join(", ") || style.yellow("none");
  const lines = [
    `sbx ${facts.version}, Node ${facts.node}, ${facts.system} (${facts.platform})`,
    `walls     ${walls}`,
    `asking    ${facts.canAsk ? "yes, on this terminal" : "no: no terminal of your own on stderr, or CI is set"}`,
    ...Object.entries(facts.folders).map(
      ([name, { path, writable }]) =>
        `${name.padEnd(9)} ${escapeText(path)}${writable ? "" : style.red("  (not writable)")}`,
    ),
    ...facts.notes.map((note) => `${style.yellow("note")}      ${note}`),
  ];
  return `${lines.join("\n")}\n`;
}
