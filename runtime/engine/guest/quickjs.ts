/** One QuickJS context over one WebAssembly instance: texts, bytes, calls and exceptions across the border.
 *
 *  A value is a pointer (`Value`), owned by whoever received it, until `free`. A JavaScript exception of the guest
 *  comes out as `Thrown`; everything else that comes out (a trap, a stack overflow of the host) means that the
 *  instance is broken and must not be entered again. Instances are dropped, never disposed.
 *
 *  Knows nothing of hosts, chunks or channels. Believes nothing that it reads: the guest may own the whole memory. */

import { type Image, type Places, restoreImage } from "./image.ts";
import { Stack } from "./limit.ts";
import { NoRoom, Thrown, type Value } from "./values.ts";
import {
  instantiate,
  newContext,
  type QuickJSExports,
  type RejectionHook,
  type WasmInstance,
} from "./wasm.ts";

/** What a guest function of ours does. Arguments are borrowed; the result is given away; 0 means undefined. */
export type Native = (args: readonly Value[]) => Value;

/** Names and texts of modules. Throwing refuses the import. */
export interface ModuleLoader {
  normalize(from: string, name: string): string;
  source(name: string): string;
}

/** Where the cell holds the pointers to a call's arguments: behind two values. */
const ARGUMENTS = 16;
const JS_EVAL_TYPE_MODULE = 1;
const JS_EVAL_FLAG_COMPILE_ONLY = 1 << 5;
const SIZEOF_VALUE = 8;
/** Bytes of an array buffer copied out at a time. */
export const COPY_STEP = 1024 * 1024;

export class QuickJS {
  readonly undefined: Value;
  readonly null: Value;
  readonly stack: Stack;
  readonly #wasm: WasmInstance;
  readonly #c: QuickJSExports;
  readonly #runtime: number;
  readonly #context: number;
  readonly #natives: Native[];
  readonly #cell: number;
  #view: Buffer;

  /** `memory` and `stack` in bytes. With an image the instance stands where the image was taken; see `adopt`. */
  static async create(
    module: WebAssembly.Module,
    limits: { readonly memory: number; readonly stack: number },
    loader: ModuleLoader,
    image?: Image,
  ): Promise<QuickJS> {
    const natives: Native[] = [];
    let self: QuickJS | undefined;
    const wasm = await instantiate(module, limits.memory, {
      callFunction: (_, _context, _receiver, count, values, id) => self?.called(id, count, values) ?? 0,
      loadModuleSource: (_, _runtime, _context, name) =>
        self?.guarded(() => self?.copyIn(loader.source(name)) ?? 0, true) ?? 0,
      normalizeModule: (_, _runtime, _context, from, name) => self?.copyIn(loader.normalize(from, name)) ?? 0,
      shouldInterrupt: () => 0,
      freeHostRef: () => {},
    });
    if (image !== undefined) restoreImage(image, new Uint8Array(wasm.memory.buffer));
    const places = image === undefined ? newContext(wasm.exports) : image.places;
    self = new QuickJS(wasm, natives, places);
    self.stack.set(limits.stack);
    return self;
  }

  private constructor(wasm: WasmInstance, natives: Native[], places: Omit<Places, "hook">) {
    this.#wasm = wasm;
    this.#c = wasm.exports;
    this.#natives = natives;
    this.#view = Buffer.from(wasm.memory.buffer);
    this.#runtime = places.runtime;
    this.#context = places.context;
    this.undefined = places.undefined;
    this.null = places.null;
    this.#cell = places.cell;
    this.stack = new Stack(wasm, places.runtime);
  }

  /** Where everything lies, for an image of `memory`, which must not have grown. `hook` as `trackRejections` gave it. */
  places(hook: number): Places {
    const { undefined: none, null: empty } = this;
    return {
      runtime: this.#runtime,
      context: this.#context,
      undefined: none,
      null: empty,
      cell: this.#cell,
      hook,
    };
  }

  get memory(): Uint8Array {
    return this.#memory();
  }

  /** Gives an instance out of an image the host's functions, in the order in which they were made, and its hook. */
  adopt(natives: readonly Native[], hook: number, rejected: RejectionHook): void {
    this.#natives.push(...natives);
    this.#wasm.trackRejectionsAt(hook, rejected);
  }

