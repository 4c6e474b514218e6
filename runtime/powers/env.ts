/** Environment variables: one name at a time, or those that the grants cover. Holds a copy from the start; nothing is ever set. */
import type { EnvNeed, EnvTarget, Target } from "../core/capability.ts";
import type { EnvPower, Lease, PowerSource } from "../core/powers.ts";

export function environment(
  variables: Readonly<Record<string, string | undefined>>,
): PowerSource<EnvNeed, EnvPower> {
  const values = new Map(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    resolve: async (need) => ({ ...need, words: need.name }),
    open: async (target, lease) => powerOver(values, target as EnvTarget, lease),
    release: () => undefined,
    absent: () => ({ get: () => undefined, all: () => ({}) }),
  };
}

function powerOver(values: ReadonlyMap<string, string>, target: EnvTarget, lease: Lease): EnvPower {
  const handOut = (value: string): string => {
    lease.spend(Buffer.byteLength(value), "in");
    return value;
  };
  return {
    get(name) {
      lease.alive();
      const value = name === target.name ? values.get(name) : undefined;
      return value === undefined ? undefined : handOut(value);
    },
    all() {
      lease.alive();
      const permitted = [...values].filter(([name, value]) =>
        lease.permits({ kind: "env", name, words: name } satisfies Target, Buffer.byteLength(value)),
      );
      return Object.fromEntries(permitted);
    },
  };
}
