/** The engine in its own process. Promises: the process is killed by `kill`, by a fault in what it says, and by a
 *  backlog without end; nothing that it does throws here or reaches anybody but the listener.
 *
 *  Takes a child that was spawned with a pipe as descriptor 3 and nothing else (see `engineSpawnOptions`).
 *  Refuses to know what the messages mean. */

import type { ChildProcess, SpawnOptions } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { encodeFrame, FrameDecoder, TO_ENGINE } from "../channel.ts";
import type { Engine, EngineConfig, EngineExit, Program, Ready } from "../engine.ts";
import { type GuestMessage, readMessage } from "../message.ts";
import { Attention } from "./attention.ts";
import { exitOf } from "./exit.ts";

/** How to spawn the child: no environment, no terminal, no inherited descriptor but the channel. */
export const engineSpawnOptions = {
  stdio: ["ignore", "ignore", "ignore", "pipe"],
  env: {},
  cwd: "/",
  detached: true,
  windowsHide: true,
} as const satisfies SpawnOptions;

const MIB = 1024 * 1024;
/** A larger source map stays here: the plugin then sees its bundled positions. */
const MAX_MAP = 16 * MIB;
/** A guest that lets more than this wait is ended. */
const MAX_BACKLOG = 256 * MIB;
/** `drained` is fulfilled at or below this. */
const LOW_BACKLOG = 4 * MIB;
/** Kernel clock ticks a second, as /proc/<pid>/stat counts (fixed for user space). */
const TICKS = 100;

export function adoptEngine(child: ChildProcess): Engine {
  return new ProcessEngine(child);
}

class ProcessEngine implements Engine {
  readonly pid: number;
  readonly ready: Promise<Ready | null>;
  readonly exited: Promise<EngineExit>;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  readonly #attention = new Attention();
  #receive: ((message: GuestMessage) => void) | undefined;
  #readyKnown = false;
  #paused = false;
  #killed = false;
  #fault: string | undefined;
  #unsealed: string | undefined;
  #ended = false;
  #onReady: (ready: Ready | null) => void = () => {};
  #onExit: (exit: EngineExit) => void = () => {};
  #process: { readonly code: number | null; readonly signal: string | null } | undefined;
  #closed = false;
  #draining: (() => void)[] = [];
  #sent = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.#socket = child.stdio[3] as Socket;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.exited = new Promise((resolve) => {
      this.#onExit = resolve;
    });
    child.on("error", () => this.#gone(null, null));
    child.on("exit", (code, signal) => this.#gone(code, signal));
    if (child.exitCode !== null || child.signalCode !== null) this.#gone(child.exitCode, child.signalCode);
    this.#socket.on("data", (chunk: Buffer) => {
      this.#attention.came();
      this.#decoder.push(chunk);
      this.#pump();
    });
    this.#socket.on("error", () => {});
    this.#closed = this.#socket.destroyed;
    this.#socket.on("drain", () => this.#drain());
    this.#socket.on("close", () => {
      this.#closed = true;
      this.#finish();
    });
  }

  listen(receive: (message: GuestMessage) => void): void {
    this.#receive = receive;
    this.#pump();
  }

  configure(config: EngineConfig): void {
    this.#send(TO_ENGINE.config, 0, JSON.stringify(config));
  }

  start({ name, source, map = "", data }: Program): void {
    const mapBytes = Buffer.byteLength(map) > MAX_MAP ? 0 : Buffer.byteLength(map);
    const body = Buffer.from(mapBytes === 0 ? source : source + map);
    this.#send(TO_ENGINE.program, 0, JSON.stringify({ ...data, name, mapBytes }), body);
  }

  result(id: number, head: string, body?: Uint8Array, sent?: () => void): void {
    this.#send(TO_ENGINE.result, id, head, body, sent);
    this.#attention.expect();
  }

  fail(id: number, head: string): void {
    this.#send(TO_ENGINE.error, id, head);
  }

  wake(): void {
    this.#send(TO_ENGINE.wake, 0, "");
  }

  event(head: string): void {
    this.#send(TO_ENGINE.event, 0, head);
  }

  get sent(): number {
    return this.#sent;
  }

  get backlog(): number {
    return this.#ended ? 0 : this.#socket.writableLength;
  }

  drained(): Promise<void> {
    if (this.backlog <= LOW_BACKLOG) return Promise.resolve();
    return new Promise((resolve) => this.#draining.push(resolve));
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
    this.#pump();
  }

  kill(): void {
    if (this.#ended) return;
    this.#killed = true;
    this.#end();
  }

  cpuTime(): number | undefined {
    if (this.#process !== undefined) return undefined;
    try {
      const stat = readFileSync(`/proc/${this.pid}/stat`, "latin1");
      // Behind the name, which is in parentheses: fields 3 and on; 14 and 15 are user and system time (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
    } catch {
      return undefined;
    }
  }

  #send(type: number, id: number, head: string, body?: Uint8Array, sent?: () => void): void {
    if (this.#ended) return;
    const parts = encodeFrame(type, id, head, body);
    this.#sent = (this.#sent + 1) >>> 0;
    if (parts.length > 1) this.#socket.cork();
    for (const part of parts)
      this.#socket.write(part, part === body && sent ? (error) => error || sent() : undefined);
    if (parts.length > 1) this.#socket.uncork();
    if (this.#socket.writableLength > MAX_BACKLOG) this.#fail("does not read what it asked for");
  }

  /** Delivers whole frames while somebody listens. The listener may pause or kill in between. */
  #pump(): void {
    while (!this.#paused && !this.#ended && (this.#receive !== undefined || !this.#readyKnown)) {
      const frame = this.#decoder.next();
      if (frame === undefined) break;
      const message = readMessage(frame);
      if (message.type === "fault") this.#fail(message.reason);
      else if (this.#readyKnown && message.type !== "ready") this.#receive?.(message);
      else this.#start(message);
    }
    if (this.#decoder.fault !== null) this.#fail(this.#decoder.fault);
    this.#finish();
  }

  /** The first message: ready, or why not. */
  #start(message: GuestMessage): void {
    if (message.type === "ready" && !this.#readyKnown) {
      this.#readyKnown = true;
      this.#onReady({ walls: message.walls });
    } else if (message.type === "fail") {
      this.#unsealed = message.error.message;
    } else {
      this.#fail(`${message.type} out of order`);
    }
  }

  #fail(reason: string): void {
    if (this.#ended) return;
    this.#fault = reason;
    this.#end();
  }

  /** No more messages from here on; the process goes. */
  #end(): void {
    this.#ended = true;
    this.#attention.over();
    // The group of its own that the child leads holds nobody else: it cannot fork.
    this.#child.kill("SIGKILL");
    this.#socket.destroy();
    this.#onReady(null);
    this.#drain();
    this.#finish();
  }

  #gone(code: number | null, signal: string | null): void {
    this.#process ??= { code, signal };
    this.#finish();
  }

  /** Tells the end once: the process is gone, and what it had sent was delivered or is not wanted. */
  #finish(): void {
    if (this.#process === undefined || (!this.#ended && (!this.#closed || this.#paused))) return;
    this.#ended = true;
    this.#onReady(null);
    this.#drain();
    const { code, signal } = this.#process;
    if (this.#fault !== undefined) this.#onExit({ kind: "fault", reason: this.#fault });
    else if (this.#killed) this.#onExit({ kind: "killed" });
    else this.#onExit(exitOf(code, signal, this.#unsealed));
  }

  #drain(): void {
    if (this.backlog > LOW_BACKLOG) return;
    for (const resolve of this.#draining.splice(0)) resolve();
  }
}
