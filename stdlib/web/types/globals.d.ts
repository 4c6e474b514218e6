// Globals of a plugin, for `"lib": ["es2024"], "types": []`: the WinterTC minimum common API as far as it is here. What is not
// declared does not exist.

interface ConsoleDirOptions {
  /** Levels to show; null for all. Default: 2. */
  readonly depth?: number | null;
  readonly showHidden?: boolean;
  readonly sorted?: boolean;
  readonly maxArrayLength?: number | null;
  readonly maxStringLength?: number | null;
  readonly breakLength?: number;
}
/** `log`, `info` and `debug` write to standard output, `warn`, `error`, `trace` and a failed `assert` to standard error. The first
 *  argument may hold `%s %d %i %f %j %o %O %c`, as in Node. */
interface Console {
  log(...data: unknown[]): void;
  info(...data: unknown[]): void;
  debug(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
  /** The arguments and where this was called. */
  trace(...data: unknown[]): void;
  assert(condition?: unknown, ...data: unknown[]): void;
  dir(item?: unknown, options?: ConsoleDirOptions): void;
  dirxml(...data: unknown[]): void;
  /** Rows and columns of a list, an object, a Map or a Set. */
  table(data?: unknown, columns?: readonly string[]): void;
  group(...label: unknown[]): void;
  groupCollapsed(...label: unknown[]): void;
  groupEnd(): void;
  count(label?: string): void;
  countReset(label?: string): void;
  time(label?: string): void;
  timeLog(label?: string, ...data: unknown[]): void;
  timeEnd(label?: string): void;
}
declare var console: Console;

/** Calls back after so many milliseconds; the run stays alive until then. @throws LimitExceeded beyond 100 000 timers at once */
declare function setTimeout<A extends unknown[]>(
  callback: (...args: A) => void,
  ms?: number,
  ...args: A
): number;
/** Calls back every so many milliseconds; the run stays alive until `clearInterval`. */
declare function setInterval<A extends unknown[]>(
  callback: (...args: A) => void,
  ms?: number,
  ...args: A
): number;
declare function clearTimeout(id?: number): void;
declare function clearInterval(id?: number): void;
declare function queueMicrotask(callback: () => void): void;
/** Treats the error as if it had been thrown and not caught. */
declare function reportError(error: unknown): void;

interface StructuredSerializeOptions {
  /** Buffers that move instead of being copied. */
  readonly transfer?: readonly ArrayBuffer[];
}
/** A deep copy. @throws DOMException (DataCloneError) for functions, symbols and objects that cannot be copied */
declare function structuredClone<T>(value: T, options?: StructuredSerializeOptions): T;

/** Base64 to a text of one character a byte. @throws DOMException (InvalidCharacterError) */
declare function atob(base64: string): string;
/** A text of one character a byte to base64. @throws DOMException (InvalidCharacterError) */
declare function btoa(bytes: string): string;

interface Performance {
  /** Milliseconds since `timeOrigin`, with a fraction. */
  now(): number;
  /** Milliseconds since 1970. */
  readonly timeOrigin: number;
}
declare var performance: Performance;
interface Navigator {
  /** `sbx/` and the version. */
  readonly userAgent: string;
}
declare var navigator: Navigator;
declare var self: typeof globalThis;

interface DOMException extends Error {
  readonly code: number;
}
declare var DOMException: {
  prototype: DOMException;
  new (message?: string, name?: string): DOMException;
};

// Binary data

type BufferSource = ArrayBufferView | ArrayBuffer;

interface SubtleCrypto {
  digest(algorithm: string | { readonly name: string }, data: BufferSource): Promise<ArrayBuffer>;
}
interface Crypto {
  /** Digests only. */
  readonly subtle: SubtleCrypto;
  /** Fills at most 65 536 bytes of an integer array. @throws DOMException (QuotaExceededError, TypeMismatchError) */
  getRandomValues<T extends ArrayBufferView>(array: T): T;
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
}
declare var Crypto: { prototype: Crypto };
declare var crypto: Crypto;

interface TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}
declare var TextEncoder: { prototype: TextEncoder; new (): TextEncoder };
interface TextDecoderOptions {
  /** Throw TypeError instead of putting U+FFFD. */
  readonly fatal?: boolean;
  /** Keep a byte order mark. */
  readonly ignoreBOM?: boolean;
}
interface TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: BufferSource, options?: { readonly stream?: boolean }): string;
}
declare var TextDecoder: {
  prototype: TextDecoder;
  new (label?: string, options?: TextDecoderOptions): TextDecoder;
};