  /** True once the guest stood at its memory's maximum and a small request was refused. */
  get exhausted(): boolean {
    return this.#wasm.exhausted();
  }

  text(value: string): Value {
    const pointer = this.copyIn(value);
    const result = this.#c._QTS_NewString(this.#context, pointer);
    this.#c._free(pointer);
    return this.#check(result);
  }

  number(value: number): Value {
    return this.#check(this.#c._QTS_NewFloat64(this.#context, value));
  }

  /** A new ArrayBuffer with a copy of `bytes`. Throws `NoRoom`. */
  bytes(bytes: Uint8Array): Value {
    const pointer = this.#allocate(bytes.length);
    this.#memory().set(bytes, pointer);
    return this.#check(this.#c._QTS_NewArrayBuffer(this.#context, pointer, bytes.length));
  }

  object(properties: { readonly [name: string]: Value }): Value {
    const object = this.#check(this.#c._QTS_NewObject(this.#context));
    for (const [name, value] of Object.entries(properties)) {
      const key = this.text(name);
      this.#c._QTS_SetProp(this.#context, object, key, value);
      this.free(key);
      this.free(value);
    }
    return object;
  }

  array(items: readonly Value[]): Value {
    const array = this.#check(this.#c._QTS_NewArray(this.#context));
    for (const [index, item] of items.entries()) {
      const key = this.number(index);
      this.#c._QTS_SetProp(this.#context, array, key, item);
      this.free(key);
      this.free(item);
    }
    return array;
  }

  /** 0 pending, 1 fulfilled, 2 rejected, negative when `value` is no promise. */
  promiseState(value: Value): number {
    return this.#c._QTS_PromiseState(this.#context, value);
  }

  promiseResult(promise: Value): Value {
    return this.#check(this.#c._QTS_PromiseResult(this.#context, promise));
  }

  function(name: string, native: Native): Value {
    const id = this.#natives.push(native) - 1;
    const pointer = this.copyIn(name);
    const result = this.#c._QTS_NewFunction(this.#context, pointer, 0, 0, id);
    this.#c._free(pointer);
    return this.#check(result);
  }

  toNumber(value: Value): number {
    return this.#c._QTS_GetFloat64(this.#context, value);
  }

  /** The text of a string value. `length` in UTF-16 units is needed to see past a NUL inside it. */
  toText(value: Value, length = 0): string {
    const pointer = this.#c._QTS_GetString(this.#context, value);
    if (pointer === 0) return "";
    const memory = this.#memory();
    let end = memory.indexOf(0, pointer);
    let text = memory.toString("utf8", pointer, end < 0 ? pointer : end);
    while (text.length < length && end >= 0) {
      const next = memory.indexOf(0, end + 1);
      if (next < 0) break;
      text += `\0${memory.toString("utf8", end + 1, next)}`;
      end = next;
    }
    this.#c._QTS_FreeCString(this.#context, pointer);
    return text;
  }

