/** What goes along with a target that was granted as a whole: things in a folder that is moved or removed, folders that are made on the
 *  way to another, links that come to stand elsewhere. Each has to be granted itself. Asks the lease; touches nothing. */
import type { PathTarget } from "../../core/capability.ts";
import { fail, type SbxError } from "../../core/errors.ts";
import type { Lease } from "../../core/powers.ts";
import type { Met } from "./tree.ts";

/** A target and who may touch it for how long. */
export interface Bearer {
  readonly target: PathTarget;
  readonly lease: Lease;
}

/** How names of files end that are being written; a folder grant does not cover them (core/places.ts). */
export const TEMPORARY = ".sbx-tmp";
const isTemporary = (path: string): boolean => /(?:^|\/)\.[0-9a-f]{24}\.sbx-tmp$/.test(path);

function below({ kind, words, lexical, canonical }: PathTarget, { relative, type }: Met): PathTarget {
  const under = (path: string): string => (relative === "" ? path : `${path}/${relative}`);
  return {
    kind,
    words,
    lexical: under(lexical),
    canonical: under(canonical),
    entry: true,
    tree: true,
    type,
  };
}

function refused(doing: string, words: string, resolved: string, why: string): SbxError {
  return fail("E_WRITE", `may not ${doing} ${words}: ${why}`, {
    kind: "write",
    resource: words,
    remedy: "leave it where it is, or do it with the rest one by one",
    person: { resolved, remedy: "leave it where it is", why },
  });
}

/** Something inside is taken along only if it is granted itself and raises no label that the whole did not. A link is judged with what
 *  lies behind its name: who takes it away changes where rules lead. `reading`: under which its content is taken along. @throws E_WRITE */
export function bear({ target, lease }: Bearer, met: Met, doing: "remove" | "rename", reading?: Lease): void {
  lease.alive();
  // sbx's own half-written files go with their folder.
  if (isTemporary(met.relative)) return;
  const thing = below(target, met);
  const may = lease.permits(thing, 0) && (reading?.permits({ ...thing, kind: "read" }, 0) ?? true);
  if (may) return;
  const why =
    met.relative === "" && met.type === "link"
      ? "rules lead through this link to what is denied, ignored or protected"
      : "it holds something that the grant does not cover: denied, ignored, labelled, or to be named";
  throw refused(doing, target.words, thing.canonical, why);
}

/** A folder so many levels above the target, made on the way to it: granted itself, or on the way to where a grant begins. @throws E_WRITE */
export function bearFolder({ target, lease }: Bearer, levels: number): void {
  const path = target.canonical.split("/").slice(0, -levels).join("/");
  const folder: PathTarget = {
    ...target,
    lexical: path,
    canonical: path,
    entry: false,
    tree: false,
    arrives: false,
    type: "missing",
  };
  if (lease.permits(folder, 0) || lease.begins(folder, "write")) return;
  throw refused("make", target.words, path, "a folder on the way to it must be named");
}

/** A link, or a folder with links in it, comes to stand at the target. @throws E_WRITE where a grant begins */
export function bearLinks({ target, lease }: Bearer): void {
  if (lease.begins(target))
    throw refused("change", target.words, target.canonical, "a link there would lead a grant elsewhere");
}
