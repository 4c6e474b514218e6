/** One HTTP/1.1 request to one judged target and the head of its answer. Follows nothing. */
import { Agent, type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import type { NetTarget } from "../../core/capability.ts";
import { fail, type SbxError } from "../../core/errors.ts";
import type { AbortSignalLike, Lease, OpenSocket, SocketOptions, UploadSource } from "../../core/powers.ts";
import { Deadline } from "./deadline.ts";
import { Windows } from "./decoders.ts";
import { type Dialling, dial, judge, judgedAddresses } from "./dial.ts";
import { failure } from "./failure.ts";
import { type HeaderList, headSize, sentHeaders } from "./headers.ts";
import { Held } from "./held.ts";
import { type Place, Places } from "./places.ts";
import { authorityOf, pathOf } from "./url.ts";

export interface Hop {
  readonly target: NetTarget;
  readonly lease: Lease;
  /** Every lease that led here. */
  readonly signals: readonly AbortSignalLike[];
  readonly method: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array | null;
  readonly upload: UploadSource | undefined;
}

export interface WireOptions extends Dialling {
  readonly userAgent: string;
}

type PlacedOptions = { place?: Place };

/** Hands a request the connection of its place, and keeps it there afterwards. */
class PlaceAgent extends Agent {
  override getName(options?: object): string {
    return (options as PlacedOptions).place?.id ?? "";
  }
  override createConnection(
    options: object,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = (options as PlacedOptions).place?.connection?.socket;
    if (socket && !socket.destroyed) return socket;
    callback?.(new Error("the connection is closed"), undefined as unknown as Duplex);
    return undefined;
  }
}

/** The connections of one run. */
export class Wire {
  /** For decompressing, of all answers. */
  readonly windows = new Windows();
  readonly #places = new Places();
  readonly #agent = new PlaceAgent({ keepAlive: true });
  readonly #options: WireOptions;
  /** Of all WebSockets: a message may be as long as a body, so that few of them fill it. */
  #held: Held | undefined;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  /** @throws E_NET, E_NET_LOCAL and other denials; E_UNAVAILABLE; E_LIMIT_TIME; E_LIMIT_BYTES; the end of the lease */
  async exchange(hop: Hop): Promise<IncomingMessage> {
    const { target, lease } = hop;
    const deadline = new Deadline(lease.limits.requestTimeout, hop.signals, `the request to ${target.host}`);
    for (;;) {
      const place = await this.#connected(hop, deadline);
      try {
        return await deadline.wait((onStop, refresh) => this.#send(hop, place, onStop, refresh));
      } catch (error) {
        this.#places.giveUp(place);
        // The other side may close an idle connection just as it is used again.
        if (place.reused > 0 && error instanceof Stale && hop.body === null && !hop.upload) continue;
        throw failure(error instanceof Stale ? error.cause : error, target, "exchange");
      }
    }
  }

  /** Dials for a WebSocket, which keeps its connection to itself. @throws as `exchange` does */
  async connect(target: NetTarget, lease: Lease, options: SocketOptions): Promise<OpenSocket> {
    const { openSocket } = await import("./socket.ts");
    const deadline = new Deadline(
      lease.limits.requestTimeout,
      [lease.signal],
      `the WebSocket to ${target.host}`,
    );
    const judged = await judgedAddresses(target, lease, deadline, this.#options.lookup);
    const { socket } = await dial(target, judged, deadline, this.#options);
    this.#held ??= new Held(2 * lease.limits.body);
    const { userAgent } = this.#options;
    return openSocket({ target, lease, options, stream: socket, deadline, userAgent, held: this.#held });
  }

  close(): void {
    this.#places.close();
    this.#agent.destroy();
  }

  async #connected({ target, lease }: Hop, deadline: Deadline): Promise<Place> {
    const place = await deadline.wait((onStop) =>
      this.#places.take(`${target.scheme}://${target.host}:${target.port}`, onStop),
    );
    try {
      if (place.connection) await judge(target, lease, place.connection.address);
      else {
        const judged = await judgedAddresses(target, lease, deadline, this.#options.lookup);
        const { socket, address } = await dial(target, judged, deadline, this.#options);
        this.#places.fill(place, socket, address);
      }
      lease.alive();
      return place;
    } catch (error) {
      this.#places.giveUp(place);
      throw error;
    }
  }

  #send(
    hop: Hop,
    place: Place,
    onStop: (stop: (reason: SbxError) => void) => void,
    refresh: () => void,
  ): Promise<IncomingMessage> {
    const { target, lease, headers, body, upload, method } = hop;
    const path = pathOf(target);
    const lengthless =
      upload !== undefined || (body === null && /^(?:GET|HEAD|OPTIONS|DELETE)$/i.test(method));
    const own = {
      host: authorityOf(target),
      userAgent: this.#options.userAgent,
      length: lengthless ? null : (body?.length ?? 0),
    };
    lease.spend(headSize(path, headers) + (body?.length ?? 0), "out");
    return new Promise((resolve, reject) => {
      const sent = request({
        agent: this.#agent,
        place,
        method,
        path,
        headers: sentHeaders(headers, own),
        setHost: false,
        insecureHTTPParser: false,
      } as object);
      onStop((reason) => sent.destroy(reason));
      sent.on("error", (error) => {
        upload?.close(error);
        reject(isEarlyEnd(error) ? new Stale(error) : error);
      });
      sent.on("response", (response) => {
        response.once("close", () => upload?.close(fail("E_UNAVAILABLE", "the request is over")));
        try {
          resolve(checkHead(response, target));
        } catch (error) {
          sent.destroy();
          reject(error);
        }
      });
      if (upload) pump(upload, sent, lease, refresh).catch((error: unknown) => sent.destroy(error as Error));
      else sent.end(body ?? undefined);
    });
  }
}

/** The connection ended before the first byte of an answer. */
class Stale extends Error {
  constructor(cause: unknown) {
    super("stale", { cause });
  }
}
const isEarlyEnd = (error: unknown): boolean =>
  ["ECONNRESET", "EPIPE"].includes((error as { code?: string }).code ?? "");

async function pump(
  upload: UploadSource,
  sent: ReturnType<typeof request>,
  lease: Lease,
  refresh: () => void,
): Promise<void> {
  try {
    for (;;) {
      const chunk = await upload.next();
      if (sent.destroyed) return;
      if (chunk === undefined) break;
      lease.alive();
      lease.spend(chunk.length, "out");
      refresh();
      if (chunk.length > 0 && !sent.write(chunk)) await drained(sent);
    }
    sent.end();
  } catch (error) {
    upload.close(error);
    throw error;
  }
}

const drained = (sent: ReturnType<typeof request>): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      sent.off("drain", done).off("close", done);
      resolve();
    };
    sent.on("drain", done).on("close", done);
  });

/** What Node's parser lets pass but two readers may read in two ways. @throws E_UNAVAILABLE */
function checkHead(response: IncomingMessage, target: NetTarget): IncomingMessage {
  const status = response.statusCode ?? 0;
  const coding = response.headers["transfer-encoding"];
  const lengths = response.rawHeaders.filter(
    (name, at) => at % 2 === 0 && name.toLowerCase() === "content-length",
  ).length;
  const twoWays =
    lengths > 1 || (coding !== undefined && (lengths > 0 || coding.trim().toLowerCase() !== "chunked"));
  if (status < 200 || status > 599 || twoWays) throw failure({ code: "HPE_AMBIGUOUS" }, target, "exchange");
  return response;
}
