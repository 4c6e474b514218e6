/** Remembers which objects are proxies, so that the inspector can look at their targets without running their traps. */
import { primordials } from "./primordials.ts";

const { construct, defineProperty, TypeError, Proxy: Native, weakGet, WeakMap, weakSet } = primordials;

const targets = new WeakMap<object, object>();

/** The target of a proxy that plugin code made, or undefined. */
export function proxyTarget(value: object): object | undefined {
  return weakGet(targets, value);
}

/** Replaces the global Proxy by one that remembers. */
export function watchProxies(): void {
  const make = function (this: unknown, target: object, handler: object): object {
    if (new.target === undefined)
      throw new TypeError("Class constructor Proxy cannot be invoked without 'new'");
    const proxy = construct(Native, [target, handler]) as object;
    weakSet(targets, proxy, target);
    return proxy;
  };
  const revocable = (target: object, handler: object): { proxy: object; revoke: () => void } => {
    const made = Native.revocable(target, handler);
    weakSet(targets, made.proxy, target);
    return made;
  };
  // Bound, because Proxy has no `prototype`.
  const bound = make.bind(undefined);
  defineProperty(bound, "name", { value: "Proxy", configurable: true });
  defineProperty(bound, "length", { value: 2, configurable: true });
  defineProperty(bound, "revocable", { value: revocable, writable: true, configurable: true });
  defineProperty(globalThis, "Proxy", { value: bound, writable: true, configurable: true });
}
