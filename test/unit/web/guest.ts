/** Guest code in a real QuickJS with the real pure functions and a scripted broker: what the engine child does, in one
 *  process. `run` evaluates plugin source as a module, runs timers and calls to the end, and gives what was printed. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import variant from "@jitl/quickjs-ng-wasmfile-release-sync";
import { buildSync } from "esbuild";
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import { pure } from "../../../runtime/engine/pure/pure.ts";
import { chunkFunction, chunkOptions } from "../../../scripts/chunk.ts";

const root = resolve(import.meta.dirname, "../../..");
const texts = new Map<string, string>();

/** The text of a chunk as the build makes it. */
export function chunkText(name: string): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const built = buildSync({
    absWorkingDir: root,
    entryPoints: [`stdlib/web/chunks/${name}.ts`],
    ...chunkOptions,
  });
  const text = chunkFunction(built.outputFiles?.[0]?.text ?? "");
  texts.set(name, text);
  return text;
}

/** What the scripted broker answers: a value, bytes, or an error. */
export type Reply =
  | { readonly value?: unknown; readonly bytes?: Uint8Array }
  | { readonly error: { readonly name: string; readonly [key: string]: unknown } };
export type Broker = (
  op: string,
  args: never,
  body: Uint8Array | undefined,
  id: number,
) => Reply | Promise<Reply> | undefined;

export interface Outcome {
  readonly out: string;
  readonly err: string;
  /** Description of the uncaught error, if any. */
  readonly failed: { name: string; message: string; stack: string; [key: string]: unknown } | undefined;
  /** Heads of the calls made, in order. */
  readonly calls: { op: string; args: Record<string, unknown>; at?: string; body: Uint8Array | undefined }[];
}

let module: Promise<QuickJSWASMModule> | undefined;

export class TestGuest {
  readonly context: QuickJSContext;
  readonly calls: Outcome["calls"] = [];
  out = "";
  err = "";
  #guest: QuickJSHandle | undefined;
  #broker: Broker;
  #chunks = new Map<string, QuickJSHandle>();
  #inbox: { id: number; ok: boolean; head: string; bytes: Uint8Array | undefined }[] = [];
  #waiting = 0;

  private constructor(context: QuickJSContext, broker: Broker) {
    this.context = context;
    this.#broker = broker;
  }

  static async create(broker: Broker = () => undefined): Promise<TestGuest> {
    module ??= newQuickJSWASMModuleFromVariant(
      variant as unknown as Parameters<typeof newQuickJSWASMModuleFromVariant>[0],
    );
    const guest = new TestGuest((await module).newContext(), broker);
    guest.boot();
    return guest;
  }

  boot(): void {
    this.chunk("boot");
  }

  /** Evaluates a chunk once; its exports. */
  chunk(name: string): QuickJSHandle {
    const known = this.#chunks.get(name);
    if (known) return known;
    const { context } = this;
    const fn = context.unwrapResult(context.evalCode(chunkText(name), `sbx:chunk/${name}`));
    const exports = context.newObject();
    const mod = context.newObject();
    context.setProp(mod, "exports", exports);
    const require = context.newFunction("require", (specifier) => {
      const wanted = context.getString(specifier);
      if (wanted === "sbx:host") return this.#hostModule().dup();
      return this.chunk(wanted.slice("sbx:chunk/".length)).dup();
    });
    context.unwrapResult(context.callFunction(fn, context.undefined, exports, require, mod));
    const made = context.getProp(mod, "exports");
    this.#chunks.set(name, made);
    return made;
  }

  #hostObject: QuickJSHandle | undefined;

  #hostModule(): QuickJSHandle {
    if (this.#hostObject) return this.#hostObject;
    const { context } = this;
    const host = context.newObject();
    const method = (name: string, fn: (...args: QuickJSHandle[]) => QuickJSHandle | undefined): void =>
      context
        .newFunction(name, (...args) => fn(...args) ?? context.undefined)
        .consume((made) => context.setProp(host, name, made));
    method("call", (id, head, body) => {
      this.#take(context.getNumber(id as QuickJSHandle), this.#text(head), body && this.#bytes(body));
      return undefined;
    });
    method("out", (stream, text) => {
      if (context.getNumber(stream as QuickJSHandle) === 1) this.out += this.#text(text);
      else this.err += this.#text(text);
      return undefined;
    });
    method("pure", (name, arg, bytes) => {
      const result = pure(this.#text(name), this.#text(arg), bytes && this.#bytes(bytes));
      if (typeof result === "string") return context.newString(result);
      if (typeof result === "number") return context.newNumber(result);
      return context.newArrayBuffer(
        result.buffer.slice(result.byteOffset, result.byteOffset + result.byteLength) as ArrayBuffer,
      );
    });
    method("chunk", (name) => this.chunk(this.#text(name)).dup());
    method("now", () => context.newNumber(performance.now()));
    method("wall", () => context.newNumber(Date.now()));
    method("promise", (handle) => {
      const state = context.getPromiseState(handle as QuickJSHandle);
      const told = context.newObject();
      context.setProp(told, "state", context.newString(state.type));
      if (state.type === "fulfilled") context.setProp(told, "value", state.value);
      if (state.type === "rejected") context.setProp(told, "value", state.error);
      return told;
    });
    method("register", (guest) => {
      this.#guest = (guest as QuickJSHandle).dup();
      return undefined;
    });
    const mod = context.newObject();
    context.setProp(mod, "host", host);
    this.#hostObject = mod;
    return mod;
  }

  #text(handle: QuickJSHandle | undefined): string {
    return this.context.getString(handle as QuickJSHandle);
  }

  #bytes(handle: QuickJSHandle): Uint8Array | undefined {
    if (this.context.typeof(handle) === "undefined") return undefined;
    const lifetime = this.context.getArrayBuffer(handle);
    const copy = lifetime.value.slice();
    lifetime.dispose();
    return copy;
  }

  #take(id: number, head: string, body: Uint8Array | undefined): void {
    const { op, args, at } = JSON.parse(head);
    this.calls.push({ op, args, at, body });
    this.#waiting++;
    void (async () => {
      const reply = (await this.#broker(op, args as never, body, id)) ?? {
        error: { name: "Unavailable", message: `no ${op}` },
      };
      if ("error" in reply)
        this.#inbox.push({ id, ok: false, head: JSON.stringify(reply.error), bytes: undefined });
      else this.#inbox.push({ id, ok: true, head: JSON.stringify(reply.value ?? null), bytes: reply.bytes });
    })();
  }