  /** A copy of an ArrayBuffer's bytes. Throws `NoRoom`. */
  toBytes(value: Value): Buffer {
    const length = this.#c._QTS_GetArrayBufferLength(this.#context, value);
    const pointer = this.#c._QTS_GetArrayBuffer(this.#context, value);
    if (pointer === 0) {
      if (length === 0) return Buffer.alloc(0);
      throw new NoRoom("array buffer");
    }
    const copy = Buffer.from(this.#memory().subarray(pointer, pointer + length));
    this.#c._free(pointer);
    return copy;
  }

  property(object: Value, name: string): Value {
    const key = this.text(name);
    const result = this.#c._QTS_GetProp(this.#context, object, key);
    this.free(key);
    return this.#check(result);
  }

  /** Evaluates a classic script; its completion value. */
  script(source: string | Uint8Array, file: string): Value {
    return this.#evaluate(source, file, 0);
  }

  /** Compiles and links a module under the name `file`, so that it can be imported by that name; runs nothing of it. */
  compile(source: string | Uint8Array, file: string): void {
    this.#evaluate(source, file, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
  }

  /** Runs a module of ours that has no top-level await. */
  module(source: string, file: string): void {
    this.free(this.#evaluate(source, file, JS_EVAL_TYPE_MODULE));
  }

  /** With at most eight arguments. */
  call(callee: Value, ...args: readonly Value[]): Value {
    // C copies the pointers before it runs anything, so that a call within the call may use the same place.
    const pointers = this.#cell + ARGUMENTS;
    const memory = this.#memory();
    for (let index = 0; index < args.length; index++)
      memory.writeUInt32LE(args[index] ?? 0, pointers + 4 * index);
    return this.#check(this.#c._QTS_Call(this.#context, callee, this.undefined, args.length, pointers));
  }

  /** Runs up to `count` pending jobs; how many ran. */
  jobs(count: number): number {
    const result = this.#c._QTS_ExecutePendingJob(this.#runtime, count, this.#cell);
    const ran = this.toNumber(result);
    if (!(ran >= 0 && ran <= count)) throw new Thrown(result);
    this.free(result);
    return ran;
  }

  /** Index of the hook in the function table. */
  trackRejections(hook: RejectionHook): number {
    return this.#wasm.trackRejections(this.#runtime, hook);
  }

  /** A reference of our own to a NaN-boxed value. */
  own(boxed: bigint): Value {
    this.#memory().writeBigUInt64LE(BigInt.asUintN(64, boxed), this.#cell);
    return this.#c._QTS_DupValuePointer(this.#context, this.#cell);
  }

  duplicate(value: Value): Value {
    return this.#c._QTS_DupValuePointer(this.#context, value);
  }

  free(value: Value): void {
    if (value !== 0 && value !== this.undefined && value !== this.null) {
      this.#c._QTS_FreeValuePointer(this.#context, value);
    }
  }

  /** A new C string, to be freed by C. Throws `NoRoom`. */
  copyIn(text: string | Uint8Array): number {
    const length = Buffer.byteLength(text);
    const pointer = this.#allocate(length + 1);
    const memory = this.#memory();
    if (typeof text === "string") memory.write(text, pointer, length, "utf8");
    else memory.set(text, pointer);
    memory[pointer + length] = 0;
    return pointer;
  }

  called(id: number, count: number, values: number): number {
    const native = this.#natives[id];
    if (native === undefined) return 0;
    const args: Value[] = [];
    for (let index = 0; index < count; index++) args.push(values + SIZEOF_VALUE * index);
    return this.guarded(() => native(args), false);
  }

  /** Turns whatever `run` throws into an exception of the guest: no host exception may fly through the engine. */
  guarded(run: () => number, zeroOnThrow: boolean): number {
    try {
      return run();
    } catch (error) {
      const value = error instanceof Thrown ? error.value : this.#errorFrom(error);
      const exception = this.#c._QTS_Throw(this.#context, value);
      this.free(value);
      if (!zeroOnThrow) return exception;
      this.#c._free(exception);
      return 0;
    }
  }

  #errorFrom(error: unknown): Value {
    const made = this.#c._QTS_NewError(this.#context);
    try {
      const key = this.text("message");
      const message = this.text(error instanceof Error ? error.message : "the engine's host failed");
      this.#c._QTS_SetProp(this.#context, made, key, message);
      this.free(key);
      this.free(message);
    } catch {
      // No room for a message: the bare error must do.
    }
    return made;
  }

  #evaluate(source: string | Uint8Array, file: string, flags: number): Value {
    const code = this.copyIn(source);
    const name = this.copyIn(file);
    const result = this.#c._QTS_Eval(this.#context, code, Buffer.byteLength(source), name, 0, flags);
    this.#c._free(code);
    this.#c._free(name);
    return this.#check(result);
  }

  #check(result: Value): Value {
    if (result === 0) throw new NoRoom("value");
    const error = this.#c._QTS_ResolveException(this.#context, result);
    if (error === 0) return result;
    this.#c._QTS_FreeValuePointer(this.#context, result);
    throw new Thrown(error);
  }

  #allocate(size: number): number {
    const pointer = this.#c._malloc(Math.max(size, 1));
    if (pointer === 0) throw new NoRoom("memory");
    return pointer;
  }

  #memory(): Buffer {
    if (this.#view.buffer !== this.#wasm.memory.buffer) this.#view = Buffer.from(this.#wasm.memory.buffer);
    return this.#view;
  }
}
