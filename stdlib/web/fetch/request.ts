/** Request, after the fetch standard; members that only browsers give a meaning are kept and handed back. */
import { primordials } from "sbx:chunk/boot";
import { type AbortSignal, anyOf, isAbortSignal } from "sbx:chunk/events";
import { URL } from "sbx:chunk/url";
import { byteString, domString, finishClass, needArguments, showAs, usvString } from "../webidl.ts";
import { type Body, BodyOwner, bodyKey, extractBody, isUnusable, teeBody } from "./body.ts";
import { Headers, listOf, TOKEN } from "./headers.ts";

const { exec, toUpperCase, TypeError } = primordials;

interface RequestInit {
  readonly [name: string]: unknown;
}

const CHOICES = {
  mode: ["cors", "navigate", "same-origin", "no-cors"],
  credentials: ["same-origin", "omit", "include"],
  cache: ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"],
  redirect: ["follow", "error", "manual"],
  referrerPolicy: [
    "",
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
  ],
} as const;
type Choices = { -readonly [K in keyof typeof CHOICES]: (typeof CHOICES)[K][number] };

const NORMALISED = ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"];
const FORBIDDEN = ["CONNECT", "TRACE", "TRACK"];

interface Parts {
  readonly url: string;
  readonly method: string;
  readonly body: Body | undefined;
  readonly choices: Choices;
  readonly headers: Headers;
  /** What aborts it, if anything can so far. */
  readonly signal: AbortSignal | undefined;
  readonly integrity: string;
  readonly keepalive: boolean;
}

export let partsOf: (request: Request) => Parts;
export let isRequest: (value: unknown) => value is Request;

export class Request extends BodyOwner {
  readonly #url: string;
  readonly #method: string;
  readonly #headers: Headers;
  readonly #body: Body | undefined;
  /** The signal that it was given. */
  readonly #follows: AbortSignal | undefined;
  /** Its own, which follows that one: made when somebody asks, because the followed one holds it for as long as it lives itself. */
  #signal: AbortSignal | undefined;
  readonly #choices: Choices;
  readonly #integrity: string;
  readonly #keepalive: boolean;

  constructor(input: unknown, given?: RequestInit | null) {
    needArguments(arguments.length, 1, "Request");
    super();
    const init = given ?? {};
    if (typeof init !== "object" && typeof init !== "function")
      throw new TypeError("RequestInit must be an object");
    const from = isRequest(input) ? partsOf(input) : undefined;
    this.#url = from === undefined ? parseUrl(input) : from.url;
    this.#choices = choose(init, from?.choices);
    if (init.window !== undefined && init.window !== null) throw new TypeError("'window' must be null");
    this.#method = init.method === undefined ? (from?.method ?? "GET") : methodFrom(init.method);
    this.#follows = signalFrom(init.signal, from?.signal);
    this.#integrity = init.integrity === undefined ? (from?.integrity ?? "") : domString(init.integrity);
    this.#keepalive = init.keepalive === undefined ? (from?.keepalive ?? false) : !!init.keepalive;
    this.#headers = new Headers(init.headers ?? (from === undefined ? undefined : copyOf(from.headers)));
    this.#body = this.#takeBody(init, from);
  }

  static {
    isRequest = (value): value is Request => typeof value === "object" && value !== null && #url in value;
    partsOf = (request) => ({
      url: request.#url,
      method: request.#method,
      body: request.#body,
      choices: request.#choices,
      headers: request.#headers,
      signal: request.#signal ?? request.#follows,
      integrity: request.#integrity,
      keepalive: request.#keepalive,
    });
  }

  #takeBody(init: RequestInit, from: Parts | undefined): Body | undefined {
    const isBodyless = this.#method === "GET" || this.#method === "HEAD";
    const own = init.body !== undefined && init.body !== null;
    if (isBodyless && (own || (from?.body !== undefined && init.body === undefined))) {
      throw new TypeError("Request with GET/HEAD method cannot have body.");
    }
    if (own) {
      const { body, type } = extractBody(init.body);
      if (body.stream !== undefined && init.duplex === undefined) {
        throw new TypeError("RequestInit: duplex option is required when sending a body.");
      }
      if (type !== undefined && !this.#headers.has("content-type"))
        this.#headers.append("content-type", type);
      return body;
    }
    const inherited = from?.body;
    if (inherited === undefined || init.body === null) return undefined;
    if (isUnusable(inherited)) {
      throw new TypeError("Cannot construct a Request with a Request object that has already been used.");
    }
    const taken = { ...inherited };
    inherited.used = true;
    inherited.stream = undefined;
    return taken;
  }

