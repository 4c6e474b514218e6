/** URL, after the URL standard: parsing and setting are done by the engine's own parser, which keeps nothing. */
import { captureStackTrace, host, primordials } from "sbx:chunk/boot";
import { finishClass, needArguments, showAs, usvString } from "../webidl.ts";
import { bind, reload, URLSearchParams } from "./search-params.ts";

const { defineProperty, parse, stringify, TypeError } = primordials;

/** In the order of runtime/engine/pure/url.ts. */
const HREF = 0;
const ORIGIN = 1;
const PROTOCOL = 2;
const USERNAME = 3;
const PASSWORD = 4;
const HOST = 5;
const HOSTNAME = 6;
const PORT = 7;
const PATHNAME = 8;
const SEARCH = 9;
const HASH = 10;

type Parts = readonly string[];

function parseParts(url: unknown, base: unknown): Parts | undefined {
  const input = usvString(url);
  const against = base === undefined ? undefined : usvString(base);
  const made = host.pure(
    "url.parse",
    stringify(against === undefined ? [input] : [input, against]),
  ) as string;
  return made === "" ? undefined : (parse(made) as Parts);
}

/** Shown in errors of the standard's constructor. */
function invalidUrl(input: unknown, base: unknown): TypeError {
  const error = new TypeError("Invalid URL") as TypeError & { code: string; input: string; base?: string };
  captureStackTrace(error, invalidUrl);
  error.code = "ERR_INVALID_URL";
  error.input = usvString(input);
  if (base !== undefined) error.base = usvString(base);
  return error;
}

export class URL {
  #parts: Parts;
  #params: URLSearchParams | undefined;

  constructor(url: string | URL, base: string | URL | undefined = undefined) {
    needArguments(arguments.length, 1, "URL");
    const parts = parseParts(url, base);
    if (parts === undefined) throw invalidUrl(url, base);
    this.#parts = parts;
  }

  static canParse(url: string, base?: string): boolean {
    needArguments(arguments.length, 1, "canParse");
    return parseParts(url, base) !== undefined;
  }

  static parse(url: string, base?: string): URL | null {
    needArguments(arguments.length, 1, "parse");
    return parseParts(url, base) === undefined ? null : new URL(url, base);
  }

  #set(part: string, value: unknown): boolean {
    const made = host.pure("url.set", stringify([this.#parts[HREF], part, usvString(value)])) as string;
    if (made === "") return false;
    const before = this.#parts[SEARCH];
    this.#parts = parse(made) as Parts;
    if (
      this.#params !== undefined &&
      (part === "href" || part === "search" || before !== this.#parts[SEARCH])
    ) {
      reload(this.#params, this.#parts[SEARCH] as string);
    }
    return true;
  }

  get href(): string {
    return this.#parts[HREF] as string;
  }
  set href(value: string) {
    if (!this.#set("href", value)) throw invalidUrl(value, undefined);
  }
  get origin(): string {
    return this.#parts[ORIGIN] as string;
  }
  get protocol(): string {
    return this.#parts[PROTOCOL] as string;
  }
  set protocol(value: string) {
    this.#set("protocol", value);
  }
  get username(): string {
    return this.#parts[USERNAME] as string;
  }
  set username(value: string) {
    this.#set("username", value);
  }
  get password(): string {
    return this.#parts[PASSWORD] as string;
  }
  set password(value: string) {
    this.#set("password", value);
  }
  get host(): string {
    return this.#parts[HOST] as string;
  }
  set host(value: string) {
    this.#set("host", value);
  }
  get hostname(): string {
    return this.#parts[HOSTNAME] as string;
  }
  set hostname(value: string) {
    this.#set("hostname", value);
  }
  get port(): string {
    return this.#parts[PORT] as string;
  }
  set port(value: string) {
    this.#set("port", value);
  }
  get pathname(): string {
    return this.#parts[PATHNAME] as string;
  }
  set pathname(value: string) {
    this.#set("pathname", value);
  }
  get search(): string {
    return this.#parts[SEARCH] as string;
  }
  set search(value: string) {
    this.#set("search", value);
  }
  get hash(): string {
    return this.#parts[HASH] as string;
  }
  set hash(value: string) {
    this.#set("hash", value);
  }

  get searchParams(): URLSearchParams {
    if (this.#params !== undefined) return this.#params;
    const params = new URLSearchParams(this.#parts[SEARCH]);
    bind(params, (query) => {
      const made = host.pure("url.set", stringify([this.#parts[HREF], "search", query])) as string;
      if (made !== "") this.#parts = parse(made) as Parts;
    });
    this.#params = params;
    return params;
  }

  toString(): string {
    return this.#parts[HREF] as string;
  }

  toJSON(): string {
    return this.#parts[HREF] as string;
  }
}

finishClass(URL, "URL");
for (const name of ["canParse", "parse"] as const) {
  defineProperty(URL, name, { value: URL[name], writable: true, enumerable: true, configurable: true });
}
showAs(URL, (url) => {
  const {
    href,
    origin,
    protocol,
    username,
    password,
    host,
    hostname,
    port,
    pathname,
    search,
    searchParams,
    hash,
  } = url;
  return {
    href,
    origin,
    protocol,
    username,
    password,
    host,
    hostname,
    port,
    pathname,
    search,
    searchParams,
    hash,
  };
});
