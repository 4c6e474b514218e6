/** Values by network scope, found from a request: by the labels of its host, by its address and the blocks that hold it, by port and by
 *  path. What is found may cover the request; what is not found does not. Whether it really does is said in `host.ts`. Pure. */
import { type Address, canonical } from "./address.ts";
import type { NetTarget } from "./capability.ts";
import { look, type NetScope } from "./host.ts";
import { PathMap } from "./pathMap.ts";
import { generousPath } from "./webPath.ts";

type Visit<T> = (value: T) => boolean;

/** Which reading of a path counts: what opens must hold as it is written, what closes also as a generous server reads it. */
export type PathReading = "opening" | "closing";

const generous = (path: string): string => generousPath(path).toLowerCase();
const ANY_PORT = -1;

/** One host's scopes, by port and path. */
class Ports<T> {
  readonly #whole = new Map<number, T[]>();
  readonly #paths = new Map<number, { readonly written: PathMap<T>; readonly read: PathMap<T> }>();

  add({ port, path }: NetScope, value: T, reading: PathReading): void {
    const at = port ?? ANY_PORT;
    if (path === null) {
      const there = this.#whole.get(at);
      if (there) there.push(value);
      else this.#whole.set(at, [value]);
      return;
    }
    let maps = this.#paths.get(at);
    if (!maps) {
      maps = { written: new PathMap(), read: new PathMap() };
      this.#paths.set(at, maps);
    }
    maps.written.add(path, value);
    if (reading === "closing") maps.read.add(generous(path), value);
  }

  visit(target: NetTarget, visit: Visit<T>): boolean {
    for (const port of [target.port, ANY_PORT]) {
      if (this.#whole.get(port)?.some(visit)) return true;
      const maps = this.#paths.get(port);
      if (maps?.written.above(target.path, visit)) return true;
      if (maps && maps.read.size > 0 && maps.read.above(generous(target.path), visit)) return true;
    }
    return false;
  }
}

/** Blocks by how many bits they fix: few lengths are ever used. */
type Blocks<T> = Map<number, Map<bigint, Ports<T>>>;

const widths = { 4: 32, 6: 128 } as const;

export class NetMap<T> {
  readonly #reading: PathReading;
  readonly #all: T[] = [];
  readonly #any = new Ports<T>();
  readonly #names = new Map<string, Ports<T>>();
  readonly #below = new Map<string, Ports<T>>();
  /** Of the names in it: most of what a host lies below need not even be cut out. */
  readonly #lengths = new Set<number>();
  readonly #addresses = { 4: new Map<bigint, Ports<T>>(), 6: new Map<bigint, Ports<T>>() };
  readonly #blocks: { readonly 4: Blocks<T>; readonly 6: Blocks<T> } = { 4: new Map(), 6: new Map() };

  /** Some scope is an address or a block. */
  #numbered = false;

  constructor(reading: PathReading) {
    this.#reading = reading;
  }

  add(scope: NetScope, value: T): void {
    this.#all.push(value);
    if (scope.host.type === "address" || scope.host.type === "block") this.#numbered = true;
    this.#ports(scope).add(scope, value, this.#reading);
  }

  #ports({ host }: NetScope): Ports<T> {
    switch (host.type) {
      case "any":
        return this.#any;
      case "name":
        return made(this.#names, host.name);
      case "below":
        this.#lengths.add(host.name.length);
        return made(this.#below, host.name);
      case "address":
        return made(this.#addresses[host.address.family], host.address.value);
      case "block": {
        const { base, bits } = host.block;
        const lengths = this.#blocks[base.family];
        let blocks = lengths.get(bits);
        if (!blocks) {
          blocks = new Map();
          lengths.set(bits, blocks);
        }
        return made(blocks, base.value >> BigInt(widths[base.family] - bits));
      }
      default:
        return host satisfies never;
    }
  }

  /** Everything that may cover the request, until the visitor says true. */
  visit(target: NetTarget, visit: Visit<T>): boolean {
    const { name, literal, dialled, broken } = look(target);
    // An address that cannot be read is whatever a deny fears.
    if (broken) return this.#all.some(visit);
    if (this.#byName(name, target, visit)) return true;
    if (this.#numbered) {
      if (literal && this.#byAddress(literal, target, visit)) return true;
      if (dialled && dialled !== literal && this.#byAddress(dialled, target, visit)) return true;
    }
    return this.#any.visit(target, visit);
  }

  #byName(name: string, target: NetTarget, visit: Visit<T>): boolean {
    if (this.#names.size > 0) {
      if (this.#names.get(name)?.visit(target, visit)) return true;
      // The name of every loopback address, whatever leads there.
      if (name !== "localhost" && this.#names.get("localhost")?.visit(target, visit)) return true;
    }
    if (this.#below.size === 0) return false;
    for (let at = 0; at >= 0; at = name.indexOf(".", at) + 1 || -1)
      if (this.#lengths.has(name.length - at) && this.#below.get(name.slice(at))?.visit(target, visit))
        return true;
    return this.#below.get("localhost")?.visit(target, visit) === true;
  }

  #byAddress(address: Address, target: NetTarget, visit: Visit<T>): boolean {
    const same = canonical(address);
    for (const { family, value } of same === address ? [address] : [address, same]) {
      if (this.#addresses[family].get(value)?.visit(target, visit)) return true;
      for (const [bits, blocks] of this.#blocks[family])
        if (blocks.get(value >> BigInt(widths[family] - bits))?.visit(target, visit)) return true;
    }
    return false;
  }
}

function made<K, T>(map: Map<K, Ports<T>>, key: K): Ports<T> {
  let ports = map.get(key);
  if (!ports) {
    ports = new Ports();
    map.set(key, ports);
  }
  return ports;
}
