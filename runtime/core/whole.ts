/** Network scopes against a question that is wider than one request: a host without a port, an address without a method. Pure. An allow
 *  must cover every request that the question means, a deny only one of them. What a name resolves to is not known here. */
import type { NetTarget } from "./capability.ts";
import { anyMethod, covers, coversForDeny, type NetScope } from "./host.ts";
import { generousPath } from "./webPath.ts";

/** What a question leaves open. Whatever lies below its path is always meant too. */
export interface Breadth {
  readonly anyPort: boolean;
  readonly anyMethod: boolean;
}

/** null: a bare grant. */
export function coversWhole(
  scope: NetScope | null,
  target: NetTarget,
  breadth: Breadth,
  local: boolean,
): boolean {
  if (scope === null) return covers(null, target, { local });
  if (breadth.anyPort && scope.port !== null) return false;
  if (breadth.anyMethod && scope.methods !== null) return false;
  return covers(scope, target, { local });
}

/** Could a deny with this scope (null: a bare one) cover something that the question means? */
export function touchesPart(scope: NetScope | null, target: NetTarget, breadth: Breadth): boolean {
  if (scope === null) return true;
  const open: NetScope = {
    ...scope,
    port: breadth.anyPort ? null : scope.port,
    path: scope.path !== null && isAbove(target.path, scope.path) ? null : scope.path,
  };
  return coversForDeny(open, breadth.anyMethod ? { ...target, method: anyMethod } : target);
}

const isAbove = (path: string, scope: string): boolean => {
  const [outer, inner] = [generousPath(path).toLowerCase(), generousPath(scope).toLowerCase()];
  return outer === "/" || inner === outer || inner.startsWith(`${outer}/`);
};
