/** `sbx:permissions`: how things stand, asking before something is needed, and giving back. In the words of Deno's `Deno.permissions`. */
import { call, onEvent } from "sbx:chunk/boot";

export type PermissionState = "granted" | "denied" | "prompt";

export type PermissionDescriptor =
  | { readonly name: "read" | "write"; readonly path?: string }
  | { readonly name: "net"; readonly host?: string; readonly method?: string }
  | { readonly name: "env"; readonly variable?: string }
  | { readonly name: "data"; readonly set?: string; readonly field?: string }
  | { readonly name: "host"; readonly function?: string };

/** Why it is asked for: shown to the person in quotes, as the plugin's own words. */
export interface RequestOptions {
  readonly reason?: string;
}

const watched = new Set<PermissionStatus>();

/** How a permission stood when it was asked about; `state` follows changes while `onchange` is set. */
export class PermissionStatus {
  #state: PermissionState;
  #onchange: ((this: PermissionStatus) => void) | null = null;
  readonly #descriptor: PermissionDescriptor;

  /** @internal */
  constructor(state: PermissionState, descriptor: PermissionDescriptor) {
    this.#state = state;
    this.#descriptor = descriptor;
  }

  get name(): PermissionDescriptor["name"] {
    return this.#descriptor.name;
  }

  get state(): PermissionState {
    return this.#state;
  }

  get onchange(): ((this: PermissionStatus) => void) | null {
    return this.#onchange;
  }

  set onchange(listener: ((this: PermissionStatus) => void) | null) {
    this.#onchange = typeof listener === "function" ? listener : null;
    if (this.#onchange) watched.add(this);
    else watched.delete(this);
  }

  /** @internal */
  static async refresh(status: PermissionStatus): Promise<void> {
    const now = (await call("permissions.query", plain(status.#descriptor))) as PermissionState;
    if (now === status.#state) return;
    status.#state = now;
    status.#onchange?.call(status);
  }
}

onEvent("permissions.change", () => {
  for (const status of watched) void PermissionStatus.refresh(status);
});

const keys = ["name", "path", "host", "method", "variable", "set", "field", "function"] as const;

/** Only the known words, read once. */
function plain(descriptor: PermissionDescriptor): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of keys) {
    const value = (descriptor as Record<string, unknown>)[key];
    if (value !== undefined) copy[key] = typeof value === "object" ? String(value) : value;
  }
  return copy;
}

async function ask(
  operation: string,
  descriptor: PermissionDescriptor,
  more: object = {},
): Promise<PermissionStatus> {
  const words = plain(descriptor);
  const state = (await call(operation, { ...words, ...more })) as PermissionState;
  return new PermissionStatus(state, words as unknown as PermissionDescriptor);
}

export const permissions = {
  /** What would happen, without asking anybody. */
  query: (descriptor: PermissionDescriptor): Promise<PermissionStatus> =>
    ask("permissions.query", descriptor),
  /** Asks the person, where there is one and it is not settled already. */
  request: (descriptor: PermissionDescriptor & RequestOptions): Promise<PermissionStatus> => {
    const { reason } = descriptor;
    return ask("permissions.request", descriptor, reason === undefined ? {} : { reason: String(reason) });
  },
  /** Gives back what covers it; handles open under it end. */
  revoke: (descriptor: PermissionDescriptor): Promise<PermissionStatus> =>
    ask("permissions.revoke", descriptor),
};
