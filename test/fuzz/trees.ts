/** Trees of files and links of every kind, grants and denies on them, and operations on paths as plugins write them: the gate with the real
 *  file powers must answer as the rules say that are written down in test/support/treeRules.ts, with the kernel's own path look-up
 *  (openat2 with RESOLVE_BENEATH among it) saying where a path leads; and nothing may have changed or been read that they do not bear. */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { openBeneath } from "../support/kernel.ts";
import { follow, LinkTree, led, type Snapshot } from "../support/linkTree.ts";
import { Random } from "../support/random.ts";
import {
  type Asked,
  changed,
  mayChange,
  mayRead,
  says,
  type TreeRule,
  treeRule,
} from "../support/treeRules.ts";
import { World } from "../support/world.ts";
import type { Fuzzer } from "./fuzzer.ts";

/** Folders above a tree, so that links and dots which lead out of it still end in a folder of its own, which goes with it. */
const DEEP = Array.from({ length: 24 }, (_, at) => `${at}`);
/** Operations on one tree before the next one is grown. */
const TURNS = 12;

interface Step {
  readonly op: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly body?: string;
  /** What has to be granted. */
  readonly needs: readonly Need[];
  /** More than its needs can be refused: what is in a folder. */
  readonly carries?: boolean;
}

interface Need {
  readonly kind: "read" | "write";
  readonly path: string;
  readonly entry?: boolean;
  readonly taken?: boolean;
}

const reading = ["readFile", "stat", "exists", "realPath", "readDir"] as const;

function stepOf(random: Random, tree: LinkTree): Step {
  const path = tree.spell(tree.path());
  const to = tree.spell(tree.path());
  const recursive = random.chance(0.5);
  switch (random.below(12)) {
    case 0:
      return { op: "lstat", args: { path }, needs: [{ kind: "read", path, entry: true }] };
    case 1:
      return { op: "mkdir", args: { path, recursive }, needs: [{ kind: "write", path }], carries: recursive };
    case 2:
    case 3:
      return {
        op: "remove",
        args: { path, recursive },
        needs: [{ kind: "write", path, entry: true, taken: true }],
        carries: true,
      };
    case 4:
    case 5:
      return {
        op: "rename",
        args: { from: path, to },
        needs: [
          { kind: "read", path, entry: true },
          { kind: "write", path, entry: true, taken: true },
          { kind: "write", path: to, entry: true, taken: true },
        ],
        carries: true,
      };
    case 6:
      return {
        op: "copyFile",
        args: { from: path, to },
        needs: [
          { kind: "read", path },
          { kind: "write", path: to },
        ],
      };
    case 7:
    case 8: {
      const append = random.chance(0.3);
      const body = `written ${random.below(1000)}`;
      return { op: "writeFile", args: { path, append }, body, needs: [{ kind: "write", path }] };
    }
    default:
      return { op: random.pick(reading), args: { path }, needs: [{ kind: "read", path }] };
  }
}

function rulesOf(random: Random, tree: LinkTree): TreeRule[] {
  const scope = (): string => (random.chance(0.2) ? tree.root : tree.path());
  const kinds = ["read", "write"] as const;
  return [
    ...random.list(2, () => treeRule("allow", "read", scope())),
    treeRule("allow", "read", scope()),
    ...random.list(2, () => treeRule("allow", "write", scope())),
    treeRule("allow", "write", scope()),
    ...random.list(2, () => treeRule("deny", random.pick(kinds), tree.path())),
    ...(random.chance(0.3) ? [treeRule("ignore", "read", tree.path())] : []),
  ];
}

const flag = ({ effect, kind, lexical }: TreeRule): string =>
  `--${effect}-${kind}=${lexical.replace(/[\\,=]/g, (c) => `\\${c}`)}`;

/** A secret that is read together with something that is written: flow refuses it first. */
const denials = ["E_READ", "E_WRITE", "E_FLOW"];
const isSecret = (one: Asked | null): boolean => one?.kind === "read" && one.canonical.endsWith("/.env");

class Case {
  readonly tree: LinkTree;
  readonly rules: readonly TreeRule[];
  readonly #world: World;

  constructor(root: string, random: Random) {
    this.tree = new LinkTree(root, random);
    // Nothing outside of the tree is ever granted: the operations are real.
    this.rules = rulesOf(random, this.tree).filter(
      ({ effect, resolved }) => effect !== "allow" || resolved === root || resolved.startsWith(`${root}/`),
    );
    this.#world = new World({ disk: root, grants: this.rules.map(flag) });
  }

