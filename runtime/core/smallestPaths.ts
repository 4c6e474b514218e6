/** The smallest path grants for given targets: each file by itself, a folder where many lie below one or where the folder itself was
 *  used. Pure; what a link leads to is told from outside. */
import type { PathTarget } from "./capability.ts";
import { opens, type Places, within } from "./cover.ts";
import type { Grant } from "./grant.ts";
import { autorunPlaceOf, placeOf } from "./places.ts";
import type { Proposal } from "./smallest.ts";

export interface PathFold {
  readonly places: Places;
  /** From so many grants on, one for the folder that holds them is proposed instead. */
  readonly many: number;
  /** Folders that are never proposed for what lies in them: the root, everybody's home. */
  readonly tooWide: readonly string[];
  /** A path with its links followed, as a grant resolves it at the start of a run. */
  resolve(path: string): string;
}

/** How temporary folders are named: they have another name in the next run, so the folder that holds them is what can be granted. */
const UNGUESSABLE = /[0-9a-f]{24}$/;

interface Draft {
  readonly path: string;
  readonly grant: Grant;
  readonly targets: readonly PathTarget[];
  readonly wider?: string;
}

const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf("/"), 0)) || "/";

export function pathProposals(targets: readonly PathTarget[], fold: PathFold): Proposal[] {
  const keyed = new Map(targets.map((t) => [`${t.lexical}\0${t.canonical}\0${t.entry}\0${t.type}`, t]));
  const exact = new Map<string, Draft>();
  for (const target of keyed.values()) {
    const draft = narrowest(target, fold);
    if (draft === undefined) continue;
    const known = exact.get(draft.path);
    exact.set(draft.path, known ? { ...draft, ...known, targets: [...known.targets, target] } : draft);
  }
  const folded = joined([...exact.values()], fold);
  return folded.map(({ grant, targets: some, wider }) => ({
    grant,
    needed: new Set(some.map(({ canonical }) => canonical)).size,
    ...(wider === undefined ? {} : { wider }),
  }));
}

/** The first of: its name as written, as it lies on disk, the folders above. */
function narrowest(target: PathTarget, fold: PathFold): Draft | undefined {
  const above: string[] = [];
  for (let path = target.lexical; path !== "/"; path = parentOf(path)) above.push(parentOf(path));
  const secret =
    placeOf(target.canonical, fold.places.secret) ??
    (target.kind === "write" ? autorunPlaceOf(target.canonical, fold.places.autorun) : undefined);
  const unguessable = target.lexical.split("/").findIndex((name) => UNGUESSABLE.test(name));
  const steady = above.findLast((folder) => folder !== "/" && folder.split("/").length === unguessable);
  const names =
    unguessable < 0
      ? [target.lexical, target.canonical, ...above]
      : above.slice(above.indexOf(steady ?? "/"));
  for (const path of names) {
    const grant = grantOf(target.kind, path, fold);
    if (!opens(grant, target, [], fold.places)) continue;
    const itself = path === target.lexical || path === target.canonical;
    const wider = secret
      ? `it is ${secret.what}`
      : !itself
        ? unguessable < 0
          ? "everything in this folder: what was done cannot be granted for the one name"
          : "everything in this folder: the name of a temporary folder in it is new each time"
        : target.type === "folder"
          ? "everything in this folder"
          : undefined;
    return { path, grant, targets: [target], ...(wider === undefined ? {} : { wider }) };
  }
  return undefined;
}

const grantOf = (kind: PathTarget["kind"], path: string, fold: PathFold): Grant => ({
  effect: "allow",
  kind,
  scope: { kind, written: path, lexical: path, resolved: fold.resolve(path) },
  options: {},
});

/** Takes together, from the deepest folders up, what one folder's grant opens as well. */
function joined(drafts: readonly Draft[], fold: PathFold): Draft[] {
  let rest = withoutCovered([...drafts], fold);
  const folders = [...new Set(rest.flatMap(({ path }) => foldersAbove(path)))];
  folders.sort((a, b) => b.split("/").length - a.split("/").length || (a < b ? -1 : 1));
  for (const folder of folders) {
    if (fold.tooWide.includes(folder)) continue;
    const inside = rest.filter(({ path }) => path !== folder && within(path, folder));
    if (inside.length < fold.many) continue;
    const kind = inside[0]?.grant.kind as PathTarget["kind"];
    const grant = grantOf(kind, folder, fold);
    const taken = inside.filter(({ targets }) => targets.every((t) => opens(grant, t, [], fold.places)));
    if (taken.length < fold.many) continue;
    const targets = taken.flatMap((draft) => draft.targets);
    const files = new Set(targets.map(({ canonical }) => canonical)).size;
    const wider = `everything in this folder, for ${files} of its files`;
    rest = [...rest.filter((draft) => !taken.includes(draft)), { path: folder, grant, targets, wider }];
  }
  return rest.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function foldersAbove(path: string): string[] {
  const found: string[] = [];
  for (let at = path; at !== "/"; at = parentOf(at)) found.push(parentOf(at));
  return found;
}

/** What another draft opens already needs no grant of its own. */
function withoutCovered(drafts: Draft[], fold: PathFold): Draft[] {
  const kept: Draft[] = [];
  for (const draft of drafts.toSorted((a, b) => a.path.length - b.path.length)) {
    const at = kept.findIndex(
      ({ path, grant }) =>
        within(draft.path, path) && draft.targets.every((t) => opens(grant, t, [], fold.places)),
    );
    const cover = kept[at];
    if (cover === undefined) kept.push(draft);
    else kept[at] = { ...cover, targets: [...cover.targets, ...draft.targets] };
  }
  return kept;
}
