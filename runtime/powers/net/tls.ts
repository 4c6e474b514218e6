/** TLS over a connection that is there: the name is checked against the certificate, and the authorities are the bundled ones and those
 *  that a person named. Neither the environment nor the system adds one. */
import type { Socket } from "node:net";
import type { SecureContext, TLSSocket } from "node:tls";
import { parseAddress } from "../../core/address.ts";
import type { SbxError } from "../../core/errors.ts";

let contexts: { ca: readonly string[] | undefined; context: SecureContext } | undefined;

/** Made once, it takes milliseconds. */
function secureContext(tls: typeof import("node:tls"), ca: readonly string[] | undefined): SecureContext {
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

export interface Encrypting {
  /** Whose certificate it must be: a name, or an address without brackets. */
  readonly host: string;
  readonly socket: Socket;
  readonly ca: readonly string[] | undefined;
  readonly onStop: (stop: (reason: SbxError) => void) => void;
  /** Makes the error to throw. */
  readonly lost: (error: unknown) => unknown;
}

/** @throws what `lost` makes of a failed handshake, which ends the connection */
export function encrypt({ host, socket, ca, onStop, lost }: Encrypting): Promise<TLSSocket> {
  // Loading it costs 12 ms, which plain http does not owe.
  const tls = process.getBuiltinModule("node:tls");
  return new Promise((resolve, reject) => {
    const secure = tls.connect({
      socket,
      host,
      ...(parseAddress(host) ? {} : { servername: host }),
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: true,
      secureContext: secureContext(tls, ca),
    });
    const failed = (error: unknown) => {
      secure.destroy();
      reject(lost(error));
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