  override get [bodyKey](): Body | undefined {
    return this.#body;
  }
  get method(): string {
    return this.#method;
  }
  get url(): string {
    return this.#url;
  }
  override get headers(): Headers {
    return this.#headers;
  }
  get destination(): string {
    return "";
  }
  get referrer(): string {
    return "about:client";
  }
  get referrerPolicy(): string {
    return this.#choices.referrerPolicy;
  }
  get mode(): string {
    return this.#choices.mode;
  }
  get credentials(): string {
    return this.#choices.credentials;
  }
  get cache(): string {
    return this.#choices.cache;
  }
  get redirect(): string {
    return this.#choices.redirect;
  }
  get integrity(): string {
    return this.#integrity;
  }
  get keepalive(): boolean {
    return this.#keepalive;
  }
  get signal(): AbortSignal {
    this.#signal ??= anyOf(this.#follows === undefined ? [] : [this.#follows]);
    return this.#signal;
  }
  get duplex(): string {
    return "half";
  }

  clone(): Request {
    const body = this.#body;
    if (body !== undefined && isUnusable(body))
      throw new TypeError("Request.clone: Body has already been consumed.");
    const { method, signal, integrity, keepalive } = this;
    const options = {
      method,
      headers: copyOf(this.#headers),
      signal,
      integrity,
      keepalive,
      ...this.#choices,
    };
    if (body === undefined) return new Request(this.#url, options);
    const copy = teeBody(body);
    const made = new Request(this.#url, { ...options, body: "", duplex: "half" });
    const target = made.#body as Body;
    target.bytes = copy.bytes;
    target.stream = copy.stream;
    if (!this.#headers.has("content-type")) made.#headers.delete("content-type");
    return made;
  }
}
finishClass(Request, "Request");
showAs(Request, ({ method, url, headers, bodyUsed, redirect, signal }) => ({
  method,
  url,
  headers,
  bodyUsed,
  redirect,
  signal,
}));

const copyOf = (headers: Headers): [string, string][] =>
  primordials.arraySlice(listOf(headers)) as [string, string][];

function parseUrl(input: unknown): string {
  const text = usvString(input);
  const url = URL.parse(text);
  if (url === null) throw new TypeError(`Failed to parse URL from ${text}`);
  if (url.username !== "" || url.password !== "") {
    throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${text}`);
  }
  return url.href;
}

function methodFrom(value: unknown): string {
  const method = byteString(value);
  const upper = toUpperCase(method);
  if (exec(TOKEN, method) === null || primordials.arrayIncludes(FORBIDDEN, upper)) {
    throw new TypeError(`'${method}' is not a valid HTTP method.`);
  }
  return primordials.arrayIncludes(NORMALISED, upper) ? upper : method;
}

function signalFrom(given: unknown, inherited: AbortSignal | undefined): AbortSignal | undefined {
  if (given === undefined) return inherited;
  if (given === null) return undefined;
  if (!isAbortSignal(given))
    throw new TypeError("Request constructor: Expected signal to be an instance of AbortSignal.");
  return given;
}

function choose(init: RequestInit, from: Choices | undefined): Choices {
  const choices: Choices = from
    ? { ...from }
    : { mode: "cors", credentials: "same-origin", cache: "default", redirect: "follow", referrerPolicy: "" };
  const names = primordials.keys(CHOICES) as (keyof Choices)[];
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as keyof Choices;
    const value = init[name];
    if (value === undefined) continue;
    const text = domString(value);
    if (!primordials.arrayIncludes(CHOICES[name], text))
      throw new TypeError(`${name}: '${text}' is not a valid value`);
    (choices as { [name: string]: string })[name] = text;
  }
  if (choices.mode === "navigate") throw new TypeError("Request constructor: invalid request mode navigate.");
  return choices;
}
