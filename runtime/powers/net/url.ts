/** URLs as targets: parsed by the URL standard, in canonical form. Acts on nothing, asks no name server. */
import { parseAddress } from "../../core/address.ts";
import type { NetNeed, NetTarget } from "../../core/capability.ts";
import { fail } from "../../core/errors.ts";
import { isName } from "../../core/host.ts";
import { normalisePath } from "../../core/webPath.ts";

/** The URL standard's form of a host, IPv6 without brackets, no dot at the end; undefined for what is no host. */
export function toHost(text: string): string | undefined {
  if (text === "" || /[/?#@\\\s]/.test(text) || (text.includes(":") && !text.startsWith("[")))
    return undefined;
  return URL.canParse(`http://${text}/`) ? canonicalHost(new URL(`http://${text}/`).hostname) : undefined;
}

function canonicalHost(hostname: string): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return parseAddress(host) || isName(host) ? host : undefined;
}

/** What stands in the Host header: the judged host, its port unless it is the scheme's own. */
export function authorityOf({ scheme, host, port }: NetTarget): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === ports[scheme] ? name : `${name}:${port}`;
}

/** Path and query as they are sent, from the URL that the target was made of. @throws E_INTERNAL if they are not what was judged */
export function pathOf(target: NetTarget): string {
  const url = new URL(target.words);
  if (normalisePath(url.pathname) !== target.path || canonicalHost(url.hostname) !== target.host)
    throw fail("E_INTERNAL", "the request is not the one that was judged");
  return `${url.pathname}${url.search}`;
}

const ports = { http: 80, https: 443, ws: 80, wss: 443 } as const;
type Scheme = keyof typeof ports;

/** @throws E_INVALID for a scheme that is not for this purpose */
function schemeOf(protocol: string, socket: boolean): Scheme {
  switch (protocol) {
    case "http:":
      return socket ? "ws" : "http";
    case "https:":
      return socket ? "wss" : "https";
    case "ws:":
    case "wss:":
      if (socket) return protocol === "ws:" ? "ws" : "wss";
      throw fail("E_INVALID", `${protocol} cannot be fetched: open it with connectWebSocket`);
    default:
      throw socket
        ? fail("E_INVALID", `${protocol} is not the scheme of a WebSocket: ws: and wss: are`)
        : fail("E_INVALID", `${protocol} is not a scheme that can be fetched: http: and https: are`);
  }
}

/** These would open a tunnel or echo the request's own headers. */
const refusedMethods = new Set(["CONNECT", "TRACE", "TRACK"]);

/** @throws E_INVALID for a malformed URL, another scheme, credentials in it, or a method that cannot be used */
export function resolveUrl({ url: words, method, socket = false }: NetNeed): NetTarget {
  const url = URL.canParse(words) ? new URL(words) : undefined;
  if (!url) throw fail("E_INVALID", `"${words}" is not a URL`);
  const scheme = schemeOf(url.protocol, socket);
  if (url.username !== "" || url.password !== "")
    throw fail(
      "E_INVALID",
      "a URL with a user name or password cannot be used: set the Authorization header",
    );
  const host = canonicalHost(url.hostname);
  if (host === undefined) throw fail("E_INVALID", `"${words}" names no host`);
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(method)) throw fail("E_INVALID", "the method is not a word");
  if (refusedMethods.has(method.toUpperCase()))
    throw fail("E_INVALID", `the method ${method.toUpperCase()} cannot be used`);
  return {
    kind: "net",
    words,
    scheme,
    host,
    port: url.port === "" ? ports[scheme] : Number(url.port),
    path: normalisePath(url.pathname),
    method,
  };
}
