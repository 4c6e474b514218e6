/** The plugin of a run: found, bundled (or taken from the cache), and known by names for people, memory and the store. */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fail } from "../../runtime/core/errors.ts";
import type { FoundProgram } from "../../runtime/core/sources.ts";
import { printSubject } from "../../runtime/core/subject.ts";
import type { GuestError } from "../../runtime/engine/message.ts";
import type { Bundler } from "../../runtime/engine/transpile/bundle.ts";
import { type LoadedProgram, loadProgram } from "../../runtime/engine/transpile/load.ts";
import type { Frame } from "../../runtime/engine/transpile/positions.ts";
import { openCache } from "../../runtime/powers/cache.ts";
import type { OwnFolders } from "../../runtime/powers/own/folders.ts";
import { findProgram, textProgram } from "../../runtime/powers/program.ts";
import type { Assets } from "../boot.ts";
import type { RunOptions } from "../flags.ts";
import { versionOf } from "../version.ts";

export interface Loaded {
  readonly program: LoadedProgram;
  /** Id and version for the audit; a script's id is its file name. */
  readonly id: string;
  readonly version: string;
  /** Who asks, for prompts. */
  readonly who: string;
  /** Whose answers are remembered: a script's content. */
  readonly subject: string;
  /** Whose store it is: a script's place; a text's content, because all texts come from the same one. */
  readonly storeKey: string;
  readonly root: string | undefined;
  /** The entry's absolute path; a text has none. */
  readonly place?: string;
  /** Absolute paths that no grant opens to it. */
  readonly ownFiles: readonly string[];
  /** The innermost place of a raw guest stack in the plugin's sources, `main.ts:3:5`. */
  locate(stack: string): string | undefined;
  /** Where an error of the guest happened, innermost first. */
  frames(error: Pick<GuestError, "stack" | "mapped" | "name">): readonly Frame[];
  /** A line of a source, for messages. */
  sourceLine(file: string, line: number): string | undefined;
}

/** Names beside a script from which a later run could take code or rights. */
const steering = [
  "sbx.json",
  "manifest.json",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "node_modules",
  "sbx.lock",
];

export async function loadPlugin(
  options: RunOptions,
  own: OwnFolders,
  assets: Assets,
  warn: (text: string) => void,
): Promise<Loaded> {
  const found = findSource(options);
  const program = await loadProgram(found, {
    cache: openCache(join(own.cache, "programs"), { warn }),
    bundler: () => startedBundler(own, assets),
    digest: (text) => hash("sha256", text),
    known: new Set(["fs", "net", "data", "env", "permissions", "plugin"].map((name) => `sbx:${name}`)),
    versions: `sbx ${versionOf().version}`,
  });
  return described(options, found, program);
}

/** Loaded on a miss only: a cached program needs no bundler. */
async function startedBundler(own: OwnFolders, assets: Assets): Promise<Bundler> {
  const [{ bundlerBounds, startBundler }, { placeExecutable }] = await Promise.all([
    import("../../runtime/engine/hosts/bundler.ts"),
    import("../../runtime/powers/executable.ts"),
  ]);
  const placed = placeExecutable(assets("esbuild"), "esbuild", own.cache);
  const bundler = startBundler({
    command: placed.path,
    api: Buffer.from(assets("esbuild.js")).toString("utf8"),
    ...bundlerBounds,
  });
  return {
    build: bundler.build.bind(bundler),
    stop() {
      bundler.stop();
      placed.close();
    },
  };
}

function findSource(options: RunOptions): FoundProgram {
  if (options.source !== undefined) return textProgram(Buffer.from(options.source), "eval.ts");
  return options.script === "-" ? textProgram(readAll(), "stdin.ts") : findProgram(options.script);
}

function readAll(): Uint8Array {
  try {
    return readFileSync(0);
  } catch (error) {
    throw fail(
      "E_NOT_FOUND",
      `the program cannot be read from standard input (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

async function described(options: RunOptions, found: FoundProgram, program: LoadedProgram): Promise<Loaded> {
  const { positionsOf } = await import("../../runtime/engine/transpile/positions.ts");
  const positions = positionsOf(program.map, program.name, program.source);
  const files = new Set(program.files.map(({ path }) => path));
  const script =
    options.source !== undefined ? "eval" : options.script === "-" ? "stdin" : basename(options.script);
  const isFolder = found.root !== undefined && basename(options.script) !== basename(found.entry);
  return {
    program,
    id: script,
    version: "",
    who: script,
    subject: printSubject({ kind: "script", content: program.contentHash }),
    storeKey: hash(
      "sha256",
      found.root === undefined ? `text ${program.contentHash}` : `script ${found.root} ${found.entry}`,
    ).slice(0, 32),
    root: found.root,
    ...(found.root === undefined ? {} : { place: join(found.root, found.entry) }),
    ownFiles:
      found.root === undefined ? [] : isFolder ? [found.root] : ownFilesOf(found.root, program, script),
    locate: (stack) => {
      const [frame] = positions.frames(stack);
      return frame && `${frame.file}:${frame.line}:${frame.column}`;
    },
    frames: ({ stack, mapped, name }) =>
      mapped ? positions.mappedFrames(stack, files) : positions.frames(stack, name),
    sourceLine: (file, line) => {
      const look = found.tree.look(file);
      return look.is === "file" ? Buffer.from(look.bytes).toString("utf8").split("\n")[line - 1] : undefined;
    },
  };
}

const ownFilesOf = (root: string, program: LoadedProgram, script: string): string[] => [
  ...program.files.map(({ path }) => join(root, path)),
  ...steering.map((name) => join(root, name)),
  join(root, `${script}.sig`),
];
