/** A WebSocket (RFC 6455) over a connection of sbx's own making: opening handshake, whole messages one after the other, an orderly end.
 *  Reads no further ahead than a few buffers. Offers no extension, so that no message can be a decompression bomb, and follows no
 *  redirect. The only file that knows the library; loaded with the first socket. */
import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import type { NetTarget } from "../../core/capability.ts";
import { fail, type SbxError } from "../../core/errors.ts";
import type { Lease, OpenSocket, SocketEnd, SocketMessage, SocketOptions } from "../../core/powers.ts";
import { Deadline, onAbort } from "./deadline.ts";
import { failure } from "./failure.ts";
import { headerRecord, headSize } from "./headers.ts";
import type { Held } from "./held.ts";
import { authorityOf, pathOf } from "./url.ts";

/** Messages that wait to be fetched before the other side is made to wait: bytes, and their number. */
const AHEAD = 64 * 1024;
const AHEAD_MESSAGES = 64;
/** Bytes that are charged at the latest when they have come, be they a message or not. */
const UNCHARGED = 1024 * 1024;
/** How long the other side may take to answer a goodbye, in ms. */
const GOODBYE = 5000;
/** What a control frame has room for, in bytes (RFC 6455 §5.5). */
const MAX_REASON = 123;
/** A connection that says nothing is probed after this time, in ms, so that one whose other side is gone ends some day. */
const KEEP_ALIVE = 30_000;
/** Pieces of one message. Each costs some hundred bytes of memory, however small it is. */
const MAX_FRAGMENTS = 16 * 1024;

export interface Opening {
  readonly target: NetTarget;
  readonly lease: Lease;
  readonly options: SocketOptions;
  /** Connected to a judged address, with TLS where the scheme wants it. */
  readonly stream: Socket;
  readonly deadline: Deadline;
  readonly userAgent: string;
  readonly held: Held;
}

/** The opening handshake (RFC 6455 §4.1). @throws E_UNAVAILABLE; E_LIMIT_TIME; E_LIMIT_BYTES; the end of the lease */
export async function openSocket(opening: Opening): Promise<OpenSocket> {
  const { target, lease, options, stream, deadline } = opening;
  try {
    lease.alive();
    lease.spend(headSize(pathOf(target), options.headers) + options.protocols.join().length, "out");
    return await deadline.wait((onStop) => handshake(opening, onStop));
  } catch (error) {
    stream.destroy();
    throw failure(error, target, "exchange");
  }
}

function handshake(
  { target, lease, options, stream, userAgent, held }: Opening,
  onStop: (stop: (reason: SbxError) => void) => void,
): Promise<OpenSocket> {
  const place = `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
  const refused = (why: string) =>
    fail("E_UNAVAILABLE", `${place} did not open a WebSocket: ${why}`, {
      kind: "net",
      resource: target.words,
    });
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${authorityOf(target)}${pathOf(target)}`, [...options.protocols], {
      createConnection: () => stream,
      headers: headerRecord(options.headers, { host: authorityOf(target), userAgent }),
      setHost: false,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: lease.limits.body,
      maxFragments: MAX_FRAGMENTS,
      closeTimeout: GOODBYE,
    } as object);
    onStop(() => socket.terminate());
    socket.on("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === undefined ? refused(error.message.toLowerCase()) : error),
    );
    socket.on("unexpected-response", (request, response) => {
      reject(refused(`it answered ${response.statusCode}`));
      request.destroy();
    });
    socket.once("open", () => resolve(new LiveSocket(socket, stream, { target, lease, held })));
  });
}

interface Around {
  readonly target: NetTarget;
  readonly lease: Lease;
  readonly held: Held;
}

interface Waiting extends SocketMessage {
  /** Bytes on the wire since the message before it. */
  readonly cost: number;
}

