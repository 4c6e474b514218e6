/** An engine without a process: its guest is a function of the test, which speaks as a real one would, or lies as a hostile one would. */
import type { Engine, EngineExit } from "../../../runtime/engine/engine.ts";
import type { GuestError, GuestMessage } from "../../../runtime/engine/message.ts";
import type { RunOutcome, SessionOptions } from "../../../runtime/run.ts";
import { Session } from "../../../runtime/session.ts";
import { everyOperation, findOperation, World, type WorldOptions } from "../../support/world.ts";

export interface Reply {
  readonly value?: unknown;
  readonly text?: string;
  readonly error?: { readonly code: string; readonly name: string; readonly message: string };
}

/** What the guest can do. */
export class Guest {
  readonly engine: FakeEngine;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  #next = 1;

  constructor(engine: FakeEngine) {
    this.engine = engine;
  }

  call(op: string, args: unknown = {}, body = ""): Promise<Reply> {
    const id = this.#next++;
    const reply = new Promise<Reply>((resolve) => this.#replies.set(id, resolve));
    this.engine.say({ type: "call", id, op, args, body: new TextEncoder().encode(body) });
    return reply;
  }

  answered(id: number, reply: Reply): void {
    this.#replies.get(id)?.(reply);
  }

  print(text: string, stream: 1 | 2 = 1): void {
    this.engine.say({ type: "out", stream, bytes: new TextEncoder().encode(text) });
  }

  idle(more: Partial<GuestMessage & { type: "idle" }> = {}): void {
    this.engine.say({ type: "idle", seen: this.engine.sent, main: "done", wake: null, refs: 0, ...more });
  }

  throws(error: Partial<GuestError> = {}): void {
    this.engine.say({
      type: "fail",
      error: { name: "Error", message: "oops", stack: "", kind: "uncaught", ...error },
    });
  }
}

export class FakeEngine implements Engine {
  readonly pid = 0;
  readonly ready = Promise.resolve({ walls: [] });
  readonly exited: Promise<EngineExit>;
  sent = 0;
  backlog = 0;
  killed = false;
  wakes = 0;
  /** Everything that was sent, by what it was. */
  readonly heard: string[] = [];
  #exit: (exit: EngineExit) => void = () => undefined;
  #receive: (message: GuestMessage) => void = () => undefined;
  readonly #main: (guest: Guest) => void | Promise<void>;
  readonly guest = new Guest(this);

  constructor(main: (guest: Guest) => void | Promise<void>) {
    this.#main = main;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  say(message: GuestMessage): void {
    if (!this.killed) this.#receive(message);
  }
  exit(exit: EngineExit): void {
    this.#exit(exit);
  }

  listen(receive: (message: GuestMessage) => void): void {
    this.#receive = receive;
  }
  configure(): void {
    this.#send("configure");
  }
  start(): void {
    this.#send("start");
    void Promise.resolve().then(() => this.#main(this.guest));
  }
  result(id: number, head: string, body?: Uint8Array): void {
    this.#send(`result ${id}`);
    this.guest.answered(id, {
      value: JSON.parse(head),
      ...(body ? { text: new TextDecoder().decode(body) } : {}),
    });
  }
  fail(id: number, head: string): void {
    this.#send(`fail ${id}`);
    this.guest.answered(id, { error: JSON.parse(head) });
  }
  wake(): void {
    this.#send("wake");
    this.wakes += 1;
    this.guest.idle();
  }
  event(): void {
    this.#send("event");
  }
  drained(): Promise<void> {
    return Promise.resolve();
  }
  pause(): void {}
  resume(): void {}
  kill(): void {
    this.killed = true;
    this.#exit({ kind: "killed" });
  }
  cpuTime(): number | undefined {
    return undefined;
  }
  #send(what: string): void {
    this.sent += 1;
    this.heard.push(what);
  }
}

export interface Ran extends RunOutcome {
  readonly world: World;
  readonly engine: FakeEngine;
  readonly out: string;
  readonly err: string;
}

/** Runs a guest to its end, in a world. */
export async function run(
  main: (guest: Guest) => void | Promise<void>,
  options: WorldOptions = {},
  more: Partial<SessionOptions> = {},
): Promise<Ran> {
  const world = new World(options);
  const engine = new FakeEngine(main);
  const texts = { 1: "", 2: "" };
  const session = new Session({
    engine,
    program: { name: "main.ts", source: "", data: {} },
    operations: async (name) => (everyOperation.includes(name) ? findOperation(name) : undefined),
    sources: world.sources,
    opener: world.tree.opener,
    policy: world.policy,
    flow: world.flow,
    consent: world.consent,
    memory: null,
    audit: world.sink,
    subject: { run: "RUN", plugin: { id: "test", version: "1", content: "" } },
    who: "main.ts",
    clock: world.clock,
    limits: world.budget.limits,
    seed: null,
    output: {
      write: (stream, bytes) => {
        texts[stream] += new TextDecoder().decode(bytes);
      },
    },
    input: async () => ({ bytes: new Uint8Array(0), done: true }),
    locate: () => undefined,
    ...more,
  });
  const outcome = await session.run();
  return { ...outcome, world, engine, out: texts[1], err: texts[2] };
}
