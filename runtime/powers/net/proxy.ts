/** The way through a proxy that a person named: CONNECT (RFC 9110 §9.3.6) for every scheme, to an address that was judged before. The
 *  proxy is told addresses and ports, never a name, so that what it reaches is what was judged. What it says is not passed on. */
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { type Address, printAddress } from "../../core/address.ts";
import type { NetTarget } from "../../core/capability.ts";
import { fail, type SbxError } from "../../core/errors.ts";
import type { Deadline } from "./deadline.ts";
import { failure } from "./failure.ts";
import { encrypt } from "./tls.ts";

export interface Proxy {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  /** The Proxy-Authorization header (RFC 7617), or undefined for none. */
  readonly authorization: string | undefined;
}

/** From an `http:` or `https:` URL, with user name and password if the proxy wants them. */
export function proxyOf(text: string): Proxy {
  const { protocol, hostname, port, username, password } = new URL(text);
  const secure = protocol === "https:";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    secure,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (secure ? 443 : 80) : Number(port),
    authorization: pair === ":" ? undefined : `Basic ${Buffer.from(pair).toString("base64")}`,
  };
}

/** Asked for one address after the other; a proxy that cannot reach one may reach the next. */
const MAX_TRIES = 4;

/** A connection to one of the addresses, and which. @throws E_UNAVAILABLE, E_LIMIT_TIME */
export async function dialThrough(
  proxy: Proxy,
  target: NetTarget,
  judged: readonly Address[],
  deadline: Deadline,
  ca: readonly string[] | undefined,
): Promise<{ socket: Socket; address: Address }> {
  let last: unknown;
  for (const address of judged.slice(0, MAX_TRIES)) {
    const line = await toProxy(proxy, target, deadline, ca);
    try {
      await deadline.wait((onStop) => tunnel(proxy, target, address, line, onStop));
      return { socket: line, address };
    } catch (error) {
      line.destroy();
      if (!(error instanceof Refused)) throw failure(error, target, "proxy");
      last = fail("E_UNAVAILABLE", `${error.message} for ${target.host}:${target.port}`, {
        kind: "net",
        resource: target.words,
      });
    }
  }
  throw last;
}

async function toProxy(
  { host, port, secure }: Proxy,
  target: NetTarget,
  deadline: Deadline,
  ca: readonly string[] | undefined,
): Promise<Socket> {
  const lost = (error?: unknown) => failure(error, target, "proxy");
  const line = await deadline.wait(
    (onStop) =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({ host, port, autoSelectFamily: true, noDelay: true });
        const failed = (error: unknown) => reject(lost(error));
        onStop(() => socket.destroy());
        socket.once("error", failed);
        socket.once("connect", () => {
          socket.off("error", failed).on("error", () => {});
          resolve(socket);
        });
      }),
  );
  if (!secure) return line;
  return deadline.wait((onStop) => encrypt({ host, socket: line, ca, onStop, lost }));
}

/** The proxy answered, and not with a tunnel. */
class Refused extends Error {}

function tunnel(
  { authorization }: Proxy,
  { port }: NetTarget,
  address: Address,
  line: Socket,
  onStop: (stop: (reason: SbxError) => void) => void,
): Promise<void> {
  const text = printAddress(address);
  const place = `${address.family === 6 ? `[${text}]` : text}:${port}`;
  return new Promise((resolve, reject) => {
    const asked = request({
      method: "CONNECT",
      path: place,
      createConnection: () => line,
      setHost: false,
      insecureHTTPParser: false,
      headers: {
        host: place,
        ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
      },
    });
    onStop(() => asked.destroy());
    asked.on("error", reject);
    asked.on("connect", ({ statusCode = 0 }, _socket, early: Buffer) => {
      if (statusCode < 200 || statusCode > 299)
        reject(
          new Refused(
            `the proxy answered ${statusCode}${statusCode === 407 ? " (it wants credentials)" : ""}`,
          ),
        );
      // Whoever speaks here, the other side was not asked anything yet.
      else if (early.length > 0) reject(new Refused("the proxy spoke out of turn"));
      else resolve();
    });
    asked.end();
  });
}
