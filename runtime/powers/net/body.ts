/** A response body under way: decompressed as it is pulled, counted, never more than a few buffers of it in memory. */
import type { IncomingMessage } from "node:http";
import { PassThrough, pipeline, type Readable, type Transform } from "node:stream";
import type { NetTarget } from "../../core/capability.ts";
import { fail, isSbxError } from "../../core/errors.ts";
import type { AbortSignalLike, Lease, ResponseBody } from "../../core/powers.ts";
import { Deadline, onAbort } from "./deadline.ts";
import { decoders, isCostly, type Windows } from "./decoders.ts";
import { failure } from "./failure.ts";

/** Bytes of an answer that are taken from the connection before anybody asks: a small answer that is never read then holds none. */
const AHEAD = 64 * 1024;

/** Small as far as its head tells, and as it stands on the wire. */
function isSmall({ headers }: IncomingMessage): boolean {
  if (headers["content-encoding"] !== undefined) return false;
  const length = headers["content-length"];
  return length === undefined || Number(length) <= AHEAD;
}

export interface BodyOptions {
  readonly response: IncomingMessage;
  readonly target: NetTarget;
  readonly lease: Lease;
  /** Every lease that led here. */
  readonly signals: readonly AbortSignalLike[];
  /** Of the run. */
  readonly windows: Windows;
}

export class HttpBody implements ResponseBody {
  readonly #options: BodyOptions;
  readonly #unwatch: () => void;
  #source: Readable | undefined;
  #failed: unknown;
  #given = 0;
  #wire = 0;
  #last: Promise<unknown> = Promise.resolve();
  #leaveWindow: () => void = () => {};
  ended = false;

  constructor(options: BodyOptions) {
    this.#options = options;
    options.response.on("error", (error) => this.#fail(error));
    this.#unwatch = onAbort(options.signals, (reason) => this.#fail(reason));
    if (isSmall(options.response))
      this.#source = options.response.pipe(new PassThrough({ highWaterMark: AHEAD }));
  }

  /** Reads one after the other, however they are called. @throws E_LIMIT_BYTES, E_LIMIT_TIME, E_UNAVAILABLE, the end of the lease */
  read(max: number): Promise<Uint8Array> {
    const next = this.#last.then(() => this.#read(max));
    this.#last = next.catch(() => {});
    return next;
  }

  async cancel(): Promise<void> {
    this.#fail(fail("E_UNAVAILABLE", "the body was cancelled"));
  }

  async #read(max: number): Promise<Uint8Array> {
    const { lease, target } = this.#options;
    for (;;) {
      if (this.#failed !== undefined) throw failure(this.#failed, target, "body");
      if (this.ended) return new Uint8Array(0);
      lease.alive();
      const source = this.#source ?? (await this.#begin());
      const size = Math.min(max, source.readableLength);
      const chunk = size > 0 ? (source.read(size) as Uint8Array | null) : null;
      if (chunk) return this.#give(chunk, source);
      if (source.readableEnded) this.#end();
      else await this.#ready(source);
    }
  }

  #give(chunk: Uint8Array, source: Readable): Uint8Array {
    const { lease, response } = this.#options;
    this.#given += chunk.length;
    try {
      if (this.#given > lease.limits.body) throw overLimit(lease.limits.body);
      lease.spend(chunk.length, "in");
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    if (source === response && response.complete && source.readableLength === 0) this.#end();
    return chunk;
  }

  /** Which decoder deflate needs shows only in the first byte. */
  async #begin(): Promise<Readable> {
    const { response, target, lease } = this.#options;
    const encoding = String(response.headers["content-encoding"] ?? "");
    let first = 8;
    if (/deflate\s*$/i.test(encoding)) {
      while (response.readableLength === 0 && !response.readableEnded && this.#failed === undefined)
        await this.#ready(response);
      const head = response.read(1) as Uint8Array | null;
      if (head) {
        first = head[0] ?? first;
        response.unshift(head);
      }
    }
    let chain: Transform[];
    try {
      if (isCostly(encoding)) await this.#window();
      chain = decoders(encoding, target, () => first);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    if (chain.length === 0) {
      this.#source = response;
      return response;
    }
    // Bytes that decompress to nothing must end too.
    response.on("data", (chunk: Uint8Array) => {
      this.#wire += chunk.length;
      if (this.#wire > lease.limits.body) this.#fail(overLimit(lease.limits.body));
    });
    for (const stage of chain) stage.on("error", (error) => this.#fail(error));
    const last = chain.length === 1 ? (chain[0] as Transform) : new PassThrough();
    pipeline([response, ...(chain.length === 1 ? chain : [...chain, last])], (error) => {
      if (error && !this.ended) this.#fail(error);
    });
    this.#source = last;
    return last;
  }

  async #window(): Promise<void> {
    const { lease, signals, windows } = this.#options;
    const patience = new Deadline(
      lease.limits.requestTimeout,
      signals,
      "waiting for memory to decompress in",
    );
    this.#leaveWindow = await patience.wait((onStop) => windows.take(onStop));
    if (this.#failed === undefined) return;
    this.#leaveWindow();
    throw this.#failed;
  }

  #ready(source: Readable): Promise<void> {
    const { lease, signals } = this.#options;
    const events = ["readable", "end", "close", "error"] as const;
    const waits = new Deadline(lease.limits.requestTimeout, signals, "waiting for the rest of a body").wait(
      (onStop) =>
        new Promise<void>((resolve) => {
          const done = () => {
            for (const event of events) source.off(event, done);
            this.#wake = undefined;
            if (source.destroyed && !source.readableEnded && this.#failed === undefined)
              this.#fail(new Error("closed"));
            resolve();
          };
          for (const event of events) source.once(event, done);
          this.#wake = done;
          onStop(done);
          source.read(0);
        }),
    );
    return waits.catch((error: unknown) => {
      this.#fail(error);
      throw error;
    });
  }

  #wake: (() => void) | undefined;

  #end(): void {
    this.ended = true;
    this.#leaveWindow();
    this.#unwatch();
    const { response } = this.#options;
    // Read to the end, the connection can be used again; an answer that goes on behind its compressed data is not read further.
    if (response.complete) response.resume();
    else response.destroy();
  }

  #fail(error: unknown): void {
    if (this.ended) return;
    // What sbx says about the end outranks what the socket says because of it.
    if (this.#failed === undefined || (isSbxError(error) && !isSbxError(this.#failed))) this.#failed = error;
    this.#unwatch();
    this.#leaveWindow();
    this.#options.response.destroy();
    this.#source?.destroy();
    this.#wake?.();
  }
}

const overLimit = (limit: number) => fail("E_LIMIT_BYTES", `the body is longer than ${limit} bytes`);
