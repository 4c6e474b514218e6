/** One guest: an instance with the prelude in it, its `host`, its modules and its program. Whatever the guest does
 *  ends in one of three ways: it waits (`idle`), it failed (`failure`), or the instance is broken (`failure` too).
 *
 *  Refuses to know: descriptors, frames, the seal. Holds no authority: calls and output go to `Outlet`. */

import { facade, INTERNAL, internalModule, moduleOf, normalize, refusal } from "./facade.ts";
import { failureOf, memoryFailure, refined } from "./failure.ts";
import { GLUE, GLUE_FILE, glue } from "./glue.ts";
import { encodeImage, type Image } from "./image.ts";
import { type Native, QuickJS } from "./quickjs.ts";
import { NoRoom, Thrown, type Value } from "./values.ts";

/** Where the guest's words go. */
export interface Outlet {
  /** Throws RangeError when the two exceed a frame. */
  call(id: number, head: string, body?: Uint8Array): void;
  out(stream: 1 | 2, text: string): void;
}

/** A pure function beside the engine. Throws an Error whose message the guest sees as a TypeError. */
export type Pure = (
  name: string,
  arg: string,
  bytes?: Uint8Array,
) => string | number | ArrayBuffer | Uint8Array;

export interface RealmParts {
  readonly module: WebAssembly.Module;
  readonly memory: number;
  readonly stack: number;
  /** Text of a guest chunk, or undefined when there is none of that name. */
  readonly chunk: (name: string) => Uint8Array | undefined;
  readonly pure: Pure;
  readonly outlet: Outlet;
  /** Where frames lie in the plugin's sources: JSON to JSON (`host.positions` of the guest). Whatever it gets. */
  readonly positions: (json: string) => string;
  /** Memory with the prelude in it already: see `Realm.image`. */
  readonly image?: Image | undefined;
}

type GlueName = (typeof GLUE)[number];
type Kind = "uncaught" | "rejection" | "syntax" | "import";

/** Heads of idle notes with nothing to wait for but calls, by the number that stands for them. */
const IDLE = ['{"main":"pending","wake":null,"refs":0}', '{"main":"done","wake":null,"refs":0}'];
/** Jobs run between two looks at the state of the instance. */
const JOB_BATCH = 512;

export class Realm {
  /** Head of a FAIL frame once the run is over. */
  failure: string | undefined;
  readonly #vm: QuickJS;
  readonly #parts: RealmParts;
  #glue = {} as { [Name in GlueName]: Value };
  readonly #rejected = new Map<number, { readonly promise: Value; readonly reason: Value }>();
  /** Calls whose answer's bytes the guest wants as text. */
  readonly #forText = new Set<number>();
  #body: Buffer | undefined;
  #hook = 0;