  /** undefined: as it has to be. */
  async turn(step: Step): Promise<string | undefined> {
    const before = this.tree.there;
    const asked = step.needs.map((need) => this.#asked(need, before));
    const wrong = asked.find((one) => typeof one === "string");
    if (wrong !== undefined) return wrong;
    const beneath = this.#beneath(asked as (Asked | null)[], step);
    if (beneath !== undefined) return beneath;
    let code = "ok";
    let read: string | undefined;
    try {
      const more = step.body === undefined ? {} : { body: step.body };
      const { bytes } = await this.#world.perform(`fs.${step.op}`, step.args, more);
      read = bytes ? new TextDecoder().decode(bytes) : undefined;
    } catch (error) {
      code = (error as { code?: string }).code ?? String(error);
    }
    const after = this.tree.look();
    return (
      this.#answered(step, asked as (Asked | null)[], code) ??
      this.#touched(before, after) ??
      (step.op === "readFile" && code === "ok" && read !== "" && !mayRead(this.rules, read ?? "", before)
        ? `read ${read}`
        : undefined)
    );
  }

  /** What the plain way of following links makes of a need; a text when the kernel sees it otherwise. */
  #asked({ path, kind, entry = false, taken = false }: Need, there: Snapshot): Asked | null | string {
    const lexical = posix.resolve(this.tree.root, path);
    const canonical = follow(lexical, entry);
    if (!entry) {
      const kernel = led(lexical);
      if (kernel !== null && kernel !== canonical)
        return `the kernel goes to ${kernel}, the model to ${canonical}`;
    }
    if (canonical === null || !canonical.startsWith(`${this.tree.root}/`)) return null;
    return { kind, lexical, canonical, type: there.get(canonical)?.type ?? "missing", taken };
  }

  /** What stays beneath a granted folder without any deny is granted. */
  #beneath(asked: readonly (Asked | null)[], { needs }: Step): string | undefined {
    for (const [at, one] of asked.entries()) {
      if (!one || needs[at]?.entry || one.type === "fifo") continue;
      for (const rule of this.rules) {
        if (rule.effect !== "allow" || rule.kind !== one.kind || rule.lexical !== rule.resolved) continue;
        if (!one.lexical.startsWith(`${rule.lexical}/`) || led(rule.lexical) !== rule.lexical) continue;
        const folder = openSync(rule.lexical, 0o10000000);
        const fd = openBeneath(folder, one.lexical.slice(rule.lexical.length + 1));
        closeSync(folder);
        if (fd < 0) continue;
        const place = readlinkSync(`/proc/self/fd/${fd}`);
        closeSync(fd);
        if (place !== one.canonical) return `beneath ${rule.lexical} the kernel goes to ${place}`;
      }
    }
    return undefined;
  }

  #answered(step: Step, asked: readonly (Asked | null)[], code: string): string | undefined {
    if (code === "E_INTERNAL" || !code.startsWith("E_")) return code === "ok" ? this.#allowed(asked) : code;
    const said = asked.map((one) => one && says(this.rules, one));
    if (said.includes(null)) return undefined; // out of the tree, or nowhere
    const granted = said.every((one) => one === "granted");
    if (granted && denials.includes(code) && !step.carries && !(code === "E_FLOW" && this.#labelled(asked)))
      return `refused with ${code}`;
    if (!granted && !said.includes("hidden") && !denials.includes(code)) return `${code} and no denial`;
    return undefined;
  }

  /** Then flow has its own say. */
  #labelled(asked: readonly (Asked | null)[]): boolean {
    return this.#world.flow.labels.size > 0 || asked.some(isSecret);
  }

  #allowed(asked: readonly (Asked | null)[]): string | undefined {
    for (const one of asked) {
      if (!one) continue;
      const said = says(this.rules, one);
      if (said === "granted" || (said === "hidden" && one.kind === "read")) continue;
      return `it worked, and ${one.kind} ${one.canonical} is ${said}`;
    }
    return undefined;
  }

  #touched(before: Snapshot, after: Snapshot): string | undefined {
    for (const path of changed(before, after))
      if (!mayChange(this.rules, path, before.get(path), after.get(path)))
        return `${path} was ${before.get(path)?.type ?? "missing"} and is ${after.get(path)?.type ?? "missing"}`;
    return undefined;
  }
}

const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

/** In memory where there is such a disk. */
function folderForTrees(): string {
  for (const folder of ["/dev/shm", tmpdir()])
    try {
      return realpathSync(mkdtempSync(join(folder, "sbx-trees-")));
    } catch {}
  throw new Error("no folder for trees");
}

export const fuzzer: Fuzzer = {
  name: "trees",
  why: "no tree of links leads a plugin out of its grants or past a deny, and none keeps it from what it was granted",
  share: 8000,
  async batch(seed, count) {
    if (process.platform !== "linux") return;
    const folder = folderForTrees();
    const deep = join(folder, ...DEEP);
    mkdirSync(deep, { recursive: true });
    const before = openDescriptors();
    try {
      for (let at = 0; at < count; ) {
        const random = new Random(seed + at * 7919);
        const one = new Case(join(deep, "t"), random);
        const first = at;
        try {
          for (let turn = 0; turn < TURNS && at < count; turn += 1, at += 1) {
            const step = stepOf(random, one.tree);
            const { there } = one.tree;
            const wrong = await one.turn(step);
            if (wrong !== undefined) throw found(seed, at, first, wrong, step, one, there);
          }
        } finally {
          one.tree.end();
        }
      }
      const left = openDescriptors();
      if (left > before) throw new Error(`seed ${seed}: ${left - before} descriptors stayed open`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function found(
  seed: number,
  at: number,
  first: number,
  wrong: string,
  step: Step,
  one: Case,
  there: Snapshot,
): Error {
  const lines = [...there].map(
    ([path, { type, holds }]) => `${type} ${path}${type === "link" ? ` -> ${holds}` : ""}`,
  );
  return new Error(
    [
      `seed ${seed}, case ${at} (its tree from ${first}): ${wrong}`,
      `fs.${step.op} ${JSON.stringify(step.args)}`,
      ...one.rules.map(flag),
      ...lines,
    ].join("\n  "),
  );
}