type BlobPart = BufferSource | Blob | string;
interface BlobPropertyBag {
  readonly type?: string;
  readonly endings?: "transparent" | "native";
}
interface Blob {
  readonly size: number;
  readonly type: string;
  slice(start?: number, end?: number, type?: string): Blob;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}
declare var Blob: { prototype: Blob; new (parts?: Iterable<BlobPart>, options?: BlobPropertyBag): Blob };
interface File extends Blob {
  readonly name: string;
  readonly lastModified: number;
}
declare var File: {
  prototype: File;
  new (
    parts: Iterable<BlobPart>,
    name: string,
    options?: BlobPropertyBag & { readonly lastModified?: number },
  ): File;
};

// URLs

interface URL {
  href: string;
  readonly origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  hash: string;
  /** Changes here change the URL. */
  readonly searchParams: URLSearchParams;
  toString(): string;
  toJSON(): string;
}
declare var URL: {
  prototype: URL;
  /** @throws TypeError for a text that is no URL */
  new (url: string | URL, base?: string | URL): URL;
  canParse(url: string | URL, base?: string | URL): boolean;
  parse(url: string | URL, base?: string | URL): URL | null;
};
interface URLSearchParams {
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  forEach(callback: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void;
  keys(): IteratorObject<string, undefined>;
  values(): IteratorObject<string, undefined>;
  entries(): IteratorObject<[string, string], undefined>;
  [Symbol.iterator](): IteratorObject<[string, string], undefined>;
  toString(): string;
}
declare var URLSearchParams: {
  prototype: URLSearchParams;
  new (
    init?: string | URLSearchParams | Iterable<readonly [string, string]> | Readonly<Record<string, string>>,
  ): URLSearchParams;
};

// Events

interface EventInit {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
}
interface Event {
  readonly type: string;
  readonly target: EventTarget | null;
  readonly currentTarget: EventTarget | null;
  readonly eventPhase: number;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
  readonly defaultPrevented: boolean;
  readonly isTrusted: boolean;
  readonly timeStamp: number;
  composedPath(): EventTarget[];
  preventDefault(): void;
  stopPropagation(): void;
  stopImmediatePropagation(): void;
}
declare var Event: { prototype: Event; new (type: string, init?: EventInit): Event };
interface CustomEvent<T = unknown> extends Event {
  readonly detail: T;
}
declare var CustomEvent: {
  prototype: CustomEvent;
  new <T = null>(type: string, init?: EventInit & { readonly detail?: T }): CustomEvent<T>;
};
interface ErrorEvent extends Event {
  readonly message: string;
  readonly filename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly error: unknown;
}
declare var ErrorEvent: {
  prototype: ErrorEvent;
  new (
    type: string,
    init?: EventInit & {
      readonly message?: string;
      readonly filename?: string;
      readonly lineno?: number;
      readonly colno?: number;
      readonly error?: unknown;
    },
  ): ErrorEvent;
};
interface PromiseRejectionEvent extends Event {
  readonly promise: Promise<unknown>;
  readonly reason: unknown;
}
declare var PromiseRejectionEvent: {
  prototype: PromiseRejectionEvent;
  new (
    type: string,
    init: EventInit & { readonly promise: Promise<unknown>; readonly reason?: unknown },
  ): PromiseRejectionEvent;
};

type EventListenerOrObject<E extends Event = Event> = ((event: E) => void) | { handleEvent(event: E): void };
interface AddEventListenerOptions {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly passive?: boolean;
  /** Aborting it removes the listener. */
  readonly signal?: AbortSignal;
}
interface EventTarget {
  addEventListener(
    type: string,
    listener: EventListenerOrObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrObject | null,
    options?: boolean | { readonly capture?: boolean },
  ): void;
  /** False when a listener called `preventDefault`. */
  dispatchEvent(event: Event): boolean;
}
declare var EventTarget: { prototype: EventTarget; new (): EventTarget };

/** Errors that nobody caught: `preventDefault` keeps the run going. */
declare function addEventListener(
  type: "error",
  listener: EventListenerOrObject<ErrorEvent> | null,
  options?: boolean | AddEventListenerOptions,
): void;
declare function addEventListener(
  type: "unhandledrejection",
  listener: EventListenerOrObject<PromiseRejectionEvent> | null,
  options?: boolean | AddEventListenerOptions,
): void;
declare function addEventListener(
  type: string,
  listener: EventListenerOrObject | null,
  options?: boolean | AddEventListenerOptions,
): void;
declare function removeEventListener(
  type: string,
  listener: EventListenerOrObject<never> | null,
  options?: boolean | { readonly capture?: boolean },
): void;
declare function dispatchEvent(event: Event): boolean;
/** Returning true keeps the run going. */
declare var onerror:
  | ((message: string, source: string, line: number, column: number, error: unknown) => unknown)
  | null
  | undefined;
declare var onunhandledrejection: ((event: PromiseRejectionEvent) => void) | null | undefined;

interface AbortSignal extends EventTarget {
  readonly aborted: boolean;
  /** What `abort` was given; undefined before. */
  // biome-ignore lint/suspicious/noExplicitAny: as in the standard library's own types, which code is written against
  readonly reason: any;
  onabort: ((this: AbortSignal, event: Event) => unknown) | null;
  throwIfAborted(): void;
}
declare var AbortSignal: {
  prototype: AbortSignal;
  abort(reason?: unknown): AbortSignal;
  /** Aborted with a TimeoutError after so many milliseconds; does not keep the run alive. */
  timeout(ms: number): AbortSignal;
  /** Aborted as soon as one of them is. */
  any(signals: Iterable<AbortSignal>): AbortSignal;
};
interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare var AbortController: { prototype: AbortController; new (): AbortController };

// HTTP

interface FormData {
  append(name: string, value: string | Blob): void;
  append(name: string, value: Blob, filename: string): void;
  delete(name: string): void;
  get(name: string): File | string | null;
  getAll(name: string): (File | string)[];
  has(name: string): boolean;
  set(name: string, value: string | Blob): void;
  set(name: string, value: Blob, filename: string): void;
  forEach(callback: (value: File | string, name: string, form: FormData) => void, self?: unknown): void;
  keys(): IteratorObject<string, undefined>;
  values(): IteratorObject<File | string, undefined>;
  entries(): IteratorObject<[string, File | string], undefined>;
  [Symbol.iterator](): IteratorObject<[string, File | string], undefined>;
}
declare var FormData: { prototype: FormData; new (): FormData };

type HeadersInit = Headers | Iterable<readonly [string, string]> | Readonly<Record<string, string>>;
interface Headers {
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  getSetCookie(): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  forEach(callback: (value: string, name: string, headers: Headers) => void, self?: unknown): void;
  keys(): IteratorObject<string, undefined>;
  values(): IteratorObject<string, undefined>;
  entries(): IteratorObject<[string, string], undefined>;
  [Symbol.iterator](): IteratorObject<[string, string], undefined>;
}
declare var Headers: { prototype: Headers; new (init?: HeadersInit): Headers };

/** What a body can be made of. A stream needs `duplex: "half"` in a request. */
type BodyInit = string | BufferSource | Blob | FormData | URLSearchParams | ReadableStream<Uint8Array>;
/** Reads a body, once. */
interface Body {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>> | null;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
  blob(): Promise<Blob>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  formData(): Promise<FormData>;
  // biome-ignore lint/suspicious/noExplicitAny: as in the standard library's own types, which code is written against
  json(): Promise<any>;
  text(): Promise<string>;
}

type RequestCache = "default" | "no-store" | "reload" | "no-cache" | "force-cache" | "only-if-cached";
type RequestCredentials = "omit" | "same-origin" | "include";
type RequestMode = "cors" | "navigate" | "no-cors" | "same-origin";
type RequestRedirect = "follow" | "error" | "manual";
type ReferrerPolicy =
  | ""
  | "no-referrer"
  | "no-referrer-when-downgrade"
  | "same-origin"
  | "origin"
  | "strict-origin"
  | "origin-when-cross-origin"
  | "strict-origin-when-cross-origin"
  | "unsafe-url";
interface RequestInit {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: BodyInit | null;
  /** Needed with a body that is a stream. */
  readonly duplex?: "half";
  readonly signal?: AbortSignal | null;
  readonly redirect?: RequestRedirect;
  readonly credentials?: RequestCredentials;
  readonly cache?: RequestCache;
  readonly mode?: RequestMode;
  readonly integrity?: string;
  readonly keepalive?: boolean;
  readonly referrer?: string;
  readonly referrerPolicy?: ReferrerPolicy;
}
interface Request extends Body {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  readonly redirect: RequestRedirect;
  readonly credentials: RequestCredentials;
  readonly cache: RequestCache;
  readonly mode: RequestMode;
  readonly integrity: string;
  readonly keepalive: boolean;
  readonly destination: string;
  readonly referrer: string;
  readonly referrerPolicy: ReferrerPolicy;
  readonly duplex: "half";
  clone(): Request;
}
type RequestInfo = Request | string;
declare var Request: {
  prototype: Request;
  new (input: RequestInfo | URL, init?: RequestInit): Request;
};
interface ResponseInit {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: HeadersInit;
}
interface Response extends Body {
  readonly type: "basic" | "default" | "error" | "opaqueredirect";
  readonly url: string;
  readonly redirected: boolean;
  readonly status: number;
  /** 200–299. */
  readonly ok: boolean;
  readonly statusText: string;
  readonly headers: Headers;
  clone(): Response;
}
declare var Response: {
  prototype: Response;
  new (body?: BodyInit | null, init?: ResponseInit): Response;
  error(): Response;
  redirect(url: string | URL, status?: number): Response;
  json(data: unknown, init?: ResponseInit): Response;
};
/** Sends a request. @throws PermissionDenied where no grant covers it (also on a redirect), LimitExceeded, TypeError when the
 *  connection fails, the signal's reason when it is aborted */
declare function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;

// Streams

interface QueuingStrategy<T = unknown> {
  readonly highWaterMark?: number;
  readonly size?: (chunk: T) => number;
}
declare var CountQueuingStrategy: {
  new (init: { readonly highWaterMark: number }): { readonly highWaterMark: number; readonly size: () => 1 };
};
declare var ByteLengthQueuingStrategy: {
  new (init: {
    readonly highWaterMark: number;
  }): {
    readonly highWaterMark: number;
    readonly size: (chunk: ArrayBufferView) => number;
  };
};

interface ReadableStreamDefaultController<R = unknown> {
  readonly desiredSize: number | null;
  enqueue(chunk?: R): void;
  close(): void;
  error(reason?: unknown): void;
}
declare var ReadableStreamDefaultController: { prototype: ReadableStreamDefaultController };
interface ReadableStreamBYOBRequest {
  readonly view: ArrayBufferView<ArrayBuffer> | null;
  respond(bytesWritten: number): void;
  respondWithNewView(view: ArrayBufferView<ArrayBuffer>): void;
}
declare var ReadableStreamBYOBRequest: { prototype: ReadableStreamBYOBRequest };
interface ReadableByteStreamController {
  readonly byobRequest: ReadableStreamBYOBRequest | null;
  readonly desiredSize: number | null;
  enqueue(chunk: ArrayBufferView<ArrayBuffer>): void;
  close(): void;
  error(reason?: unknown): void;
}
declare var ReadableByteStreamController: { prototype: ReadableByteStreamController };

interface UnderlyingDefaultSource<R = unknown> {
  readonly type?: undefined;
  start?(controller: ReadableStreamDefaultController<R>): unknown;
  pull?(controller: ReadableStreamDefaultController<R>): void | PromiseLike<void>;
  cancel?(reason?: unknown): void | PromiseLike<void>;
}
interface UnderlyingByteSource {
  readonly type: "bytes";
  readonly autoAllocateChunkSize?: number;
  start?(controller: ReadableByteStreamController): unknown;
  pull?(controller: ReadableByteStreamController): void | PromiseLike<void>;
  cancel?(reason?: unknown): void | PromiseLike<void>;
}
type ReadableStreamReadResult<T> = { done: false; value: T } | { done: true; value: T | undefined };
interface ReadableStreamDefaultReader<R = unknown> {
  readonly closed: Promise<void>;
  read(): Promise<ReadableStreamReadResult<R>>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
declare var ReadableStreamDefaultReader: {
  prototype: ReadableStreamDefaultReader;
  new <R>(stream: ReadableStream<R>): ReadableStreamDefaultReader<R>;
};
interface ReadableStreamBYOBReader {
  readonly closed: Promise<void>;
  read<T extends ArrayBufferView>(
    view: T,
    options?: { readonly min?: number },
  ): Promise<ReadableStreamReadResult<T>>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
declare var ReadableStreamBYOBReader: {
  prototype: ReadableStreamBYOBReader;
  new (stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader;
};
interface StreamPipeOptions {
  readonly preventClose?: boolean;
  readonly preventAbort?: boolean;
  readonly preventCancel?: boolean;
  readonly signal?: AbortSignal;
}
interface ReadableStream<R = unknown> extends AsyncIterable<R> {
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): ReadableStreamDefaultReader<R>;
  getReader(options: { readonly mode: "byob" }): ReadableStreamBYOBReader;
  pipeThrough<T>(
    transform: { readonly writable: WritableStream<R>; readonly readable: ReadableStream<T> },
    options?: StreamPipeOptions,
  ): ReadableStream<T>;
  pipeTo(to: WritableStream<R>, options?: StreamPipeOptions): Promise<void>;
  tee(): [ReadableStream<R>, ReadableStream<R>];
  values(options?: { readonly preventCancel?: boolean }): AsyncIteratorObject<R, undefined>;
  [Symbol.asyncIterator](options?: { readonly preventCancel?: boolean }): AsyncIteratorObject<R, undefined>;
}
declare var ReadableStream: {
  prototype: ReadableStream;
  new (
    source: UnderlyingByteSource,
    strategy?: { readonly highWaterMark?: number },
  ): ReadableStream<Uint8Array<ArrayBuffer>>;
  new <R = unknown>(source?: UnderlyingDefaultSource<R>, strategy?: QueuingStrategy<R>): ReadableStream<R>;
  from<R>(values: Iterable<R> | AsyncIterable<R>): ReadableStream<R>;
};

interface WritableStreamDefaultController {
  readonly signal: AbortSignal;
  error(reason?: unknown): void;
}
declare var WritableStreamDefaultController: { prototype: WritableStreamDefaultController };
interface UnderlyingSink<W = unknown> {
  start?(controller: WritableStreamDefaultController): unknown;
  write?(chunk: W, controller: WritableStreamDefaultController): void | PromiseLike<void>;
  close?(): void | PromiseLike<void>;
  abort?(reason?: unknown): void | PromiseLike<void>;
}
interface WritableStreamDefaultWriter<W = unknown> {
  readonly closed: Promise<void>;
  readonly desiredSize: number | null;
  readonly ready: Promise<void>;
  write(chunk?: W): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
}
declare var WritableStreamDefaultWriter: {
  prototype: WritableStreamDefaultWriter;
  new <W>(stream: WritableStream<W>): WritableStreamDefaultWriter<W>;
};
interface WritableStream<W = unknown> {
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
  getWriter(): WritableStreamDefaultWriter<W>;
}
declare var WritableStream: {
  prototype: WritableStream;
  new <W = unknown>(sink?: UnderlyingSink<W>, strategy?: QueuingStrategy<W>): WritableStream<W>;
};

interface TransformStreamDefaultController<O = unknown> {
  readonly desiredSize: number | null;
  enqueue(chunk?: O): void;
  error(reason?: unknown): void;
  terminate(): void;
}
declare var TransformStreamDefaultController: { prototype: TransformStreamDefaultController };
interface Transformer<I = unknown, O = unknown> {
  start?(controller: TransformStreamDefaultController<O>): unknown;
  transform?(chunk: I, controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
  flush?(controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
  cancel?(reason?: unknown): void | PromiseLike<void>;
}
interface TransformStream<I = unknown, O = unknown> {
  readonly readable: ReadableStream<O>;
  readonly writable: WritableStream<I>;
}
declare var TransformStream: {
  prototype: TransformStream;
  new <I = unknown, O = unknown>(
    transformer?: Transformer<I, O>,
    writableStrategy?: QueuingStrategy<I>,
    readableStrategy?: QueuingStrategy<O>,
  ): TransformStream<I, O>;
};
interface TextEncoderStream {
  readonly encoding: string;
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<string>;
}
declare var TextEncoderStream: { prototype: TextEncoderStream; new (): TextEncoderStream };
interface TextDecoderStream {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<BufferSource>;
}
declare var TextDecoderStream: {
  prototype: TextDecoderStream;
  new (label?: string, options?: TextDecoderOptions): TextDecoderStream;
};

// Errors of the standard library

/** What the standard library's errors carry besides name and message. They are told apart by `name`, or by `code`. */
interface SbxError extends Error {
  readonly name:
    | "PermissionDenied"
    | "FlowDenied"
    | "LimitExceeded"
    | "NotFound"
    | "AlreadyExists"
    | "InvalidArgument"
    | "Unavailable";
  /** `sbx explain CODE` says more. */
  readonly code: string;
  /** Kind of grant that is missing. */
  readonly kind?: string;
  /** What was asked for, in the plugin's own words. */
  readonly resource?: string;
  /** What would allow it. */
  readonly remedy?: string;
}
