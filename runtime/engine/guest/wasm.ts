/** One instance of the published QuickJS-ng WebAssembly module over a memory whose maximum we chose, and a hook for
 *  unhandled rejections, which the published interface lacks. The only importer of the engine package.
 *
 *  Promises: memory never grows above `maxBytes`; every byte up to it can be used; `exhausted` turns true when a small
 *  request no longer fitted. Knows nothing of JavaScript values. */

import loadModule from "@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module";

import type { Places } from "./image.ts";

export const PAGE = 65536;

/** The C functions used here, by the package's own names. Pointers are numbers; `JSValue*` results are owned. */
export interface QuickJSExports {
  _malloc(size: number): number;
  _free(pointer: number): void;
  _QTS_NewRuntime(): number;
  _QTS_RuntimeSetMaxStackSize(runtime: number, bytes: number): void;
  _QTS_RuntimeEnableModuleLoader(runtime: number, customNormalize: number): void;
  _QTS_RuntimeEnableInterruptHandler(runtime: number): void;
  _QTS_RuntimeDisableInterruptHandler(runtime: number): void;
  _QTS_NewContext(runtime: number, intrinsics: number): number;
  _QTS_GetUndefined(): number;
  _QTS_GetNull(): number;
  _QTS_NewFloat64(context: number, value: number): number;
  _QTS_GetFloat64(context: number, value: number): number;
  _QTS_NewString(context: number, text: number): number;
  _QTS_GetString(context: number, value: number): number;
  _QTS_FreeCString(context: number, text: number): void;
  _QTS_NewArrayBuffer(context: number, bytes: number, length: number): number;
  _QTS_GetArrayBuffer(context: number, value: number): number;
  _QTS_GetArrayBufferLength(context: number, value: number): number;
  _QTS_NewObject(context: number): number;
  _QTS_NewArray(context: number): number;
  _QTS_PromiseState(context: number, promise: number): number;
  _QTS_PromiseResult(context: number, promise: number): number;
  _QTS_NewError(context: number): number;
  _QTS_GetProp(context: number, object: number, name: number): number;
  _QTS_SetProp(context: number, object: number, name: number, value: number): void;
  _QTS_NewFunction(context: number, name: number, length: number, isConstructor: number, id: number): number;
  _QTS_Call(context: number, callee: number, receiver: number, count: number, pointers: number): number;
  _QTS_Throw(context: number, error: number): number;
  _QTS_ResolveException(context: number, value: number): number;
  _QTS_Eval(
    context: number,
    source: number,
    length: number,
    file: number,
    detectModule: number,
    flags: number,
  ): number;
  _QTS_ExecutePendingJob(runtime: number, count: number, lastContext: number): number;
  _QTS_DupValuePointer(context: number, value: number): number;
  _QTS_FreeValuePointer(context: number, value: number): void;
}

/** What C calls. Pointers to arguments are borrowed; a returned `JSValue*` or text becomes C's. */
export interface QuickJSCallbacks {
  callFunction(
    _: undefined,
    context: number,
    receiver: number,
    count: number,
    values: number,
    id: number,
  ): number;
  loadModuleSource(_: undefined, runtime: number, context: number, name: string): number;
  normalizeModule(_: undefined, runtime: number, context: number, from: string, name: string): number;
  shouldInterrupt(_: undefined, runtime: number): number;
  freeHostRef(_: undefined, runtime: number, id: number): void;
}

/** Called when a promise is rejected without a handler, and again when it gets one. Values are NaN-boxed. */
export type RejectionHook = (promise: bigint, reason: bigint, isHandled: boolean) => void;

export interface WasmInstance {
  readonly exports: QuickJSExports;
  readonly memory: WebAssembly.Memory;
  /** Where the C stack stands; it grows down. */
  stackPointer(): number;
  /** True once a growth of at most 1 MiB was refused: the guest is at its maximum. */
  exhausted(): boolean;
  /** Index of the hook in the function table. */
  trackRejections(runtime: number, hook: RejectionHook): number;
  /** The same for a memory in which index `index` stands already. */
  trackRejectionsAt(index: number, hook: RejectionHook): void;
}

