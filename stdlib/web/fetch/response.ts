/** Response, after the fetch standard. */
import { primordials } from "sbx:chunk/boot";
import { encodeUtf8 } from "sbx:chunk/text";
import { URL } from "sbx:chunk/url";
import { byteString, finishClass, needArguments, showAs, usvString } from "../webidl.ts";
import { type Body, BodyOwner, bodyKey, extractBody, isUnusable, teeBody } from "./body.ts";
import { guard, type Header, Headers, headersOf, listOf } from "./headers.ts";

const { arrayIncludes, exec, RangeError, stringify, TypeError } = primordials;

interface ResponseInit {
  readonly status?: unknown;
  readonly statusText?: unknown;
  readonly headers?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: Header[];
  readonly body: Body | undefined;
  readonly type: "basic" | "opaqueredirect" | "error" | "default";
}

/** A response that came from outside: its headers cannot be changed. */
export let responseOf: (answer: Answer) => Response;

const NULL_BODY = [101, 103, 204, 205, 304];
const REDIRECTS = [301, 302, 303, 307, 308];

export class Response extends BodyOwner {
  #status = 200;
  #statusText = "";
  #headers: Headers;
  #body: Body | undefined;
  #url = "";
  #redirected = false;
  #type: Answer["type"] = "default";

  constructor(body: unknown = null, init?: ResponseInit | null) {
    super();
    const given = init ?? {};
    if (typeof given !== "object" && typeof given !== "function")
      throw new TypeError("ResponseInit must be an object");
    if (given.status !== undefined) this.#status = statusFrom(given.status);
    if (given.statusText !== undefined) this.#statusText = statusTextFrom(given.statusText);
    this.#headers = new Headers(given.headers);
    if (body === null || body === undefined) return;
    const extracted = extractBody(body);
    if (arrayIncludes(NULL_BODY, this.#status)) {
      throw new TypeError(`Response constructor: Invalid response status code ${this.#status}`);
    }
    this.#body = extracted.body;
    if (extracted.type !== undefined && !this.#headers.has("content-type")) {
      this.#headers.append("content-type", extracted.type);
    }
  }

  static {
    responseOf = (answer) => {
      const response = new Response();
      response.#status = answer.status;
      response.#statusText = answer.statusText;
      response.#url = answer.url;
      response.#redirected = answer.redirected;
      response.#type = answer.type;
      response.#headers = headersOf(answer.headers);
      response.#body = answer.body;
      guard(response.#headers, "immutable");
      return response;
    };
  }

  static error(): Response {
    const headers: Header[] = [];
    return responseOf({
      status: 0,
      statusText: "",
      url: "",
      redirected: false,
      headers,
      body: undefined,
      type: "error",
    });
  }

  static redirect(url: unknown, status: unknown = 302): Response {
    needArguments(arguments.length, 1, "Response.redirect");
    const parsed = URL.parse(usvString(url));
    if (parsed === null) throw new TypeError(`Failed to parse URL from ${usvString(url)}`);
    const code = Number(status) & 0xffff;
    if (!arrayIncludes(REDIRECTS, code)) throw new RangeError(`Invalid status code ${code}`);
    const response = new Response(null, { status: code, headers: [["location", parsed.href]] });
    guard(response.#headers, "immutable");
    return response;
  }

  static json(data: unknown, init?: ResponseInit | null): Response {
    needArguments(arguments.length, 1, "Response.json");
    const text = stringify(data) as string | undefined;
    if (text === undefined) throw new TypeError("The data is not JSON serializable");
    const response = new Response(encodeUtf8(text), init);
    if (!response.#headers.has("content-type")) response.#headers.append("content-type", "application/json");
    return response;
  }

  override get [bodyKey](): Body | undefined {
    return this.#body;
  }
  get type(): string {
    return this.#type;
  }
  get url(): string {
    return this.#url;
  }
  get redirected(): boolean {
    return this.#redirected;
  }
  get status(): number {
    return this.#status;
  }
  get ok(): boolean {
    return this.#status >= 200 && this.#status <= 299;
  }
  get statusText(): string {
    return this.#statusText;
  }
  override get headers(): Headers {
    return this.#headers;
  }

  clone(): Response {
    const body = this.#body;
    if (body !== undefined && isUnusable(body))
      throw new TypeError("Response.clone: Body has already been consumed.");
    const made = responseOf({
      status: this.#status,
      statusText: this.#statusText,
      url: this.#url,
      redirected: this.#redirected,
      headers: copy(listOf(this.#headers)),
      body: body === undefined ? undefined : teeBody(body),
      type: this.#type,
    });
    if (this.#type === "default") guard(made.#headers, "none");
    return made;
  }
}
finishClass(Response, "Response");
showAs(Response, ({ status, statusText, headers, bodyUsed, ok, redirected, type, url }) => ({
  status,
  statusText,
  headers,
  bodyUsed,
  ok,
  redirected,
  type,
  url,
}));

function copy(list: readonly Header[]): Header[] {
  const made: Header[] = [];
  for (let i = 0; i < list.length; i++) {
    const one = list[i] as Header;
    primordials.push(made, [one[0], one[1]]);
  }
  return made;
}

function statusFrom(value: unknown): number {
  const status = Number(value) & 0xffff;
  if (status < 200 || status > 599) {
    throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
  }
  return status;
}

function statusTextFrom(value: unknown): string {
  const text = byteString(value);
  if (exec(/^[\t\x20-\x7e\x80-\xff]*$/, text) === null) throw new TypeError("Invalid statusText");
  return text;
}
