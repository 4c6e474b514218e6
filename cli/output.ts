/** Standard output and standard error of the broker, with back-pressure. Promises that a slow or stalled reader never holds up the
 *  broker's clocks (a pipe is written without blocking), that bytes keep their order, and that a reader who left is a fact to
 *  ask for, not an error. Process-wide streams of Node are opened only when a pipe is full: opening them costs 5 ms. */
import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { fail, type SbxError } from "../runtime/core/errors.ts";

export interface Output {
  readonly fd: 1 | 2;
  readonly isTerminal: boolean;
  /** True once the reader is gone; from then on writing does nothing. */
  readonly closed: boolean;
  /** Aborted when the reader has gone. */
  readonly whenClosed: AbortSignal;
  /** Hands over the bytes. A promise means: not all of them yet, wait before you give more. Never rejects for a reader who left.
   *  @throws (or rejects with) E_UNAVAILABLE for a full disk and the like */
  write(bytes: string | Uint8Array): Promise<void> | void;
  /** Settles when everything was handed over. */
  flush(): Promise<void>;
}

type Sink = (bytes: Uint8Array) => Promise<void> | void;

const gone = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "EBADF"]);

export function openOutput(fd: 1 | 2): Output {
  return new StandardOutput(fd);
}

class StandardOutput implements Output {
  readonly fd: 1 | 2;
  readonly isTerminal: boolean;
  readonly #closing = new AbortController();
  #direct: number | undefined;
  #sink: Sink | undefined;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(fd: 1 | 2) {
    this.fd = fd;
    this.isTerminal = isatty(fd);
    this.#direct = directDescriptor(fd);
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  get whenClosed(): AbortSignal {
    return this.#closing.signal;
  }

  write(given: string | Uint8Array): Promise<void> | void {
    if (this.closed) return;
    const bytes = typeof given === "string" ? Buffer.from(given) : given;
    if (this.#waiting === 0) {
      const rest = this.#writeNow(bytes);
      if (rest === undefined) return;
      return this.#queue(rest);
    }
    return this.#queue(bytes);
  }

  async flush(): Promise<void> {
    await this.#last.catch(() => {});
  }

  /** Writes what goes without waiting; gives back what did not. */
  #writeNow(bytes: Uint8Array): Uint8Array | undefined {
    let at = 0;
    try {
      while (this.#direct !== undefined && at < bytes.length) at += writeSync(this.#direct, bytes, at);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") return this.#failed(error);
      if (this.#direct !== this.fd) closeSync(this.#direct as number);
      this.#direct = undefined;
    }
    return at < bytes.length ? bytes.subarray(at) : undefined;
  }

  #failed(error: unknown): undefined {
    if (!gone.has(codeOf(error))) throw this.#unwritable(error);
    this.#closing.abort();
    return undefined;
  }

  #unwritable(cause: unknown): SbxError {
    const full = codeOf(cause) === "ENOSPC" || codeOf(cause) === "EDQUOT";
    const stream = this.fd === 1 ? "standard output" : "standard error";
    const why = full ? "the disk is full" : codeOf(cause);
    return fail("E_UNAVAILABLE", `${stream} cannot be written (${why})`, {
      cause,
      remedy: "free space, or send it elsewhere",
    });
  }

  #queue(bytes: Uint8Array): Promise<void> {
    this.#waiting += 1;
    this.#last = this.#last
      .then(() => (this.closed ? undefined : this.#writeLater(bytes)))
      .catch((error: unknown) => void this.#failed(error))
      .finally(() => {
        this.#waiting -= 1;
      });
    return this.#last;
  }

  #writeLater(bytes: Uint8Array): Promise<void> | void {
    this.#sink ??= nodeStream(this.fd);
    return this.#sink(bytes);
  }
}

/** A descriptor that never blocks on a slow reader, or that may block because it is a file or a person's terminal.
 *  Undefined when only Node's own stream will do. */
function directDescriptor(fd: 1 | 2): number | undefined {
  try {
    const stat = fstatSync(fd);
    if (stat.isFile() || stat.isCharacterDevice()) return fd;
    if (!stat.isFIFO() || process.platform !== "linux") return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function nodeStream(fd: 1 | 2): Sink {
  const stream = fd === 1 ? process.stdout : process.stderr;
  stream.on("error", () => {});
  return (bytes) =>
    new Promise((done, broken) => {
      stream.write(bytes, (error) => (error ? broken(error) : done()));
    });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
