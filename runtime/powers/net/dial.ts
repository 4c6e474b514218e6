/** From a judged target to a connected socket: one name look-up, every address judged, one of them dialled, the peer judged again.
 *  Sends nothing before that. Steered by no environment variable. */
import { lookup as systemLookup } from "node:dns/promises";
import { connect, type LookupFunction, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Address, canonical, parseAddress, printAddress, sameAddress } from "../../core/address.ts";
import type { NetTarget } from "../../core/capability.ts";
import type { SbxError } from "../../core/errors.ts";
import type { Lease } from "../../core/powers.ts";
import type { Deadline } from "./deadline.ts";
import { failure } from "./failure.ts";

/** All addresses of a name, as text. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** The system's own: hosts file, name servers, their order. */
const bySystem: Lookup = async (host) =>
  (await systemLookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);

export interface Dialling {
  readonly lookup?: Lookup;
  /** Further certificate authorities, PEM, beside the bundled ones. */
  readonly ca?: readonly string[];
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
  const socket = await deadline.wait((onStop) => connectTcp(target, judged, onStop));
  const peer = parseAddress(socket.remoteAddress ?? "");
  const address = peer && judged.find((each) => sameAddress(canonical(each), canonical(peer)));
  if (!address) {
    socket.destroy();
    throw failure(undefined, target, "connect");
  }
  if (target.scheme === "http" || target.scheme === "ws") return { socket, address };
  return { socket: await deadline.wait((onStop) => connectTls(target, socket, onStop, options.ca)), address };
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

let contexts: { ca: readonly string[] | undefined; context: import("node:tls").SecureContext } | undefined;

/** Bundled authorities only: neither the environment nor the system adds one. Made once, it takes milliseconds. */
function secureContext(
  tls: typeof import("node:tls"),
  ca: readonly string[] | undefined,
): import("node:tls").SecureContext {
  if (!contexts || contexts.ca !== ca)
    contexts = {
      ca,
      context: tls.createSecureContext({
        ca: [...tls.getCACertificates("bundled"), ...(ca ?? [])],
        minVersion: "TLSv1.2",
      }),
    };
  return contexts.context;
}

function connectTls(
  target: NetTarget,
  socket: Socket,
  onStop: OnStop,
  ca: readonly string[] | undefined,
): Promise<TLSSocket> {
  // Loading it costs 12 ms, which plain http does not owe.
  const tls = process.getBuiltinModule("node:tls");
  return new Promise((resolve, reject) => {
    const secure = tls.connect({
      socket,
      host: target.host,
      ...(parseAddress(target.host) ? {} : { servername: target.host }),
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: true,
      secureContext: secureContext(tls, ca),
    });
    const failed = (error: unknown) => {
      secure.destroy();
      reject(failure(error, target, "tls"));
    };
    const closed = () => failed(undefined);
    onStop(() => secure.destroy());
    secure.once("error", failed);
    secure.once("close", closed);
    secure.once("secureConnect", () => {
      if (!secure.authorized) return failed(secure.authorizationError);
      secure.off("error", failed).off("close", closed);
      secure.on("error", () => {});
      resolve(secure);
    });
  });
}
