/** Request headers: which a plugin may set, which go along to another origin, and what is sent besides. Pure. */
import { fail } from "../../core/errors.ts";

export type HeaderList = readonly (readonly [string, string])[];

/** Those that frame the message, speak for another host, or steer machines on the way. `_` counts as `-`, as many servers read it. */
const refused =
  /^(?:host|forwarded|x-forwarded(?:-.*)?|x-original-(?:url|host)|x-rewrite-url|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|via|expect)$/;

const overrides = new Set(["x-http-method-override", "x-method-override", "x-http-method"]);

const plain = (name: string): string => name.toLowerCase().replaceAll("_", "-");

/** RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const MAX_HEADERS = 64 * 1024;

/** Those of the opening handshake are the library's to set (RFC 6455 §4.1). @throws E_INVALID naming the header */
export function checkSocketHeaders(headers: HeaderList): void {
  checkHeaders(headers);
  const own = headers.find(([name]) => plain(name).startsWith("sec-websocket-"));
  if (own) throw fail("E_INVALID", `the header ${own[0]} cannot be set: name subprotocols in "protocols"`);
}

/** @throws E_INVALID for subprotocols that are no words, or named twice */
export function checkProtocols(protocols: readonly string[]): void {
  const wrong = protocols.find((each, at) => !token.test(each) || protocols.indexOf(each) !== at);
  if (wrong !== undefined)
    throw fail("E_INVALID", "a subprotocol is a word without spaces, and named only once");
}

/** @throws E_INVALID naming the header */
export function checkHeaders(headers: HeaderList): void {
  let size = 0;
  for (const [name, value] of headers) {
    if (!token.test(name)) throw fail("E_INVALID", "a header's name is not a word");
    if (refused.test(plain(name))) throw fail("E_INVALID", `the header ${name} cannot be set`);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw fail("E_INVALID", `the value of the header ${name} holds characters that cannot be sent`);
    size += name.length + value.length + 4;
  }
  if (size > MAX_HEADERS) throw fail("E_INVALID", `the headers are longer than ${MAX_HEADERS} bytes`);
}

/** Whether a header asks the server to act as if another method had been used. */
export const overridesMethod = (headers: HeaderList): boolean =>
  headers.some(([name]) => overrides.has(plain(name)));

/** What the plugin itself put into the head of a request, in bytes. */
export const headSize = (path: string, headers: HeaderList): number =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length, path.length);

const safeValue = (value: string): boolean =>
  value.length <= 128 && !/[^\t\x20-\x7e\x80-\xff]|["():<>?@[\\\]{}]/.test(value);

const safelist: Record<string, (value: string) => boolean> = {
  accept: safeValue,
  "accept-language": (value) => value.length <= 128 && /^[0-9A-Za-z *,\-.;=]*$/.test(value),
  "content-language": (value) => value.length <= 128 && /^[0-9A-Za-z *,\-.;=]*$/.test(value),
  "content-type": (value) =>
    safeValue(value) &&
    /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i.test(value),
  range: (value) => /^bytes=\d+-\d*$/.test(value),
};

/** The CORS-safelisted request headers (Fetch standard, §2.2.2): all that follows a redirect to another origin. */
export const safelisted = (headers: HeaderList): HeaderList =>
  headers.filter(([name, value]) => {
    const key = name.toLowerCase();
    return Object.hasOwn(safelist, key) && safelist[key]?.(value) === true;
  });

/** Headers that speak of a body, dropped with it (Fetch standard, request-body-header names). */
export const withoutBody = (headers: HeaderList): HeaderList =>
  headers.filter(([name]) => !/^content-(?:encoding|language|location|type)$/i.test(name));

/** As one record, with what every request says of itself. A repeated header becomes a list, cookies too (RFC 9110 §5.3, RFC 6265 §5.4). */
export function headerRecord(
  headers: HeaderList,
  own: { readonly host: string; readonly userAgent: string },
): Record<string, string> {
  const out: Record<string, string> = Object.create(null);
  out.host = own.host;
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = out[key];
    out[key] = before === undefined ? value : `${before}${key === "cookie" ? "; " : ", "}${value}`;
  }
  out["user-agent"] ??= own.userAgent;
  return out;
}

/** The headers of a fetch. */
export function sentHeaders(
  headers: HeaderList,
  own: { host: string; userAgent: string; length: number | null },
): Record<string, string> {
  const out = headerRecord(headers, own);
  out.accept ??= "*/*";
  out["accept-encoding"] ??= "gzip, deflate, br, zstd";
  if (own.length !== null) out["content-length"] = String(own.length);
  return out;
}
