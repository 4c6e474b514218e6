/** A fetch: the first request and every redirect, each hop through the whole gate. And the way to a WebSocket, which has one hop. */
import type { IncomingMessage } from "node:http";
import type { NetTarget, Target } from "../../core/capability.ts";
import { fail } from "../../core/errors.ts";
import { anyMethod } from "../../core/host.ts";
import type {
  Lease,
  NetPower,
  OpenSocket,
  RequestOptions,
  ResponseHead,
  SocketOptions,
} from "../../core/powers.ts";
import { HttpBody } from "./body.ts";
import type { Windows } from "./decoders.ts";
import type { Hop, Wire } from "./exchange.ts";
import { failure } from "./failure.ts";
import {
  checkHeaders,
  checkProtocols,
  checkSocketHeaders,
  type HeaderList,
  overridesMethod,
  safelisted,
  withoutBody,
} from "./headers.ts";

/** As the Fetch standard has it. */
const MAX_REDIRECTS = 20;
/** A redirect's own body is read to keep the connection only if it is this small, in bytes. */
const SMALL = 16 * 1024;

export class HttpPower implements NetPower {
  readonly #wire: Wire;
  readonly #target: NetTarget;
  readonly #lease: Lease;

  constructor(wire: Wire, target: NetTarget, lease: Lease) {
    this.#wire = wire;
    this.#target = target;
    this.#lease = lease;
  }

  async request(options: RequestOptions): Promise<ResponseHead> {
    this.#lease.alive();
    checkHeaders(options.headers);
    if (options.method !== this.#target.method)
      throw fail("E_INTERNAL", "the method is not the one that was judged");
    let hop: Hop = {
      target: this.#target,
      lease: this.#lease,
      signals: [this.#lease.signal],
      method: options.method,
      headers: options.headers,
      body: options.body,
      upload: options.upload,
    };
    try {
      for (let hops = 0; ; hops += 1) {
        if (overridesMethod(hop.headers)) await hop.lease.admit({ ...hop.target, method: anyMethod });
        const response = await this.#wire.exchange(hop);
        const location = options.redirect === "manual" ? undefined : redirectOf(response, hop.target);
        if (location === undefined) return answer(response, hop, hops > 0, this.#wire.windows);
        discard(response);
        if (options.redirect === "error")
          throw fail("E_UNAVAILABLE", `${this.#target.words} redirects, and redirect is "error"`);
        if (hops === MAX_REDIRECTS)
          throw fail("E_UNAVAILABLE", `${this.#target.words} redirects more than ${MAX_REDIRECTS} times`);
        hop = await follow(hop, response.statusCode ?? 0, location);
      }
    } catch (error) {
      options.upload?.close(error);
      throw error;
    }
  }

  async connect(options: SocketOptions): Promise<OpenSocket> {
    this.#lease.alive();
    checkSocketHeaders(options.headers);
    checkProtocols(options.protocols);
    if (this.#target.scheme !== "ws" && this.#target.scheme !== "wss")
      throw fail("E_INTERNAL", "what was judged is no WebSocket");
    if (overridesMethod(options.headers)) await this.#lease.admit({ ...this.#target, method: anyMethod });
    return this.#wire.connect(this.#target, this.#lease, options);
  }
}

function answer(response: IncomingMessage, hop: Hop, redirected: boolean, windows: Windows): ResponseHead {
  const { target, lease, signals, method } = hop;
  const status = response.statusCode ?? 0;
  const url = new URL(target.words);
  url.hash = "";
  const empty = method.toUpperCase() === "HEAD" || status === 204 || status === 205 || status === 304;
  if (status === 205) discard(response);
  else if (empty) response.resume();
  return {
    status,
    statusText: response.statusMessage ?? "",
    url: url.href,
    redirected,
    headers: pairs(response.rawHeaders),
    body: empty ? null : new HttpBody({ response, target, lease, signals, windows }),
  };
}

function pairs(raw: readonly string[]): HeaderList {
  const out: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2)
    out.push([(raw[at] as string).toLowerCase(), raw[at + 1] as string]);
  return out;
}

/** Where the answer sends the request on, absolute; undefined if it does not. @throws E_UNAVAILABLE for a place nobody can go */
function redirectOf(response: IncomingMessage, target: NetTarget): string | undefined {
  if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0)) return undefined;
  const locations = new Set(
    pairs(response.rawHeaders).flatMap(([name, value]) => (name === "location" ? [value] : [])),
  );
  const [location] = locations;
  if (location === undefined) return undefined;
  try {
    if (locations.size > 1) throw failure({ code: "HPE_AMBIGUOUS" }, target, "exchange");
    // Header values arrive as bytes; the URL in them is UTF-8.
    const text = Buffer.from(location, "latin1").toString();
    if (!URL.canParse(text, target.words))
      throw fail("E_UNAVAILABLE", `${target.words} redirects to something that is not a URL`);
    const url = new URL(text, target.words);
    if (!/^https?:$/.test(url.protocol))
      throw fail("E_UNAVAILABLE", `${target.words} redirects to ${url.protocol}, which cannot be fetched`);
    if (url.hash === "") url.hash = new URL(target.words).hash;
    return url.href;
  } catch (error) {
    discard(response);
    throw error;
  }
}

/** The next request after a redirect (Fetch standard, HTTP-redirect fetch). @throws the gate's denial */
async function follow(hop: Hop, status: number, url: string): Promise<Hop> {
  const verb = hop.method.toUpperCase();
  const drops =
    (status === 303 && verb !== "GET" && verb !== "HEAD") ||
    ((status === 301 || status === 302) && verb === "POST");
  if (!drops && hop.upload)
    throw fail("E_UNAVAILABLE", `${hop.target.words} redirects, and a streamed body cannot be sent twice`);
  if (drops) hop.upload?.close(fail("E_UNAVAILABLE", "the request was redirected without its body"));
  const method = drops ? "GET" : hop.method;
  const { target, lease } = await hop.lease.obtain({ kind: "net", url, method });
  const next = netTarget(target);
  const headers = drops ? withoutBody(hop.headers) : hop.headers;
  return {
    target: next,
    lease,
    signals: [...new Set([...hop.signals, lease.signal])],
    method,
    headers: sameOrigin(hop.target, next) ? headers : safelisted(headers),
    body: drops ? null : hop.body,
    upload: undefined,
  };
}

const sameOrigin = (a: NetTarget, b: NetTarget): boolean =>
  a.scheme === b.scheme && a.host === b.host && a.port === b.port;

function netTarget(target: Target): NetTarget {
  if (target.kind === "net") return target;
  throw fail("E_INTERNAL", "a net need became another kind of target");
}

/** Ends an answer that nobody reads, keeping its connection where that costs little. */
function discard(response: IncomingMessage): void {
  response.on("error", () => {});
  const length = response.headers["content-length"];
  const small = length !== undefined && Number(length) <= SMALL;
  if (small || response.complete) response.resume();
  else response.destroy();
}
