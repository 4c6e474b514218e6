/** Does a grant's scope speak about a target? Pure tests, one for what opens (allow, ceiling) and one for what closes (deny, ignore,
 *  label): what opens must hold for every form of the target, what closes for any. Knows nothing of counters, time or order. */
import type { DataTarget, NetTarget, PathTarget, Target } from "./capability.ts";
import type { DataScope, Grant, PathScope } from "./grant.ts";
import { covers as netCovers, coversForDeny as netDenies } from "./host.ts";
import { autorunPlaceOf, type Place, placeOf } from "./places.ts";

/** Places of this system that grants must name. */
export interface Places {
  readonly secret: readonly Place[];
  readonly autorun: readonly Place[];
  /** File names compare without case (Windows, macOS). */
  readonly foldCase: boolean;
}

const SLASH = 0x2f;

/** Equal, or below it. */
export const within = (path: string, scope: string): boolean =>
  path.startsWith(scope) &&
  (path.length === scope.length || path.charCodeAt(scope.length) === SLASH || scope.endsWith("/"));

/** What a system that compares names without case takes for the same name, and more: closing too much is safe. */
export const foldPath = (path: string, foldCase: boolean): string =>
  foldCase ? path.normalize("NFKD").toUpperCase().toLowerCase() : path;

/** `ops=`: no list means every operation. Without names no operation in particular is meant: then only what is granted for all of them
 *  opens, and what is denied for one of them closes. */
const operationFits = (grant: Grant, names: readonly string[]): boolean =>
  grant.options.ops === undefined || grant.options.ops.some((op) => names.includes(op));

/** An allow (or a ceiling) covers the target: every form of it lies inside, and what must be named is named. */
export function opens(grant: Grant, target: Target, names: readonly string[], places: Places): boolean {
  if (!operationFits(grant, names)) return false;
  switch (target.kind) {
    case "read":
    case "write":
      return grant.kind === target.kind && pathOpens(grant.scope as PathScope | null, target, places);
    case "net":
      return grant.kind === "net" && netOpens(grant, target);
    case "data":
      return grant.kind === "data" && dataOpens(grant.scope as DataScope | null, target);
    case "env":
    case "host":
      if (grant.kind !== target.kind) return false;
      if (target.name === "*") return true;
      return grant.scope === null || nameFits((grant.scope as { name: string }).name, target.name);
    default:
      return target satisfies never;
  }
}

function pathOpens(scope: PathScope | null, target: PathTarget, places: Places): boolean {
  if (isNullDevice(target)) return true;
  const root =
    placeOf(target.canonical, places.secret)?.root ??
    (target.kind === "write" ? autorunPlaceOf(target.canonical, places.autorun)?.root : undefined);
  if (scope === null) return root === undefined && !isSpecial(target);
  if (isSpecial(target)) return scope.resolved === target.canonical && target.type !== "forbidden";
  if (root !== undefined && !within(scope.resolved, root)) return false;
  // The name as written only; the canonical one has the case that the disk gives it.
  const name = foldPath(target.lexical, places.foldCase);
  const written =
    within(name, foldPath(scope.lexical, places.foldCase)) ||
    within(name, foldPath(scope.resolved, places.foldCase));
  if (!written || !within(target.canonical, scope.resolved)) return false;
  // The granted folder itself can be neither removed nor renamed.
  return !(
    target.entry &&
    target.kind === "write" &&
    target.type === "folder" &&
    target.canonical === scope.resolved
  );
}

/** `/dev/null` takes and gives nothing, so it is open to all; not its name, which a move or a removal would take from everybody. */
export const isNullDevice = ({ canonical, entry, kind }: PathTarget): boolean =>
  canonical === "/dev/null" && !(entry && kind === "write");

const isSpecial = (target: PathTarget): boolean =>
  target.canonical === "/dev/null" ||
  target.type === "device" ||
  target.type === "fifo" ||
  target.type === "socket" ||
  target.type === "kernel" ||
  target.type === "forbidden";

function netOpens(grant: Grant, target: NetTarget): boolean {
  const scope = grant.scope === null ? null : grant.scope.kind === "net" ? grant.scope.net : undefined;
  return scope !== undefined && netCovers(scope, target, { local: grant.options.local === true });
}

/** Without fields, a grant covers those that carry no label; to count without fields is to count all rows, not those of a filter. */
function dataOpens(scope: DataScope | null, target: DataTarget): boolean {
  const { fields = [], labelled = [] } = target;
  if (scope === null) return labelled.length === 0;
  if (scope.dataset !== target.dataset) return false;
  if (target.dataset === "kv") return true;
  if (!accessOpens(scope.access, target.access)) return false;
  // A row is removed with all of its fields.
  if (scope.fields.length > 0 && target.access === "write" && fields.length === 0) return false;
  if (scope.fields.length > 0) return fields.every((field) => scope.fields.includes(field));
  return labelled.length === 0 && (scope.access !== "count" || fields.length === 0);
}

function accessOpens(granted: DataScope["access"], asked: DataTarget["access"]): boolean {
  switch (granted) {
    case "write":
      return true;
    case "read":
      return asked !== "write";
    case "count":
      return asked === "count" || asked === "describe";
    default:
      return granted satisfies never;
  }
}

/** `PREFIX_*`, `group.*` or the name itself. */
export const nameFits = (pattern: string, name: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/** A deny, an ignore or a label speaks about the target: any form of it, or (for `tree` and `arrives`) anything below it. */
export function closes(grant: Grant, target: Target, names: readonly string[], places: Places): boolean {
  if (grant.kind !== target.kind || (names.length > 0 && !operationFits(grant, names))) return false;
  if (grant.scope === null) return true;
  switch (target.kind) {
    case "read":
    case "write":
      return pathCloses(grant.scope as PathScope, target, places.foldCase);
    case "net":
      return grant.scope.kind === "net" && netDenies(grant.scope.net, target);
    case "data": {
      const scope = grant.scope as DataScope;
      if (scope.dataset !== target.dataset) return false;
      return scope.fields.length === 0 || (target.fields ?? []).some((field) => scope.fields.includes(field));
    }
    case "env":
    case "host":
      return nameFits((grant.scope as { name: string }).name, target.name);
    default:
      return target satisfies never;
  }
}

function pathCloses(scope: PathScope, target: PathTarget, foldCase: boolean): boolean {
  const forms = [foldPath(target.lexical, foldCase), foldPath(target.canonical, foldCase)];
  const scopes = [foldPath(scope.lexical, foldCase), foldPath(scope.resolved, foldCase)];
  if (forms.some((form) => scopes.some((denied) => within(form, denied)))) return true;
  return (
    (target.tree || target.arrives === true) &&
    scopes.some((denied) => within(denied, foldPath(target.canonical, foldCase)))
  );
}

/** Does an allow start at this path or below it, as written or as resolved? Whoever changes what is there changes what was granted. */
export function startsAt(
  { effect, scope }: Grant,
  { lexical, canonical }: PathTarget,
  kind?: PathTarget["kind"],
): boolean {
  if (effect !== "allow" || (scope?.kind !== "read" && scope?.kind !== "write")) return false;
  if (kind !== undefined && scope.kind !== kind) return false;
  return [scope.lexical, scope.resolved].some((at) => within(at, lexical) || within(at, canonical));
}