  static async create(parts: RealmParts): Promise<Realm> {
    let realm: Realm | undefined;
    const loader = { normalize, source: (name: string) => (realm as Realm).#source(name) };
    const vm = await QuickJS.create(parts.module, parts, loader, parts.image);
    realm = new Realm(vm, parts);
    if (parts.image === undefined) realm.#boot();
    else realm.#resume(parts.image);
    return realm;
  }

  /** This instance's memory after its start, with `chunks` evaluated too, for later ones. `random` finds the state of
   *  `Math.random` in it. Only before the first program. */
  image(chunks: readonly string[], random: (memory: Uint8Array) => number): Uint8Array {
    const vm = this.#vm;
    for (const name of chunks) this.#enter(() => vm.free(this.#callGlue("exportNames", vm.text(name))));
    if (this.failure !== undefined || this.#rejected.size > 0) throw new Error(`prelude: ${this.failure}`);
    const places = vm.places(this.#hook);
    const natives = Object.keys(this.#natives());
    return encodeImage(vm.memory, { places, glue: this.#glue, natives, random: random(vm.memory) });
  }

  private constructor(vm: QuickJS, parts: RealmParts) {
    this.#vm = vm;
    this.#parts = parts;
  }

  setStackLimit(bytes: number): void {
    this.#vm.stack.set(bytes);
  }

  /** Gives the prelude its data, then evaluates the program's module. `data` is JSON. */
  start(name: string, source: Uint8Array, data: string): void {
    this.#enter(() => {
      this.#callGlue("start", this.#vm.text(data));
      try {
        this.#vm.compile(withLocation(source, name), name);
      } catch (error) {
        if (error instanceof Thrown) return this.#fail(error.value, this.#linkFailure(error.value));
        throw error;
      }
      this.#callGlue("run", this.#vm.text(name));
    });
  }

  deliver(id: number, ok: boolean, head: string, body: Uint8Array): void {
    this.#enter(() => {
      const vm = this.#vm;
      const wantsText = this.#forText.delete(id);
      const args = [vm.number(id), vm.number(ok ? 1 : 0), vm.text(head)];
      if (body.length > 0) args.push(wantsText ? this.#decoded(body) : vm.bytes(body));
      vm.free(this.#callGlue("deliver", ...args));
    });
  }

  wake(): void {
    let more = true;
    while (more && this.failure === undefined) {
      more = false;
      this.#enter(() => {
        const result = this.#callGlue("wake");
        more = this.#vm.toNumber(result) === 1;
      });
    }
  }

  event(head: string): void {
    this.#enter(() => this.#callGlue("event", this.#vm.text(head)));
  }

  /** Head of an IDLE frame; undefined when the guest failed. */
  idle(): string | undefined {
    let head: string | undefined;
    this.#enter(() => {
      const result = this.#callGlue("idle");
      head = IDLE[this.#vm.toNumber(result)] ?? this.#vm.toText(result);
      this.#vm.free(result);
    });
    return this.failure === undefined ? head : undefined;
  }

  #boot(): void {
    const vm = this.#vm;
    this.#hook = vm.trackRejections((...what) => this.#rejection(...what));
    const make = vm.script(glue, GLUE_FILE);
    const natives = Object.entries(this.#natives()).map(([name, native]) => [
      name,
      vm.function(name, native),
    ]);
    const functions = vm.call(make, vm.object(Object.fromEntries(natives)));
    for (const name of GLUE) this.#glue[name] = vm.property(functions, name);
    vm.module(internalModule, INTERNAL);
    this.#enter(() => this.#callGlue("boot"));
    if (this.failure !== undefined) throw new Error(`prelude: ${this.failure}`);
  }

  #resume({ glue, natives, places }: Image): void {
    const table = this.#natives();
    if (Object.keys(table).join() !== natives.join()) throw new Error("the image is not this engine's");
    this.#glue = glue as { [Name in GlueName]: Value };
    this.#vm.adopt(Object.values(table), places.hook, (...what) => this.#rejection(...what));
  }

  /** Runs guest code, then all jobs, then judges what was left. Leaves `failure` set when the run is over. */
  #enter(run: () => unknown): void {
    if (this.failure !== undefined) return;
    try {
      try {
        run();
      } catch (error) {
        if (!(error instanceof Thrown)) throw error;
        this.#fail(error.value, "uncaught");
      }
      this.#settle();
    } catch (error) {
      this.failure = this.#broken(error);
    }
    if (this.#vm.exhausted) this.failure = memoryFailure();
  }

  #settle(): void {
    let again = true;
    while (again && this.failure === undefined) {
      again = false;
      while (this.#vm.jobs(JOB_BATCH) === JOB_BATCH) if (this.#isOver()) return;
      if (this.#isOver()) return;
      for (const [key, { promise, reason }] of this.#rejected) {
        again = true;
        this.#rejected.delete(key);
        this.#fail(reason, "rejection", promise);
        if (this.failure !== undefined) return;
      }
    }
  }

  #isOver(): boolean {
    if (this.#vm.exhausted) throw new NoRoom("memory");
    return this.failure !== undefined;
  }

  /** Offers a thrown value, which is given away, to the guest's handlers; it is the run's failure when none takes it. */
  #fail(value: Value, kind: Kind, promise?: Value): void {
    const vm = this.#vm;
    const args = [value, vm.text(kind), ...(promise === undefined ? [] : [promise])];
    vm.free(this.#callGlue("uncaught", ...args));
  }

  #broken(error: unknown): string {
    if (error instanceof NoRoom || this.#vm.exhausted) return memoryFailure();
    if (error instanceof RangeError && error.message.includes("call stack"))
      return failureOf("stack", "RangeError", "Maximum call stack size exceeded");
    if (error instanceof Thrown) return failureOf("engine", "Error", "an error that cannot be shown");
    return failureOf("engine", "EngineFault", error instanceof Error ? error.message : String(error));
  }

  #linkFailure(value: Value): Kind {
    const name = this.#vm.property(value, "name");
    const text = this.#vm.toText(name);
    this.#vm.free(name);
    return text === "TypeError" ? "import" : "syntax";
  }

  #rejection(promise: bigint, reason: bigint, isHandled: boolean): void {
    const key = Number(BigInt.asUintN(32, promise));
    const known = this.#rejected.get(key);
    if (!isHandled) {
      this.#rejected.set(key, { promise: this.#vm.own(promise), reason: this.#vm.own(reason) });
    } else if (known !== undefined) {
      this.#rejected.delete(key);
      this.#vm.free(known.promise);
      this.#vm.free(known.reason);
    }
  }

  #source(specifier: string): string {
    const name = moduleOf(specifier);
    if (name === undefined || this.#parts.chunk(name) === undefined) {
      throw new Thrown(this.#callGlue("refused", this.#vm.text(refusal(specifier))));
    }
    const names = this.#callGlue("exportNames", this.#vm.text(name));
    const list = JSON.parse(this.#vm.toText(names)) as string[];
    this.#vm.free(names);
    return facade(name, list);
  }

  /** Arguments are given away. */
  #callGlue(name: GlueName, ...args: readonly Value[]): Value {
    try {
      return this.#vm.call(this.#glue[name], ...args);
    } finally {
      for (const arg of args) this.#vm.free(arg);
    }
  }

  #natives(): { readonly [name: string]: Native } {
    const vm = this.#vm;
    const { outlet, pure, chunk, positions } = this.#parts;
    return {
      call: ([id = 0, head = 0, body]) => {
        const bytes = body === undefined ? this.#body : vm.toBytes(body);
        this.#body = undefined;
        outlet.call(vm.toNumber(id), vm.toText(head), bytes);
        return 0;
      },
      callForText: ([id = 0, head = 0]) => {
        const number = vm.toNumber(id);
        outlet.call(number, vm.toText(head));
        this.#forText.add(number);
        return 0;
      },
      failed: ([text = 0]) => {
        this.failure ??= refined(vm.toText(text));
        return 0;
      },
      bodyStart: ([length = 0]) => {
        this.#body = Buffer.allocUnsafeSlow(bodyLength(vm.toNumber(length)));
        return 0;
      },
      bodyPart: ([at = 0, part = 0]) => {
        this.#body?.set(vm.toBytes(part), vm.toNumber(at));
        return 0;
      },
      out: ([stream = 0, text = 0, length = 0]) => {
        outlet.out(vm.toNumber(stream) === 2 ? 2 : 1, vm.toText(text, vm.toNumber(length)));
        return 0;
      },
      pure: ([name = 0, arg = 0, length = 0, bytes]) => {
        const given = bytes === undefined ? undefined : vm.toBytes(bytes);
        return this.#answer(() => pure(vm.toText(name), vm.toText(arg, vm.toNumber(length)), given));
      },
      chunk: ([name = 0]) => {
        const text = vm.toText(name);
        const source = chunk(text);
        return source === undefined ? 0 : vm.script(source, `sbx:chunk/${text}`);
      },
      now: () => vm.number(performance.now()),
      wall: () => vm.number(Date.now()),
      promiseState: ([promise = 0]) => vm.number(vm.promiseState(promise)),
      promiseResult: ([promise = 0]) => vm.promiseResult(promise),
      stringify: ([value = 0, replacer = 0, space = 0]) =>
        vm.stack.bounded(() => vm.call(this.#glue.stringify, value, replacer, space)),
      positions: ([json = 0]) => this.#answer(() => positions(vm.toText(json))),
      trace: ([error = 0, sites = 0]) => vm.stack.beyond(() => vm.call(this.#glue.trace, error, sites)),
    };
  }

  /** A failure travels as [message, 0]. */
  #answer(run: () => ReturnType<Pure>): Value {
    const vm = this.#vm;
    let answer: ReturnType<Pure>;
    try {
      answer = run();
    } catch (error) {
      return vm.array([vm.text(error instanceof Error ? error.message : String(error)), vm.number(0)]);
    }
    if (typeof answer === "number") return vm.number(answer);
    if (typeof answer !== "string")
      return vm.bytes(answer instanceof Uint8Array ? answer : new Uint8Array(answer));
    return this.#text(answer);
  }

  /** A text with NUL in it travels as [JSON]. */
  #text(text: string): Value {
    const vm = this.#vm;
    return text.includes("\0") ? vm.array([vm.text(JSON.stringify(text))]) : vm.text(text);
  }

  /** UTF-8 as text; what is none becomes U+FFFD. */
  #decoded(bytes: Uint8Array): Value {
    return this.#text(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  }
}

/** Gives a program that asks for `import.meta` its `url`, without a line more: positions stay, but in the first line,
 *  which holds a comment of the bundler's. */
function withLocation(source: Uint8Array, name: string): Uint8Array {
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  if (!text.includes("import.meta")) return text;
  return Buffer.concat([Buffer.from(`import.meta.url=${JSON.stringify(`sbx:plugin/${name}`)};`), text]);
}

/** Throws RangeError beyond what a frame takes: 64 MiB and some. */
function bodyLength(length: number): number {
  if (!(length >= 0 && length <= 65 * 1024 * 1024)) throw new RangeError("body too large");
  return length;
}
