/** Everything of one kind of effect (what opens, or what closes), found from a target. A look-up costs the same for ten grants as for
 *  ten thousand. Gives all that may cover the target and little else; whether it does is said in `cover.ts`, for each that is found. */
import type { DataTarget, PathTarget, Target } from "./capability.ts";
import { foldPath } from "./cover.ts";
import type { DataScope, Grant } from "./grant.ts";
import { NameMap } from "./nameMap.ts";
import { NetMap, type PathReading } from "./netMap.ts";
import { PathMap } from "./pathMap.ts";

type Visit<T> = (value: T) => boolean;

interface Fields<T> {
  /** Without fields. */
  readonly whole: T[];
  readonly byField: Map<string, T[]>;
  readonly all: T[];
}

export class ScopeMap<T extends { readonly grant: Grant }> {
  readonly #reading: PathReading;
  readonly #foldCase: boolean;
  /** Grants without a scope, by kind. */
  readonly #bare = new Map<string, T[]>();
  readonly #paths = { read: new PathMap<T>(), write: new PathMap<T>() };
  readonly #net: NetMap<T>;
  readonly #names = { env: new NameMap<T>(), host: new NameMap<T>() };
  readonly #data = new Map<string, Fields<T>>();

  constructor(reading: PathReading, foldCase: boolean) {
    this.#reading = reading;
    this.#foldCase = foldCase;
    this.#net = new NetMap(reading);
  }

  add(value: T): void {
    const { kind, scope } = value.grant;
    if (scope === null) {
      put(this.#bare, kind, value);
      return;
    }
    switch (scope.kind) {
      case "read":
      case "write":
        if (this.#reading === "opening") this.#paths[scope.kind].add(scope.resolved, value);
        else
          for (const form of new Set([this.#fold(scope.lexical), this.#fold(scope.resolved)]))
            this.#paths[scope.kind].add(form, value);
        return;
      case "net":
        this.#net.add(scope.net, value);
        return;
      case "data":
        this.#addData(scope, value);
        return;
      case "env":
      case "host":
        this.#names[scope.kind].add(scope.name, value);
        return;
      default:
        scope satisfies never;
    }
  }

  /** Grants of the kind without a scope. */
  bare(kind: Target["kind"], visit: Visit<T>): boolean {
    return this.#bare.get(kind)?.some(visit) === true;
  }

  /** What may cover the target, nearest first, until the visitor says true. */
  visit(target: Target, visit: Visit<T>): boolean {
    return this.#scoped(target, visit) || this.bare(target.kind, visit);
  }

  /** What lies at, above or below a path, whether it is about reading or about writing. */
  carried(target: PathTarget, visit: Visit<T>): boolean {
    for (const paths of [this.#paths.read, this.#paths.write])
      if (this.#around(paths, target, visit) || paths.below(this.#fold(target.canonical), visit)) return true;
    return false;
  }

  #scoped(target: Target, visit: Visit<T>): boolean {
    switch (target.kind) {
      case "read":
      case "write": {
        const paths = this.#paths[target.kind];
        if (this.#reading === "opening") return paths.above(target.canonical, visit);
        if (this.#around(paths, target, visit)) return true;
        return (target.tree || target.arrives === true) && paths.below(this.#fold(target.canonical), visit);
      }
      case "net":
        return this.#net.visit(target, visit);
      case "data":
        return this.#visitData(target, visit);
      case "env":
      case "host":
        return target.name === "*" && this.#reading === "opening"
          ? this.#names[target.kind].every(visit)
          : this.#names[target.kind].visit(target.name, visit);
      default:
        return target satisfies never;
    }
  }

  #around(paths: PathMap<T>, target: PathTarget, visit: Visit<T>): boolean {
    const written = this.#fold(target.lexical);
    const real = this.#fold(target.canonical);
    return paths.above(real, visit) || (written !== real && paths.above(written, visit));
  }

  #fold(path: string): string {
    return foldPath(path, this.#foldCase);
  }

  #addData({ dataset, fields }: DataScope, value: T): void {
    let there = this.#data.get(dataset);
    if (!there) {
      there = { whole: [], byField: new Map(), all: [] };
      this.#data.set(dataset, there);
    }
    there.all.push(value);
    if (fields.length === 0) there.whole.push(value);
    else for (const field of fields) put(there.byField, field, value);
  }

  #visitData({ dataset, fields = [] }: DataTarget, visit: Visit<T>): boolean {
    const there = this.#data.get(dataset);
    if (!there) return false;
    if (this.#reading === "closing")
      return there.whole.some(visit) || fields.some((field) => there.byField.get(field)?.some(visit));
    const [first] = fields;
    if (first === undefined) return there.all.some(visit);
    return there.byField.get(first)?.some(visit) || there.whole.some(visit);
  }
}

function put<K, T>(map: Map<K, T[]>, key: K, value: T): void {
  const there = map.get(key);
  if (there) there.push(value);
  else map.set(key, [value]);
}
