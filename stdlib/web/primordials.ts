/** The built-ins that guest code uses, taken before any plugin code runs, so that a plugin which replaces them breaks
 *  itself and not the standard library. Lazy chunks take them from the boot chunk, never from the globals.
 *
 *  Methods are turned into functions whose first parameter is the receiver: `push(array, item)`. */

const { bind, call } = Function.prototype;

type Method<S, A extends unknown[], R> = (this: S, ...args: A) => R;
type Uncurried<S, A extends unknown[], R> = (self: S, ...args: A) => R;

/** `method` as a function of its receiver. */
export const uncurry = bind.bind(call) as <S, A extends unknown[], R>(
  method: Method<S, A, R>,
) => Uncurried<S, A, R>;

const getterOf = (owner: object, name: PropertyKey): ((self: unknown) => unknown) =>
  uncurry((Object.getOwnPropertyDescriptor(owner, name) as { get(this: unknown): unknown }).get);

const typedArray = Object.getPrototypeOf(Uint8Array) as { prototype: Uint8Array };
const arrayIterator = Object.getPrototypeOf([][Symbol.iterator]()) as { next(): IteratorResult<unknown> };

export const primordials = {
  apply: Reflect.apply,
  construct: Reflect.construct,
  ownKeys: Reflect.ownKeys,
  defineProperty: Reflect.defineProperty,
  getDescriptor: Reflect.getOwnPropertyDescriptor,
  getPrototypeOf: Reflect.getPrototypeOf,
  setPrototypeOf: Reflect.setPrototypeOf,
  create: Object.create,
  getOwnPropertyNames: Object.getOwnPropertyNames,
  keys: Object.keys,
  assign: Object.assign,
  freeze: Object.freeze,
  is: Object.is,
  hasOwn: Object.hasOwn,
  isEnumerable: uncurry(Object.prototype.propertyIsEnumerable),
  objectToString: uncurry(Object.prototype.toString),
  isPrototypeOf: uncurry(Object.prototype.isPrototypeOf) as (self: object, of: unknown) => boolean,
  functionToString: uncurry(Function.prototype.toString),
  hasInstance: uncurry(Function.prototype[Symbol.hasInstance]),
  isError: (Error as unknown as { isError(value: unknown): boolean }).isError,

  isArray: Array.isArray,
  push: uncurry(Array.prototype.push) as <T>(self: T[], ...items: T[]) => number,
  pop: uncurry(Array.prototype.pop) as <T>(self: T[]) => T | undefined,
  shift: uncurry(Array.prototype.shift) as <T>(self: T[]) => T | undefined,
  join: uncurry(Array.prototype.join) as (self: readonly unknown[], by: string) => string,
  arraySlice: uncurry(Array.prototype.slice) as <T>(self: readonly T[], from?: number, to?: number) => T[],
  splice: uncurry(Array.prototype.splice) as <T>(
    self: T[],
    from: number,
    count: number,
    ...items: T[]
  ) => T[],
  sort: uncurry(Array.prototype.sort) as <T>(self: T[], by: (a: T, b: T) => number) => T[],
  reverse: uncurry(Array.prototype.reverse) as <T>(self: T[]) => T[],
  arrayIncludes: uncurry(Array.prototype.includes) as (self: readonly unknown[], item: unknown) => boolean,
  arrayIndexOf: uncurry(Array.prototype.indexOf) as (self: readonly unknown[], item: unknown) => number,
  arrayIteratorPrototype: arrayIterator,

  slice: uncurry(String.prototype.slice),
  stringIndexOf: uncurry(String.prototype.indexOf),
  stringLastIndexOf: uncurry(String.prototype.lastIndexOf),
  stringIncludes: uncurry(String.prototype.includes),
  startsWith: uncurry(String.prototype.startsWith),
  endsWith: uncurry(String.prototype.endsWith),
  charCodeAt: uncurry(String.prototype.charCodeAt),
  codePointAt: uncurry(String.prototype.codePointAt),
  fromCharCode: String.fromCharCode,
  fromCodePoint: String.fromCodePoint,
  repeat: uncurry(String.prototype.repeat),
  padStart: uncurry(String.prototype.padStart),
  padEnd: uncurry(String.prototype.padEnd),
  trim: uncurry(String.prototype.trim),
  trimEnd: uncurry(String.prototype.trimEnd),
  toLowerCase: uncurry(String.prototype.toLowerCase),
  toUpperCase: uncurry(String.prototype.toUpperCase),
  toWellFormed: uncurry(String.prototype.toWellFormed),
  split: uncurry(String.prototype.split) as unknown as (self: string, by: string) => string[],
  stringValueOf: uncurry(String.prototype.valueOf),
  exec: uncurry(RegExp.prototype.exec),
  RegExp,
  regExpSource: getterOf(RegExp.prototype, "source") as (self: unknown) => string,
  regExpToString: uncurry(RegExp.prototype.toString),

  toFixed: uncurry(Number.prototype.toFixed),
  numberToString: uncurry(Number.prototype.toString),
  numberValueOf: uncurry(Number.prototype.valueOf),
  booleanValueOf: uncurry(Boolean.prototype.valueOf),
  bigintToString: uncurry(BigInt.prototype.toString),
  bigintValueOf: uncurry(BigInt.prototype.valueOf),
  symbolToString: uncurry(Symbol.prototype.toString),
  symbolValueOf: uncurry(Symbol.prototype.valueOf),
  isInteger: Number.isInteger,
  isFinite: Number.isFinite,
  floor: Math.floor,
  trunc: Math.trunc,
  min: Math.min,
  max: Math.max,
  sqrt: Math.sqrt,
  round: Math.round,

  stringify: JSON.stringify,
  parse: JSON.parse,

  Map,
  mapGet: uncurry(Map.prototype.get) as <K, V>(self: Map<K, V>, key: K) => V | undefined,
  mapSet: uncurry(Map.prototype.set) as <K, V>(self: Map<K, V>, key: K, value: V) => Map<K, V>,
  mapHas: uncurry(Map.prototype.has) as <K, V>(self: Map<K, V>, key: K) => boolean,
  mapDelete: uncurry(Map.prototype.delete) as <K, V>(self: Map<K, V>, key: K) => boolean,
  mapForEach: uncurry(Map.prototype.forEach) as <K, V>(
    self: Map<K, V>,
    each: (value: V, key: K) => void,
  ) => void,
  mapSize: getterOf(Map.prototype, "size") as (self: unknown) => number,
  Set,
  setAdd: uncurry(Set.prototype.add) as <T>(self: Set<T>, item: T) => Set<T>,
  setHas: uncurry(Set.prototype.has) as <T>(self: Set<T>, item: T) => boolean,
  setDelete: uncurry(Set.prototype.delete) as <T>(self: Set<T>, item: T) => boolean,
  setForEach: uncurry(Set.prototype.forEach) as <T>(self: Set<T>, each: (item: T) => void) => void,
  setSize: getterOf(Set.prototype, "size") as (self: unknown) => number,
  WeakMap,
  weakGet: uncurry(WeakMap.prototype.get) as <K extends WeakKey, V>(
    self: WeakMap<K, V>,
    key: K,
  ) => V | undefined,
  weakSet: uncurry(WeakMap.prototype.set) as <K extends WeakKey, V>(
    self: WeakMap<K, V>,
    key: K,
    value: V,
  ) => unknown,
  weakHas: uncurry(WeakMap.prototype.has) as <K extends WeakKey, V>(
    self: WeakMap<K, V>,
    key: unknown,
  ) => boolean,

  WeakSet,
  weakSetHas: uncurry(WeakSet.prototype.has) as (self: unknown, item: object) => boolean,

  Promise,
  promiseThen: uncurry(Promise.prototype.then) as <T, R>(
    self: Promise<T>,
    onOk?: ((value: T) => R) | null,
    onError?: ((error: unknown) => R) | null,
  ) => Promise<R>,
  resolve: (
    (resolve, constructor) => (value?: unknown) =>
      resolve(constructor, value)
  )(uncurry(Promise.resolve) as (self: unknown, value: unknown) => Promise<unknown>, Promise) as <T = void>(
    value?: T | PromiseLike<T>,
  ) => Promise<T>,
  reject: (
    (reject, constructor) => (error: unknown) =>
      reject(constructor, error)
  )(uncurry(Promise.reject) as (self: unknown, error: unknown) => Promise<never>, Promise),

  ArrayBuffer,
  isView: ArrayBuffer.isView,
  Uint8Array,
  DataView,
  typedArray,
  bufferLength: getterOf(ArrayBuffer.prototype, "byteLength") as (self: unknown) => number,
  bufferResizable: getterOf(ArrayBuffer.prototype, "resizable") as (self: unknown) => boolean,
  bufferDetached: getterOf(ArrayBuffer.prototype, "detached") as (self: unknown) => boolean,
  bufferSlice: uncurry(ArrayBuffer.prototype.slice) as (
    self: ArrayBuffer,
    from: number,
    to: number,
  ) => ArrayBuffer,
  bufferTransfer: uncurry(ArrayBuffer.prototype.transfer) as (self: ArrayBuffer) => ArrayBuffer,
  sharedLength: getterOf(SharedArrayBuffer.prototype, "byteLength") as (self: unknown) => number,
  /** Name of the typed array's class, or undefined for anything else. Cannot be faked. */
  typedArrayTag: getterOf(typedArray.prototype, Symbol.toStringTag) as (self: unknown) => string | undefined,
  typedArrayBuffer: getterOf(typedArray.prototype, "buffer") as (self: unknown) => ArrayBuffer,
  typedArrayOffset: getterOf(typedArray.prototype, "byteOffset") as (self: unknown) => number,
  typedArrayBytes: getterOf(typedArray.prototype, "byteLength") as (self: unknown) => number,
  typedArrayLength: getterOf(typedArray.prototype, "length") as (self: unknown) => number,
  typedArraySet: uncurry(typedArray.prototype.set) as (
    self: Uint8Array,
    from: ArrayLike<number>,
    at?: number,
  ) => void,
  typedArraySlice: uncurry(typedArray.prototype.slice) as (
    self: Uint8Array,
    from: number,
    to?: number,
  ) => Uint8Array<ArrayBuffer>,
  subarray: uncurry(typedArray.prototype.subarray) as (
    self: Uint8Array,
    from: number,
    to?: number,
  ) => Uint8Array<ArrayBuffer>,
  dataViewBuffer: getterOf(DataView.prototype, "buffer") as (self: unknown) => ArrayBuffer,
  dataViewOffset: getterOf(DataView.prototype, "byteOffset") as (self: unknown) => number,
  dataViewBytes: getterOf(DataView.prototype, "byteLength") as (self: unknown) => number,

  Date,
  dateGetTime: uncurry(Date.prototype.getTime) as (self: unknown) => number,
  dateToISOString: uncurry(Date.prototype.toISOString),
  DOMException,
  domExceptionCode: getterOf(DOMException.prototype, "code") as (self: unknown) => number,
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  String,
  Number,
  Symbol,
  Boolean,
  BigInt,
  Function,
  Object,
  Array,
  SharedArrayBuffer,
  Proxy,
  FinalizationRegistry,
  finalize: uncurry(FinalizationRegistry.prototype.register) as unknown as <T>(
    self: FinalizationRegistry<T>,
    target: object,
    held: T,
  ) => void,
} as const;