/** Compiling is lazy and takes no thread pool. `wasm` is only read. */
export function compile(wasm: Uint8Array): WebAssembly.Module {
  return new WebAssembly.Module(withExports(wasm));
}

/** The package's types leave its loader undescribed. */
type LoadModule = (options: object) => Promise<unknown>;

export async function instantiate(
  module: WebAssembly.Module,
  maxBytes: number,
  callbacks: QuickJSCallbacks,
): Promise<WasmInstance> {
  const maximum = Math.floor(maxBytes / PAGE);
  const initial = Math.min(INITIAL_PAGES, maximum);
  const memory = new WebAssembly.Memory({ initial, maximum });
  const growth = boundGrowth(memory, maximum);
  let table: WebAssembly.Table | undefined;
  let pointer: { readonly value: unknown } | undefined;
  const loaded = (await (loadModule as unknown as LoadModule)({
    wasmMemory: memory,
    callbacks,
    print: ignore,
    thisProgram: "engine",
    printErr: ignore,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      growth.watch(imports);
      const instance = new WebAssembly.Instance(module, imports);
      table = instance.exports[TABLE] as WebAssembly.Table;
      pointer = instance.exports[POINTER] as { readonly value: unknown };
      done(instance);
    },
  })) as unknown as QuickJSExports;
  return {
    exports: loaded,
    memory,
    stackPointer: () => pointer?.value as number,
    exhausted: () => growth.exhausted,
    trackRejections: (runtime, hook) => {
      const index = addToTable(table, hook);
      installRejectionHook(loaded, memory, runtime, index);
      return index;
    },
    trackRejectionsAt: (index, hook) => {
      if (addToTable(table, hook) !== index) throw new Error("unknown layout of the engine");
    },
  };
}

/** Room for two values and eight pointers. */
const CELL = 48;

/** A runtime with module loader, and its only context. */
export function newContext(c: QuickJSExports): Omit<Places, "hook"> {
  const runtime = c._QTS_NewRuntime();
  c._QTS_RuntimeEnableModuleLoader(runtime, 1);
  const context = seeded(() => c._QTS_NewContext(runtime, 0));
  const cell = c._malloc(CELL);
  if (context === 0 || cell === 0) throw new Error("the engine's memory is too small");
  return { runtime, context, undefined: c._QTS_GetUndefined(), null: c._QTS_GetNull(), cell };
}

/** A context takes the time as the seed of its `Math.random`: two that are made in one millisecond would draw the same numbers. */
function seeded<T>(make: () => T): T {
  const { now } = Date;
  const skew = Math.floor(Math.random() * 2 ** 40);
  Date.now = () => now() + skew;
  try {
    return make();
  } finally {
    Date.now = now;
  }
}

function ignore(): void {}

/** What the module's own memory import demands at least. */
const INITIAL_PAGES = 256;
const SMALL_REQUEST = 1024 * 1024;
/** The module's import that grows the heap (`emscripten_resize_heap`), as named in the pinned package. */
const RESIZE = "k";

/** The package's glue always asks for 5 % more than needed and would leave the last 5 % unused: ask for exactly what
 *  is needed where more does not fit. */
function boundGrowth(memory: WebAssembly.Memory, maximum: number) {
  const grow = memory.grow.bind(memory);
  const state = { exhausted: false, watch };
  let wanted = 0;
  memory.grow = (pages) => {
    const present = memory.buffer.byteLength / PAGE;
    const needed = Math.max(0, Math.ceil(wanted / PAGE) - present);
    return grow(present + pages > maximum ? needed : pages);
  };
  function watch(imports: WebAssembly.Imports): void {
    const table = Object.values(imports)[0] as Record<string, (size: number) => boolean>;
    const resize = table[RESIZE];
    if (resize === undefined) throw new Error("unknown build of the engine");
    table[RESIZE] = (size) => {
      wanted = size >>> 0;
      const before = memory.buffer.byteLength;
      const done = resize(size);
      if (!done && wanted - before <= SMALL_REQUEST) state.exhausted = true;
      return done;
    };
  }
  return state;
}

