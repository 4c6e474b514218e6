/** `sbx:permissions`: how things stand, asking before something is needed, and giving back. In the words of Deno's `Deno.permissions`. */
import { call, onEvent, primordials } from "sbx:chunk/boot";
import { Event, EventTarget, setHandler } from "sbx:chunk/events";
import type { URL } from "sbx:chunk/url";
import { pathOf } from "../fs/convert.ts";

const { TypeError } = primordials;

export type PermissionState = "granted" | "denied" | "prompt";

/** What a permission is about. Without more than its name: everything of the kind. A host without a port means every port of it, and
 *  without a method every method. */
export type PermissionDescriptor =
  | { readonly name: "read" | "write"; readonly path?: string | URL }
  | { readonly name: "net"; readonly host?: string; readonly method?: string }
  | { readonly name: "env"; readonly variable?: string }
  | { readonly name: "data"; readonly set?: string; readonly field?: string }
  | { readonly name: "host"; readonly function?: string };

/** Why it is asked for: shown to the person in quotes, as the plugin's own words. */
export interface RequestOptions {
  readonly reason?: string;
}

const watched = new Set<PermissionStatus>();
let made: (state: PermissionState, partial: boolean, descriptor: PermissionDescriptor) => PermissionStatus;
let listening: Promise<unknown> = Promise.resolve();
let refresh: (status: PermissionStatus) => Promise<void>;
const key = {};

/** How a permission stood when it was asked about. While `onchange` is set or somebody listens for "change", it follows what happens: an
 *  answer, a revocation, a grant that expires or is used up, a label that closes a sink. Listening does not keep the run alive. */
export class PermissionStatus extends EventTarget {
  #state: PermissionState;
  #partial: boolean;
  readonly #descriptor: PermissionDescriptor;
  readonly #handlers: { [type: string]: unknown } = {};
  /** Listeners for "change", beside `onchange`. */
  readonly #listeners: { readonly listener: unknown; readonly capture: boolean }[] = [];

  private constructor(
    by: object,
    state: PermissionState,
    partial: boolean,
    descriptor: PermissionDescriptor,
  ) {
    if (by !== key) throw new TypeError("Illegal constructor: a status comes from permissions.query()");
    super();
    this.#state = state;
    this.#partial = partial;
    this.#descriptor = descriptor;
  }

  static {
    made = (state, partial, descriptor) => new PermissionStatus(key, state, partial, descriptor);
    refresh = async (status) => {
      const { state, partial } = (await call("permissions.query", plain(status.#descriptor)).catch(
        () => denied,
      )) as Standing;
      if (!watched.has(status)) return;
      if (state === status.#state && partial === status.#partial) return;
      status.#state = state;
      status.#partial = partial;
      status.dispatchEvent(new Event("change"));
    };
  }

  get name(): PermissionDescriptor["name"] {
    return this.#descriptor.name;
  }

  get state(): PermissionState {
    return this.#state;
  }

  /** Granted, but something of what was asked about would be denied: below a folder, on another port, by another method. */
  get partial(): boolean {
    return this.#partial;
  }

  get onchange(): ((this: PermissionStatus, event: Event) => unknown) | null {
    return (this.#handlers.change ?? null) as ((this: PermissionStatus, event: Event) => unknown) | null;
  }

  set onchange(listener: ((this: PermissionStatus, event: Event) => unknown) | null) {
    setHandler(this, "change", this.#handlers, listener);
    this.#follow();
  }

  override addEventListener(...args: Parameters<EventTarget["addEventListener"]>): void {
    super.addEventListener(...args);
    if (String(args[0]) !== "change" || args[1] === null) return;
    this.#removed(args[1], args[2]);
    this.#listeners.push({ listener: args[1], capture: captureOf(args[2]) });
    this.#follow();
  }

  override removeEventListener(...args: Parameters<EventTarget["removeEventListener"]>): void {
    super.removeEventListener(...args);
    if (String(args[0]) === "change") this.#removed(args[1], args[2]);
    this.#follow();
  }

  #removed(listener: unknown, options: unknown): void {
    const at = this.#listeners.findIndex(
      (known) => known.listener === listener && known.capture === captureOf(options),
    );
    if (at >= 0) this.#listeners.splice(at, 1);
  }

  #follow(): void {
    const before = watched.size > 0;
    const wanted = this.onchange !== null || this.#listeners.length > 0;
    if (wanted === watched.has(this)) return;
    if (wanted) watched.add(this);
    else watched.delete(this);
    const on = watched.size > 0;
    if (before !== on) listening = call("permissions.listen", { on });
    // What has changed between the question and now is told too.
    if (wanted) void listening.then(() => refresh(this));
  }
}

interface Standing {
  readonly state: PermissionState;
  readonly partial: boolean;
}

/** What can no longer be asked about. */
const denied: Standing = { state: "denied", partial: false };

const captureOf = (options: unknown): boolean =>
  typeof options === "object" && options !== null
    ? (options as { capture?: unknown }).capture === true
    : options === true;

onEvent("permissions.change", () => {
  for (const status of [...watched]) void refresh(status);
});

const keys = ["name", "path", "host", "method", "variable", "set", "field", "function"] as const;

/** Only the known words, read once. */
function plain(descriptor: PermissionDescriptor): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of keys) {
    const value = (descriptor as Record<string, unknown>)[key];
    if (value === undefined) continue;
    copy[key] = key === "path" ? pathOf(value) : typeof value === "object" ? String(value) : value;
  }
  return copy;
}

async function ask(
  operation: string,
  descriptor: PermissionDescriptor,
  more: object = {},
): Promise<PermissionStatus> {
  const words = plain(descriptor);
  const { state, partial } = (await call(operation, { ...words, ...more })) as Standing;
  return made(state, partial, words as unknown as PermissionDescriptor);
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