  #main: QuickJSHandle | undefined;

  #isPending(): boolean {
    return this.#main !== undefined && this.context.getPromiseState(this.#main).type === "pending";
  }

  #method(name: string, ...args: QuickJSHandle[]): QuickJSHandle {
    const { context } = this;
    const guest = this.#guest as QuickJSHandle;
    return context.unwrapResult(context.callMethod(guest, name, args));
  }

  jobs(): void {
    const { context } = this;
    for (;;) {
      const ran = context.runtime.executePendingJobs();
      if (ran.error) throw new GuestThrow(ran.error);
      if (ran.value === 0) return;
    }
  }

  /** Runs `source` as the main module until nothing is pending. */
  async run(source: string, data: Record<string, unknown> = {}): Promise<Outcome> {
    const { context } = this;
    let failed: Outcome["failed"];
    try {
      this.#method("start", context.newString(JSON.stringify({ name: "main.ts", ...data })));
      const evaluated = context.evalCode(source, "main.ts", { type: "module" });
      if (evaluated.error) throw new GuestThrow(evaluated.error);
      this.#main = evaluated.value;
      this.jobs();
      const done = context.getPromiseState(evaluated.value);
      if (done.type === "rejected") throw new GuestThrow(done.error);
      await this.#loop();
      const end = context.getPromiseState(evaluated.value);
      if (end.type === "rejected") throw new GuestThrow(end.error);
    } catch (error) {
      if (error instanceof GuestThrow) failed = this.describe(error.handle);
      else {
        // unwrapResult throws a copy of the guest's error with the handle's dump as cause.
        const { name, message, cause } = error as {
          name: string;
          message: string;
          cause?: { stack?: string };
        };
        failed = { name, message, stack: cause?.stack ?? "" };
      }
    }
    return { out: this.out, err: this.err, failed, calls: this.calls };
  }

  async #loop(): Promise<void> {
    const { context } = this;
    for (let rounds = 0; rounds < 100_000; rounds++) {
      const next = this.#inbox.shift();
      if (next) {
        this.#waiting--;
        const body = next.bytes
          ? context.newArrayBuffer(next.bytes.slice().buffer as ArrayBuffer)
          : context.undefined;
        this.#method(
          "deliver",
          context.newNumber(next.id),
          next.ok ? context.true : context.false,
          context.newString(next.head),
          body,
        );
        this.jobs();
        continue;
      }
      const { wake } = context.dump(
        this.#method("idle", this.#isPending() ? context.true : context.false),
      ) as { wake: number | null };
      if (wake === null && this.#waiting === 0) return;
      if (wake !== null && wake <= 0) {
        let more = true;
        while (more) {
          more = context.dump(this.#method("wake")) as boolean;
          this.jobs();
        }
        await new Promise((done) => setImmediate(done));
        continue;
      }
      await new Promise((done) => setTimeout(done, wake === null ? 1 : Math.min(wake, 5)));
    }
  }

  /** JSON value of an expression. */
  value(source: string): unknown {
    const made = this.context.evalCode(source, "expression.ts");
    if (made.error) throw new Error(JSON.stringify(this.describe(made.error)));
    return this.context.dump(made.value);
  }

  describe(handle: QuickJSHandle): NonNullable<Outcome["failed"]> {
    return this.context.dump(this.#method("describe", handle));
  }
}

class GuestThrow extends Error {
  readonly handle: QuickJSHandle;
  constructor(handle: QuickJSHandle) {
    super("guest");
    this.handle = handle;
  }
}

/** Runs `source` in a fresh guest. */
export async function runGuest(
  source: string,
  broker?: Broker,
  data?: Record<string, unknown>,
): Promise<Outcome> {
  return (await TestGuest.create(broker)).run(source, data);
}

export const readSource = (path: string): string => readFileSync(join(root, path), "utf8");