const TABLE = "table";
/** The linker's `__stack_pointer`, the first global. */
const POINTER = "pointer";
/** Byte offsets inside `JSRuntime` of the pinned build, from the field that the interrupt handler is stored in. */
const TRACKER_AFTER_INTERRUPT = 20;

/** Writes function `index` into the runtime's `host_promise_rejection_tracker`. Its place is found from the place of
 *  the interrupt handler, and what lies behind it (an empty list of jobs) must look as expected, or this throws. */
function installRejectionHook(
  exports: QuickJSExports,
  memory: WebAssembly.Memory,
  runtime: number,
  index: number,
): void {
  const before = new Uint32Array(memory.buffer.slice(runtime, runtime + 1024));
  exports._QTS_RuntimeEnableInterruptHandler(runtime);
  const words = new Uint32Array(memory.buffer, runtime, 256);
  const changed = before.findIndex((word, index) => word !== words[index]);
  exports._QTS_RuntimeDisableInterruptHandler(runtime);
  const at = changed + TRACKER_AFTER_INTERRUPT / 4;
  const jobs = runtime + (at + 2) * 4;
  if (changed < 0 || words[at] !== 0 || words[at + 2] !== jobs || words[at + 3] !== jobs) {
    throw new Error("unknown layout of the engine");
  }
  words[at] = index;
}

function addToTable(table: WebAssembly.Table | undefined, hook: RejectionHook): number {
  if (table === undefined) throw new Error("no function table");
  const index = table.grow(1);
  table.set(
    index,
    asWasmFunction((_context, promise, reason, handled) => hook(promise, reason, handled !== 0)),
  );
  return index;
}

type Tracker = (context: number, promise: bigint, reason: bigint, handled: number, opaque: number) => void;

/** A JavaScript function as a WebAssembly function of type (i32 i64 i64 i32 i32) → (), so that a table can hold it:
 *  a module that imports it as "m" "f" and exports it again. */
function asWasmFunction(call: Tracker): unknown {
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 9, 1, 0x60, 5, 0x7f, 0x7e, 0x7e, 0x7f, 0x7f, 0],
    ...[2, 7, 1, 1, 0x6d, 1, 0x66, 0, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0],
  ];
  const module = new WebAssembly.Module(new Uint8Array(bytes));
  return new WebAssembly.Instance(module, { m: { f: call } }).exports.f;
}

const EXPORT_SECTION = 7;

/** The same module that exports its function table and its stack pointer too. */
function withExports(wasm: Uint8Array): Uint8Array {
  let at = 8;
  while (at < wasm.length) {
    const start = at;
    const id = wasm[at];
    const size = leb(wasm, at + 1);
    const body = at + 1 + size.length;
    at = body + size.value;
    if (id !== EXPORT_SECTION) continue;
    const count = leb(wasm, body);
    const entries = Buffer.concat([exportOf(TABLE, 1), exportOf(POINTER, 3)]);
    const content = Buffer.concat([toLeb(count.value + 2), wasm.subarray(body + count.length, at), entries]);
    const section = Buffer.concat([Buffer.from([EXPORT_SECTION]), toLeb(content.length), content]);
    return Buffer.concat([wasm.subarray(0, start), section, wasm.subarray(at)]);
  }
  throw new Error("no exports in the engine");
}

/** The first thing of a kind (1 table, 3 global) as an entry of the export section. */
function exportOf(name: string, kind: number): Buffer {
  return Buffer.from([name.length, ...Buffer.from(name), kind, 0]);
}

/** Unsigned LEB128 (WebAssembly core specification, 5.2.2). */
function leb(bytes: Uint8Array, from: number): { value: number; length: number } {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[from + index] ?? 0;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value: value >>> 0, length: index + 1 };
  }
  throw new Error("bad number in the engine");
}

function toLeb(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  do {
    out.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Uint8Array.from(out);
}
