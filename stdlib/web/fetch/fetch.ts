/** fetch over the operations `net.*`. Whether a request may be made is the broker's to judge; what is done here is the
 *  standard's shape: arguments, abort, bodies in both directions, data: URLs. A refusal comes out as it is
 *  (`PermissionDenied`, …), a failed connection as TypeError with the reason as its cause. */
import {
  call,
  exchange,
  latestCall,
  placeLike,
  primordials,
  rawStackHere,
  refuseFlood,
} from "sbx:chunk/boot";
import { type AbortSignal, addAlgorithm } from "sbx:chunk/events";
import { type Body, type Bytes, ofSource, reading } from "./body.ts";
import { readDataUrl } from "./data-url.ts";
import { type Header, listOf } from "./headers.ts";
import { partsOf, Request } from "./request.ts";
import { type Answer, type Response, responseOf } from "./response.ts";
import { openSource } from "./source.ts";

const {
  arraySlice,
  Promise,
  promiseThen,
  reject,
  slice,
  startsWith,
  stringIndexOf,
  TypeError,
  typedArrayLength,
  typedArraySlice,
} = primordials;

/** Bodies up to this size go along with the request; larger ones in pieces behind it. */
const WHOLE = 4 * 1024 * 1024;
/** Bytes sent at a time. */
const PIECE = 1024 * 1024;

interface NetAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: Header[];
  readonly body: number | null;
}

/** Requests that may wait for their answers: each takes some 9 KB of the guest's memory, and only a few are under way at once. */
const MAX_WAITING = 512;
let waiting = 0;

export function fetch(input: unknown, init?: object | null): Promise<Response> {
  refuseFlood();
  refuseFlood(waiting, MAX_WAITING);
  let request: Request;
  try {
    request = new Request(input, init as never);
  } catch (error) {
    return reject(error);
  }
  const { signal } = partsOf(request);
  if (signal?.aborted) return reject(signal.reason);
  const { url } = partsOf(request);
  if (startsWith(url, "data:")) return fetchData(url);
  return fetchRemote(request);
}

async function fetchData(url: string): Promise<Response> {
  const hash = stringIndexOf(url, "#");
  const data = readDataUrl(hash < 0 ? url : slice(url, 0, hash));
  if (data === undefined) throw new TypeError("fetch failed: the data: URL is malformed");
  const body: Body = { bytes: data.bytes, source: undefined, stream: undefined, used: false };
  const headers: Header[] = [["content-type", data.type]];
  return responseOf({ status: 200, statusText: "OK", url, redirected: false, headers, body, type: "basic" });
}

/** What an abort does depends on how far the request is. */
interface Progress {
  abort: () => void;
}

/** Once the answer is there, nothing that lives as long as the signal may hold it: whoever drops it gives its connection back. */
function fetchRemote(request: Request): Promise<Response> {
  const signal = partsOf(request).signal ?? request.signal;
  const progress: Progress = { abort: ignore };
  return new Promise((done, fail) => {
    const forget = addAlgorithm(signal, () => {
      fail(signal.reason);
      progress.abort();
    });
    const settled = (): void => {
      waiting--;
      forget();
    };
    waiting++;
    void promiseThen(
      send(request, signal, progress),
      (response) => {
        settled();
        done(response);
      },
      (error) => {
        settled();
        fail(error);
      },
    );
  });
}

/** The first to settle, without the standard's `race`, which plugins may have replaced. */
function first<T>(a: Promise<T>, b: Promise<never>): Promise<T> {
  return new Promise((done, fail) => {
    void promiseThen(a, done, fail);
    void promiseThen(b, undefined, fail);
  });
}

const ignore = (): void => {};
/** Somebody else looks at its failure. */
const quiet = (promise: Promise<unknown>): void => void promiseThen(promise, undefined, ignore);

