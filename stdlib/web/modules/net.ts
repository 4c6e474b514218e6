/** `sbx:net`: HTTP and WebSockets to hosts that a grant names. */
import { call, errorWithCode, exchange, isBytes, latestCall, primordials } from "sbx:chunk/boot";
import { type AbortSignal, addAlgorithm, isAbortSignal } from "sbx:chunk/events";
import { type Header, Headers, listOf, fetch as send } from "sbx:chunk/fetch";
import { decodeUtf8, encodeUtf8 } from "sbx:chunk/text";
import type { URL } from "sbx:chunk/url";
import { domString, finishClass, usvString } from "../webidl.ts";

const {
  arraySlice,
  defineProperty,
  FinalizationRegistry,
  finalize,
  isArray,
  Promise,
  promiseThen,
  push,
  TypeError,
  Uint8Array,
} = primordials;

/** Sends a request, as the global `fetch` does: they are the same function. @throws PermissionDenied, LimitExceeded, Unavailable */
export const fetch: typeof globalThis.fetch = send;

export interface WebSocketOptions {
  /** Subprotocols, the preferred one first. The server must choose one of them. */
  readonly protocols?: string | readonly string[] | undefined;
  /** Headers of the opening request: an object, a list of pairs, or a Headers object. */
  readonly headers?: object | undefined;
  /** Why it is asked for: shown to the person in quotes, as the plugin's own words. */
  readonly reason?: string | undefined;
  /** Breaks the opening off. An open socket is closed with `close`. */
  readonly signal?: AbortSignal | undefined;
}

/** How a socket was closed. */
export interface WebSocketClose {
  /** RFC 6455 §7.4: 1000 is an ordinary end, 1005 that the other side gave no code, 1006 that the connection broke. */
  readonly code: number;
  readonly reason: string;
}

/** Text comes and goes as a string, everything else as bytes. */
export type WebSocketMessage = string | Uint8Array<ArrayBuffer>;

/** Opens a WebSocket (RFC 6455) to a `ws:` or `wss:` URL, under the same grants as a GET of that host and path. Redirects are not
 *  followed. @throws PermissionDenied; Unavailable when the other side does not open one; LimitExceeded over `--request-timeout` */
export function connectWebSocket(
  url: string | URL,
  options: WebSocketOptions = {},
): Promise<WebSocketConnection> {
  return new Promise((resolve, reject) => {
    const { signal, reason } = options;
    if (signal !== undefined && !isAbortSignal(signal)) throw new TypeError("signal must be an AbortSignal");
    signal?.throwIfAborted();
    const args = {
      url: usvString(url),
      protocols: listed(options.protocols),
      headers: arraySlice(listOf(new Headers(options.headers))) as Header[],
      reason: reason === undefined ? undefined : usvString(reason),
    };
    const asked = exchange("net.connectWebSocket", args);
    const id = latestCall();
    const forget =
      signal === undefined
        ? ignore
        : addAlgorithm(signal, () => {
            quiet(call("net.abort", { call: id }));
            reject(signal.reason);
          });
    void promiseThen(
      asked,
      ({ value }) => {
        forget();
        const { handle, protocol } = value as { handle: number; protocol: string };
        if (signal?.aborted === true) return quiet(call("net.abort", { handle }));
        resolve(makeConnection({ handle, protocol, url: args.url }));
      },
      (error) => {
        forget();
        reject(error);
      },
    );
  });
}

function listed(protocols: string | readonly string[] | undefined): string[] {
  const list: string[] = [];
  if (protocols === undefined) return list;
  if (!isArray(protocols)) push(list, domString(protocols));
  else for (let i = 0; i < protocols.length; i++) push(list, domString(protocols[i]));
  return list;
}

const ignore = (): void => {};
/** Somebody else looks at its failure. */
const quiet = (promise: Promise<unknown>): void => void promiseThen(promise, undefined, ignore);

interface Opened {
  readonly handle: number;
  readonly protocol: string;
  readonly url: string;
}

/** A connection that nobody can use any more is closed. */
const unused = new FinalizationRegistry<number>((handle) => quiet(call("net.abort", { handle })));

let makeConnection: (opened: Opened) => WebSocketConnection;
const key = {};

/** The engine may not know the symbol yet; then `await using` looks for this one. */
const asyncDispose: symbol = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** An open WebSocket. Loop over it for its messages: `for await (const message of socket)`. Messages that nobody asks for make the other
 *  side wait. Leaving the loop leaves the socket open; close it, or declare it with `await using`. */
