/** From a judged target to a connected socket: one name look-up, every address judged, one of them dialled, the peer judged again. With a
 *  proxy it is the judged address that the proxy is asked for. Sends nothing before that. Steered by no environment variable. */
import { lookup as systemLookup } from "node:dns/promises";
import { connect, type LookupFunction, type Socket } from "node:net";
import { type Address, canonical, parseAddress, printAddress, sameAddress } from "../../core/address.ts";
import type { NetTarget } from "../../core/capability.ts";
import type { SbxError } from "../../core/errors.ts";
import type { Lease } from "../../core/powers.ts";
import type { Deadline } from "./deadline.ts";
import { failure } from "./failure.ts";
import { dialThrough, type Proxy } from "./proxy.ts";
import { encrypt } from "./tls.ts";

/** All addresses of a name, as text. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** The system's own: hosts file, name servers, their order. */
const bySystem: Lookup = async (host) =>
  (await systemLookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);

export interface Dialling {
  readonly lookup?: Lookup;
  /** Further certificate authorities, PEM, beside the bundled ones. */
  readonly ca?: readonly string[];
  /** Every connection goes through it. */
  readonly proxy?: Proxy;
}

const MAX_ADDRESSES = 64;

/** The addresses of a target, every one of them judged. @throws the denial of any; E_UNAVAILABLE */
export async function judgedAddresses(
  target: NetTarget,
  lease: Lease,
  deadline: Deadline,
  lookup: Lookup = bySystem,
): Promise<readonly Address[]> {
  const literal = parseAddress(target.host);
  const found = literal ? [literal] : await look(target, deadline, lookup);
  for (const address of found) await judge(target, lease, address);
  return found;
}

async function look(target: NetTarget, deadline: Deadline, lookup: Lookup): Promise<readonly Address[]> {
  const texts = await deadline
    .wait(() => lookup(target.host))
    .catch((error: unknown) => {
      throw failure(error, target, "look-up");
    });
  const found = texts.slice(0, MAX_ADDRESSES).map(parseAddress);
  if (texts.length > MAX_ADDRESSES || found.length === 0 || found.includes(undefined))
    throw failure(undefined, target, "look-up");
  return found as Address[];
}

/** Asks whether this address may be dialled for the target. @throws the denial */
export const judge = (target: NetTarget, lease: Lease, address: Address): Promise<void> =>
  lease.admit({ ...target, address: printAddress(address) });

/** Connects to one of the judged addresses, with TLS where the scheme wants it. @throws E_UNAVAILABLE, E_LIMIT_TIME */
export async function dial(
  target: NetTarget,
  judged: readonly Address[],
  deadline: Deadline,
  options: Dialling,
): Promise<{ socket: Socket; address: Address }> {
  const { proxy, ca } = options;
  const { socket, address } = proxy
    ? await dialThrough(proxy, target, judged, deadline, ca)
    : await dialDirectly(target, judged, deadline);
  if (target.scheme === "http" || target.scheme === "ws") return { socket, address };
  const lost = (error: unknown) => failure(error, target, "tls");
  const secure = await deadline.wait((onStop) => encrypt({ host: target.host, socket, ca, onStop, lost }));
  return { socket: secure, address };
}

async function dialDirectly(
  target: NetTarget,
  judged: readonly Address[],
  deadline: Deadline,
): Promise<{ socket: Socket; address: Address }> {
  const socket = await deadline.wait((onStop) => connectTcp(target, judged, onStop));
  const peer = parseAddress(socket.remoteAddress ?? "");
  const address = peer && judged.find((each) => sameAddress(canonical(each), canonical(peer)));
  if (address) return { socket, address };
  socket.destroy();
  throw failure(undefined, target, "connect");
}

type OnStop = (stop: (reason: SbxError) => void) => void;

/** Gives exactly the judged addresses, whatever is asked. */
const fixedLookup =
  (judged: readonly Address[]): LookupFunction =>
  (_host, _options, callback) =>
    callback(
      null,
      judged.map((each) => ({ address: printAddress(each), family: each.family })),
    );

function connectTcp(target: NetTarget, judged: readonly Address[], onStop: OnStop): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: target.host,
      port: target.port,
      lookup: fixedLookup(judged),
      autoSelectFamily: true,
      noDelay: true,
    });
    const failed = (error: unknown) => reject(failure(error, target, "connect"));
    onStop(() => socket.destroy());
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.off("error", failed);
      // Errors from here on belong to whoever holds the socket; without any listener they would end the process.
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}