async function send(request: Request, signal: AbortSignal, progress: Progress): Promise<Response> {
  const { url, method, body, choices } = partsOf(request);
  const { redirect } = choices;
  // Nothing is waited for before the call where nothing need be: the stack then still names the plugin's own line.
  const waits = body !== undefined && isLarge(body);
  const site = waits ? rawStackHere(send) : undefined;
  const upload = waits ? await openUpload(body) : undefined;
  if (body !== undefined) body.used = true;
  signal.throwIfAborted();
  const args = {
    url,
    method,
    headers: arraySlice(listOf(request.headers)),
    redirect,
    credentials: choices.credentials,
    hasBody: body !== undefined,
    bodyHandle: upload?.handle,
  };
  const asked = exchange("net.fetch", args, upload === undefined ? body?.bytes : undefined, site);
  const id = latestCall();
  progress.abort = () => {
    quiet(call("net.abort", { call: id }));
    upload?.stop(signal.reason);
  };
  const failedUpload = upload?.run();
  if (failedUpload !== undefined) quiet(failedUpload);
  let answer: NetAnswer;
  try {
    const exchanged = failedUpload === undefined ? asked : first(asked, failedUpload);
    answer = (await exchanged).value as NetAnswer;
  } catch (error) {
    throw networkError(error);
  }
  return respond(answer, redirect, signal);
}

function respond(answer: NetAnswer, redirect: string, signal: AbortSignal): Response {
  const { status, statusText, url, redirected, headers, body: handle } = answer;
  const body = handle === null ? undefined : ofSource(openSource(handle, signal, networkError));
  const isHidden = redirect === "manual" && status >= 300 && status < 400 && url === "";
  const type: Answer["type"] = isHidden ? "opaqueredirect" : "basic";
  return responseOf({ status, statusText, url, redirected, headers, body, type });
}

interface Upload {
  readonly handle: number;
  /** Sends everything; never fulfilled, rejected with the plugin's own error when its stream fails. */
  run(): Promise<never>;
  stop(reason: unknown): void;
}

/** Whether a body goes behind its request: a stream, or more bytes than one frame should carry. */
function isLarge({ bytes }: Body): boolean {
  return bytes === undefined || typedArrayLength(bytes) > WHOLE;
}

async function openUpload(body: Body): Promise<Upload> {
  const { bytes, stream } = body;
  const next =
    bytes !== undefined ? pieces(bytes) : stream !== undefined ? reading(stream) : (): undefined => undefined;
  body.used = true;
  const { handle } = (await call("net.openBody", {})) as { handle: number };
  let isStopped = false;
  const pump = async (fail: (error: unknown) => void): Promise<void> => {
    let piece: Bytes | undefined;
    for (;;) {
      try {
        piece = await next();
      } catch (error) {
        quiet(call("net.endBody", { handle, error: "the stream failed" }));
        return fail(error);
      }
      if (isStopped) return;
      try {
        if (piece === undefined) return void (await call("net.endBody", { handle }));
        await call("net.writeBody", { handle }, piece);
      } catch {
        // The request ended before its body: its own answer says why.
        return;
      }
    }
  };
  return {
    handle,
    run: () => new Promise<never>((_, fail) => quiet(pump(fail))),
    stop(reason) {
      isStopped = true;
      if (stream !== undefined) quiet(cancelStream(stream, reason));
      quiet(call("net.endBody", { handle, error: "aborted" }));
    },
  };
}

async function cancelStream(
  stream: { cancel(reason: unknown): Promise<void> },
  reason: unknown,
): Promise<void> {
  await stream.cancel(reason);
}

function pieces(bytes: Bytes): () => Bytes | undefined {
  let at = 0;
  return () => {
    if (at >= typedArrayLength(bytes)) return undefined;
    const piece = typedArraySlice(bytes, at, at + PIECE);
    at += PIECE;
    return piece;
  };
}

/** A failed connection is a TypeError, as everywhere on the web; a refusal stays what it is. */
function networkError(error: unknown): unknown {
  const { name, message, code, remedy } = error as Error & { code?: unknown; remedy?: unknown };
  if (name !== "Unavailable") return error;
  const made = new TypeError(`fetch failed: ${message}`, { cause: error });
  const own = (key: string, value: unknown, enumerable: boolean): void => {
    if (value !== undefined)
      primordials.defineProperty(made, key, { value, writable: true, configurable: true, enumerable });
  };
  own("code", code, true);
  own("remedy", remedy, true);
  placeLike(made, error as Error);
  return made;
}
