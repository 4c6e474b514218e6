/** The broker's end of the data server: a process that is started when it is first needed, and ended when a query takes too long or the run
 *  is over. Every answer is an answer to one request. */
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { type ErrorCode, errorTable, fail } from "../../core/errors.ts";
import { encodeFrame, FrameDecoder } from "../../engine/channel.ts";
import { type DataRequest, type FailureHead, FROM_DATA, type ServedSet, TO_DATA } from "./protocol.ts";

export interface DataAnswer {
  readonly head: unknown;
  readonly body: Uint8Array;
}

export interface DataClientOptions {
  /** A child with a pipe as descriptor 3, of this executable, that runs the server. */
  readonly start: () => ChildProcess;
  readonly sets: readonly ServedSet[];
  /** The longest that one request may take, in ms. */
  readonly timeout: number;
}

/** For the process to start, in ms; on a busy machine that may take longer than a query. */
const START = 60_000;

interface Waiting {
  readonly set: string;
  readonly resolve: (answer: DataAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export class DataClient {
  readonly #options: DataClientOptions;
  #server: Server | undefined;

  constructor(options: DataClientOptions) {
    this.#options = options;
  }

  /** Starts the server, so that the first query need not wait for it. */
  warm(): void {
    this.#running();
  }

  /** Changes when the server was ended: cursors of an earlier one are gone. */
  get generation(): unknown {
    return this.#server;
  }

  /** @throws what the server refused; E_LIMIT_TIME; E_UNAVAILABLE when it ended meanwhile */
  ask(set: string, request: DataRequest): Promise<DataAnswer> {
    return this.#running().ask(set, request, this.#options.timeout);
  }

  close(): void {
    this.#server?.end(fail("E_UNAVAILABLE", "the run is over"));
  }

  #running(): Server {
    if (this.#server === undefined || this.#server.ended) {
      this.#server = new Server(this.#options.start());
      const { sets, timeout } = this.#options;
      this.#server.ask("", { op: "sets", sets, timeout }, START).catch(() => undefined);
    }
    return this.#server;
  }
}

class Server {
  ended = false;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#socket = child.stdio[3] as Socket;
    const gone = (): void => this.end(fail("E_UNAVAILABLE", "what answers data sets has ended; try again"));
    child.on("error", gone).on("exit", gone);
    this.#socket.on("error", gone).on("close", gone);
    this.#socket.on("data", (chunk: Buffer) => {
      this.#decoder.push(chunk);
      for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next())
        this.#settle(frame);
    });
    // Neither keeps a run alive that has nothing else to do.
    child.unref();
    this.#socket.unref();
  }

  ask(set: string, request: DataRequest, timeout: number): Promise<DataAnswer> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#late(id, timeout), timeout);
      this.#waiting.set(id, { set, resolve, reject, timer });
      for (const part of encodeFrame(TO_DATA.request, id, JSON.stringify(request))) this.#socket.write(part);
    });
  }

  /** A query cannot be interrupted, so the process goes, and whatever else it had under way. */
  #late(id: number, timeout: number): void {
    const late = this.#waiting.get(id);
    this.#waiting.delete(id);
    late?.reject(
      fail("E_LIMIT_TIME", `the data set ${late.set} did not answer within ${timeout / 1000} s`, {
        kind: "data",
        resource: late.set,
        remedy: "ask for less, or raise --request-timeout=",
      }),
    );
    this.end(fail("E_UNAVAILABLE", "a query beside this one took too long, and both were ended; try again"));
  }

  end(reason: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.#child.kill("SIGKILL");
    this.#socket.destroy();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(reason);
    }
    this.#waiting.clear();
  }

  #settle({ type, id, head, body }: { type: number; id: number; head: string; body: Uint8Array }): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    const said: unknown = JSON.parse(head);
    if (type === FROM_DATA.ok) waiting.resolve({ head: said, body });
    else waiting.reject(failureOf(said as FailureHead, waiting.set));
  }
}

function failureOf({ code, message, why }: FailureHead, set: string): Error {
  const known = Object.hasOwn(errorTable, code) ? (code as ErrorCode) : "E_INTERNAL";
  const remedy = "sbx data check says what is wrong";
  return fail(known, message, {
    kind: "data",
    resource: set,
    ...(why === undefined ? {} : { person: { resolved: set, remedy, why } }),
  });
}