class WebSocketConnection implements AsyncDisposable {
  static {
    makeConnection = (opened) =>
      new (WebSocketConnection as unknown as new (key: object, opened: Opened) => WebSocketConnection)(
        key,
        opened,
      );
    const dispose = function (this: WebSocketConnection): Promise<unknown> {
      return this.close();
    };
    defineProperty(WebSocketConnection.prototype, asyncDispose, {
      value: dispose,
      writable: true,
      configurable: true,
    });
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** As it was opened. */
  readonly url: string;
  /** The subprotocol that the server chose; empty for none. */
  readonly protocol: string;
  /** How it was closed. Fulfilled once that was seen: by receiving, or by closing. */
  readonly closed: Promise<WebSocketClose>;
  readonly #handle: number;
  #end: WebSocketClose | undefined;
  #settle: (end: WebSocketClose) => void = ignore;
  #sending: Promise<unknown> | undefined;

  private constructor(made: object, opened: Opened) {
    if (made !== key) throw new TypeError("Illegal constructor: a socket comes from connectWebSocket()");
    this.#handle = opened.handle;
    this.url = opened.url;
    this.protocol = opened.protocol;
    this.closed = new Promise((settle) => {
      this.#settle = settle;
    });
    finalize(unused, this, opened.handle);
  }

  /** The next message; undefined once the socket was closed. @throws Unavailable when the connection broke; LimitExceeded for a
   *  message longer than `--body`; PermissionDenied when the grant was revoked or has expired */
  async receive(): Promise<WebSocketMessage | undefined> {
    if (this.#end !== undefined) return undefined;
    try {
      const { value, bytes } = await exchange("net.socketReceive", { handle: this.#handle });
      const { text, closed } = value as { text: boolean; closed: WebSocketClose | null };
      if (closed !== null) return this.#over(closed);
      const message = bytes ?? new Uint8Array(0);
      return text ? decodeUtf8(message) : message;
    } catch (error) {
      if (this.#end !== undefined) return undefined;
      this.#broken();
      throw error;
    }
  }

  /** Messages until the socket is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<WebSocketMessage, void, undefined> {
    for (;;) {
      const message = await this.receive();
      if (message === undefined) return;
      yield message;
    }
  }

  /** Sends one message. Wait for it, and a slow receiver slows the sender. Messages leave in the order of the calls.
   *  @throws Unavailable when it is closed; LimitExceeded when the other side takes nothing for `--request-timeout` */
  send(message: string | Uint8Array | ArrayBuffer): Promise<void> {
    const text = typeof message === "string";
    if (!text && !isBytes(message)) throw new TypeError("a message is a string or bytes");
    const body = text ? encodeUtf8(message) : message;
    const next = (): Promise<unknown> => {
      if (this.#end !== undefined)
        throw errorWithCode("Unavailable", "E_UNAVAILABLE", "the WebSocket is closed");
      return call("net.socketSend", { handle: this.#handle, text }, body);
    };
    const sent = this.#sending === undefined ? start(next) : promiseThen(this.#sending, next, next);
    this.#sending = sent;
    const done = (): void => {
      if (this.#sending === sent) this.#sending = undefined;
    };
    void promiseThen(sent, done, done);
    return promiseThen(sent, ignore);
  }

  /** Says goodbye, with a code of 1000 or 3000 to 4999 and a reason of at most 123 bytes, and waits a few seconds for the answer. What was
   *  not received by then is given up. Closing again does nothing. */
  async close(code?: number, reason?: string): Promise<WebSocketClose> {
    if (this.#end !== undefined) return this.#end;
    await promiseThen(this.#sending ?? Promise.resolve(), ignore, ignore);
    try {
      const end = (await call("net.socketClose", { handle: this.#handle, code, reason })) as WebSocketClose;
      this.#over(end);
    } catch (error) {
      if ((error as { name?: unknown }).name === "InvalidArgument" && this.#end === undefined) throw error;
      this.#broken();
    }
    return this.closed;
  }

  #over(end: WebSocketClose): undefined {
    this.#end ??= { code: end.code, reason: end.reason };
    this.#settle(this.#end);
  }

  #broken(): void {
    this.#over({ code: 1006, reason: "" });
    quiet(call("net.abort", { handle: this.#handle }));
  }
}

const start = (work: () => Promise<unknown>): Promise<unknown> => new Promise((done) => done(work()));

finishClass(WebSocketConnection, "WebSocketConnection");

export type { WebSocketConnection };
