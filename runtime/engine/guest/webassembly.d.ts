/** What the engine uses of WebAssembly's JavaScript interface; Node's types leave it to the DOM library. */
declare namespace WebAssembly {
  type Imports = { readonly [module: string]: { readonly [name: string]: unknown } };

  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: { readonly [name: string]: unknown };
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
    /** Throws RangeError above the maximum. */
    grow(pages: number): number;
  }
  class Table {
    readonly length: number;
    grow(count: number): number;
    set(index: number, value: unknown): void;
  }
}