class LiveSocket implements OpenSocket {
  readonly url: string;
  readonly protocol: string;
  readonly #socket: WebSocket;
  readonly #around: Around;
  readonly #unwatch: () => void;
  #queue: Waiting[] = [];
  /** Bytes since the last whole message, and how many of all that came are not charged yet. */
  #arrived = 0;
  #uncharged = 0;
  #waiting = 0;
  #failed: unknown;
  #end: SocketEnd | undefined;
  #closing = false;
  #wake: (() => void)[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(socket: WebSocket, stream: Socket, around: Around) {
    this.#socket = socket;
    this.#around = around;
    this.url = around.target.words;
    this.protocol = socket.protocol;
    stream.setKeepAlive(true, KEEP_ALIVE);
    // Before the library sees them: a message is made of bytes that were counted.
    stream.prependListener("data", (chunk: Buffer) => this.#count(chunk.length));
    socket.on("message", (bytes, isBinary) => this.#take(bytes as Buffer, !isBinary));
    socket.on("ping", (payload) => this.#pass(payload.length + 2));
    socket.on("pong", (payload) => this.#pass(payload.length + 2));
    socket.on("error", (error) => this.#fail(this.#wordsOf(error)));
    socket.on("close", (code, reason) => this.#closed(code, reason.toString()));
    this.#unwatch = onAbort([around.lease.signal], (reason) => this.#fail(reason));
  }

  receive(): Promise<SocketMessage | SocketEnd> {
    const next = this.#last.then(() => this.#receive());
    this.#last = next.catch(() => {});
    return next;
  }

  async send({ bytes, text }: SocketMessage): Promise<void> {
    const { lease, target } = this.#around;
    this.#check();
    if (this.#end || this.#closing) throw fail("E_UNAVAILABLE", "the WebSocket is closed");
    if (text && !isUtf8(bytes)) throw fail("E_INVALID", "a text message is not UTF-8");
    lease.spend(frameSize(bytes.length), "out");
    const deadline = new Deadline(lease.limits.requestTimeout, [lease.signal], `sending to ${target.host}`);
    try {
      await deadline.wait(
        () =>
          new Promise<void>((resolve, reject) =>
            this.#socket.send(bytes, { binary: !text, compress: false }, (error) =>
              error ? reject(error) : resolve(),
            ),
          ),
      );
    } catch (error) {
      this.#check();
      if (this.#end || this.#closing) throw fail("E_UNAVAILABLE", "the WebSocket is closed");
      this.#fail(failure(error, target, "socket"));
      throw this.#failed;
    }
  }

  async close(code: number | undefined, reason: string): Promise<SocketEnd> {
    this.#check();
    if (this.#end) return this.#end;
    if (Buffer.byteLength(reason) > MAX_REASON)
      throw fail("E_INVALID", `the reason for closing is longer than ${MAX_REASON} bytes`);
    this.#around.lease.spend(frameSize(code === undefined ? 0 : 2 + Buffer.byteLength(reason)), "out");
    this.#closing = true;
    this.#forget();
    this.#socket.close(code, code === undefined ? undefined : reason);
    // The answer to the goodbye may stand behind messages.
    this.#socket.resume();
    while (!this.#end && this.#failed === undefined) await this.#change();
    if (this.#end) return this.#end;
    throw this.#failed;
  }

  async cancel(): Promise<void> {
    this.#fail(fail("E_UNAVAILABLE", "the WebSocket was given up"));
  }

  async #receive(): Promise<SocketMessage | SocketEnd> {
    for (;;) {
      this.#check();
      const message = this.#queue.shift();
      if (message) {
        await this.#handOver(message);
        return { bytes: message.bytes, text: message.text };
      }
      if (this.#end) {
        if (this.#end.code !== 1006) return this.#end;
        throw failure(undefined, this.#around.target, "socket");
      }
      await this.#change();
    }
  }

  async #handOver({ bytes, cost }: Waiting): Promise<void> {
    this.#around.held.give(cost);
    this.#waiting -= bytes.length;
    try {
      this.#charge();
      await this.#around.lease.room(bytes.length);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    if (this.#socket.isPaused && !this.#isFull()) this.#socket.resume();
  }

  /** @throws why it ended early, or the end of the lease */
  #check(): void {
    if (this.#failed !== undefined) throw this.#failed;
    this.#around.lease.alive();
  }

  #isFull(): boolean {
    return this.#waiting >= AHEAD || this.#queue.length >= AHEAD_MESSAGES;
  }

  #count(bytes: number): void {
    const { held } = this.#around;
    this.#arrived += bytes;
    this.#uncharged += bytes;
    if (!held.take(bytes))
      return this.#fail(
        fail("E_LIMIT_BYTES", "too much waits in open WebSockets: receive it, or close some"),
      );
    if (this.#uncharged < UNCHARGED) return;
    try {
      this.#charge();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Bytes that nobody will fetch. */
  #pass(bytes: number): void {
    const passed = Math.min(bytes, this.#arrived);
    this.#arrived -= passed;
    this.#around.held.give(passed);
  }

  #charge(): void {
    const bytes = this.#uncharged;
    this.#uncharged = 0;
    this.#around.lease.spend(bytes, "in");
  }

  #take(bytes: Buffer, text: boolean): void {
    const cost = this.#arrived;
    this.#arrived = 0;
    if (this.#failed !== undefined || this.#closing) return this.#around.held.give(cost);
    this.#queue.push({ bytes, text, cost });
    this.#waiting += bytes.length;
    if (this.#isFull()) this.#socket.pause();
    this.#tell();
  }

  /** What waits and what was begun is given up. */
  #forget(): void {
    const cost = this.#queue.reduce((sum, each) => sum + each.cost, this.#arrived);
    this.#around.held.give(cost);
    this.#queue = [];
    this.#waiting = 0;
    this.#arrived = 0;
  }

  #closed(code: number, reason: string): void {
    this.#unwatch();
    this.#around.held.give(this.#arrived);
    this.#arrived = 0;
    this.#end ??= { code, reason };
    this.#tell();
  }

  #fail(error: unknown): void {
    if (this.#failed !== undefined || (this.#end && this.#queue.length === 0)) return;
    this.#failed = error;
    this.#unwatch();
    this.#forget();
    this.#socket.terminate();
    this.#tell();
  }

  #wordsOf(error: NodeJS.ErrnoException): SbxError {
    const { lease, target } = this.#around;
    return error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"
      ? fail("E_LIMIT_BYTES", `a message of ${target.host} is longer than ${lease.limits.body} bytes`)
      : failure(error, target, "socket");
  }

  #tell(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #change(): Promise<void> {
    return new Promise((wake) => this.#wake.push(wake));
  }
}

/** Bytes of a frame from a client: RFC 6455 §5.2. */
const frameSize = (length: number): number => length + 6 + (length < 126 ? 0 : length < 65_536 ? 2 : 8);
