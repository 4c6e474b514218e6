/** The powers over files: paths become pinned targets, targets become powers. What a grant was judged by is what is opened.
 *  Knows nothing of grants: whether a target may be used was decided before `open`. */
import { existsSync } from "node:fs";
import type { PathNeed, PathTarget, Target } from "../../core/capability.ts";
import { fail } from "../../core/errors.ts";
import { pathRules } from "../../core/path.ts";
import type { FileOpener, Lease, PowerSource } from "../../core/powers.ts";
import { absentFile } from "./absent.ts";
import { failure, refusal } from "./failure.ts";
import { handles } from "./handles.ts";
import { names } from "./names.ts";
import { opener } from "./openFile.ts";
import { type FileType, type Pin, PinnedPath, type Pinner } from "./pin.ts";
import { ReadAccess } from "./read.ts";
import { WriteAccess, type WriteTools } from "./write.ts";

export interface FileOptions {
  /** Absolute; where relative paths of the plugin start. */
  readonly cwd: string;
  /** Absolute; where needs with `from: "tmp"` start. Default: none, such needs fail. */
  readonly tmp?: string;
  /** How things are held. Default: by descriptor where the system can (Linux with /proc), else by name. */
  readonly hold?: "handles" | "names";
  /** Parts of temporary names, at least 80 bits that nobody can guess. Default: from the system's randomness. */
  readonly unique?: () => Promise<string>;
}

export interface Files {
  readonly read: PowerSource<PathNeed & { kind: "read" }>;
  readonly write: PowerSource<PathNeed & { kind: "write" }>;
  readonly opener: FileOpener;
  /** Both forms of a path of a grant, and what is there now. `base`: where a relative path starts, default `cwd`. */
  canonical(path: string, base?: string): Promise<{ lexical: string; canonical: string; type: FileType }>;
  /** How this system holds what was checked; for `doctor`. */
  readonly hold: "handles" | "names";
}

async function randomName(): Promise<string> {
  const { randomBytes } = await import("node:crypto");
  return randomBytes(12).toString("hex");
}

const special: ReadonlySet<FileType> = new Set(["device", "fifo", "socket", "kernel", "forbidden"]);

/** May `fresh` stand in for what was judged? Same place, and nothing that is judged by another rule. */
const standsFor = (fresh: Pin, judged: PathTarget): boolean =>
  fresh.canonical === judged.canonical &&
  (fresh.type === judged.type ||
    (!judged.entry && !special.has(fresh.type) && !special.has(judged.type)) ||
    fresh.type === "missing");

export function files(options: FileOptions): Files {
  const hold =
    options.hold ?? (process.platform === "linux" && existsSync("/proc/self/fd") ? "handles" : "names");
  const pinner: Pinner = hold === "handles" ? handles : names;
  const rules = pathRules(process.platform);
  const tools: WriteTools = { pinner, unique: options.unique ?? randomName };
  const cwd = rules.absolute(options.cwd, "/");

  const lexicalOf = (need: PathNeed): string => {
    if (need.path.includes("\0") || need.path === "")
      throw fail("E_INVALID", "a path cannot be empty or hold NUL");
    if (need.from !== "tmp") return rules.absolute(need.path, cwd);
    if (options.tmp === undefined)
      throw fail("E_UNAVAILABLE", "this system names no folder for temporary files");
    return rules.absolute(need.path, rules.absolute(options.tmp, "/"));
  };

  const pinFor = (kind: "read" | "write", lexical: string, entry: boolean): Promise<Pin> =>
    pinner.pin(lexical, { entry, folder: kind === "write" });

  const resolve = async (need: PathNeed): Promise<Target> => {
    const lexical = lexicalOf(need);
    const words = need.from === "tmp" ? `\${tmp}/${need.path}` : need.path;
    const { kind, entry = false, tree = false, arrives = false } = need;
    const facts = { kind, words, lexical, entry, tree, arrives };
    try {
      return new PinnedPath(facts, await pinFor(need.kind, lexical, facts.entry));
    } catch (error) {
      throw failure(error, "open", words);
    }
  };

  /** The target's pin, or a new one of the same place when the thing was replaced since. @throws when it leads elsewhere now */
  const settle = async (target: Target): Promise<{ target: PinnedPath; pin: Pin }> => {
    if (!(target instanceof PinnedPath) || !target.pin)
      throw fail("E_INTERNAL", "a file target was opened that is not held");
    if (target.pin.intact()) return { target, pin: target.pin };
    const fresh = await pinFor(target.kind, target.lexical, target.entry);
    if (!standsFor(fresh, target)) {
      fresh.drop();
      throw refusal("E_UNAVAILABLE", "open", target.words, "it was moved meanwhile; try again");
    }
    target.repin(fresh);
    return { target, pin: fresh };
  };

  const release = (target: Target): void => {
    if (target instanceof PinnedPath) target.release();
  };

  return {
    hold,
    opener,
    read: {
      resolve,
      release,
      open: async (target: Target, lease: Lease) => {
        lease.alive();
        const held = await settle(target);
        return new ReadAccess(held.target, held.pin, lease);
      },
      absent: absentFile,
    },
    write: {
      resolve,
      release,
      open: async (target: Target, lease: Lease) => {
        lease.alive();
        const held = await settle(target);
        return new WriteAccess(held.target, held.pin, lease, tools);
      },
    },
    canonical: async (path, base) => {
      const lexical = rules.absolute(path, base ?? cwd);
      const pin = await pinFor("read", lexical, false);
      pin.drop();
      return { lexical, canonical: pin.canonical, type: pin.type };
    },
  };
}
