/** One run: an engine, a gate, labels and budgets, from the program's first byte to the last line of its audit. Believes the engine
 *  nothing but the shape of its messages; ends it whatever it does. */

import { Brake } from "./brake.ts";
import { type Answer, Calls, usesHandle } from "./calls.ts";
import { errorTable, fail, type SbxError } from "./core/errors.ts";
import { humanSize, printSize } from "./core/units.ts";
import { endOfEngine, endWords, exitCode, moreMemory, type RunEnd, wholeSecond } from "./ending.ts";
import { type GuestError, type GuestMessage, INTRICATE } from "./engine/message.ts";
import { Audit } from "./gate/audit.ts";
import { Changes } from "./gate/changes.ts";
import type { Clock } from "./gate/clock.ts";
import { Asking } from "./gate/consent.ts";
import { discreetly } from "./gate/discreet.ts";
import { Gate } from "./gate/gate.ts";
import { overReason } from "./gate/lease.ts";
import { Budget } from "./gate/limits.ts";
import { Monitors } from "./gate/monitor.ts";
import { Permissions } from "./gate/permissions.ts";
import type { Rule } from "./gate/policy.ts";
import type { GateWorld } from "./gate/world.ts";
import type { RunFacts } from "./op.ts";
import { OutputQueue } from "./output.ts";
import type { RunOutcome, SessionOptions } from "./run.ts";
import { Streams } from "./streams.ts";
import { asSbxError, auditFailed, endOf, fits, toldGuest, tooLarge } from "./told.ts";
import { Watch } from "./watch.ts";

/** Denials that a report lists at most. */
const MAX_DENIALS = 1000;
/** A run that is ended from outside does not wait longer than this, in ms, for a reader who does not read. */
const LAST_MOMENT = 50;
/** What still runs when a run ends has this long, in ms, to notice; so that its outcome stands in the audit before the end. */
const PATIENCE = 250;
/** Bytes of calls that may wait here before the guest is kept waiting itself. */
const MAX_HELD = 96 * 1024 ** 2;

export class Session {
  readonly #options: SessionOptions;
  #began = 0;
  readonly #gate: Gate;
  readonly #permissions: Permissions;
  readonly #audit: Audit;
  readonly #budget: Budget;
  readonly #changes: Changes;
  readonly #calls: Calls;
  readonly #brake: Brake;
  readonly #output: OutputQueue;
  #heldBytes = 0;
  readonly #watch: Watch;
  readonly #stopping: ReturnType<Clock["newAbort"]>;
  readonly #denials: SbxError[] = [];
  readonly #monitors: Monitors;
  readonly #streams: Streams;
  #exitCode = 0;
  #wake: NodeJS.Timeout | undefined;
  #idle: (GuestMessage & { type: "idle" }) | undefined;
  #finish: (end: RunEnd) => void = () => undefined;
  readonly #finished: Promise<RunEnd>;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { clock, limits, flow, policy } = options;
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#stopping = clock.newAbort();
    this.#budget = new Budget(limits);
    this.#changes = new Changes(
      () => policy.rules,
      clock,
      () => this.#toGuest(() => options.engine.event('{"event":"permissions.change","payload":null}')),
    );
    this.#budget.usedUp = () => this.#changes.note();
    this.#calls = new Calls(limits.inflight, options.seed !== null);
    this.#brake = new Brake(options.engine);
    this.#output = new OutputQueue(options.output, this.#brake);
    this.#watch = new Watch(
      options.engine,
      limits,
      () => this.#brake.on,
      (error) => this.#finish({ kind: "limit", error }),
    );
    this.#audit = new Audit(
      options.audit,
      options.subject,
      clock,
      () => flow.labels,
      options.learn,
      (target, done) => discreetly(target, done, policy),
    );
    const asking = new Asking({
      consent: options.consent && this.#output.heldDuring(options.consent),
      memory: options.memory,
      policy,
      who: options.who,
      prompts: limits.prompts,
      wholeKinds: options.learn !== undefined,
      now: () => clock.now(),
      stop: () => this.#finish({ kind: "stopped", by: "person" }),
      signal: this.#stopping.signal,
    });
    this.#streams = new Streams({ flow, asking, audit: this.#audit, output: this.#output });
    this.#monitors = new Monitors(options.monitors ?? [], (error) =>
      this.#finish({ kind: "contained", error }),
    );
    const world: GateWorld = {
      sources: options.sources,
      policy,
      flow,
      asking,
      budget: this.#budget,
      audit: this.#audit,
      changes: this.#changes,
      clock,
      facts: this.#facts(),
      monitors: this.#monitors,
      decode: (bytes) => Buffer.from(bytes).toString("utf8"),
    };
    this.#gate = new Gate(world);
    this.#permissions = new Permissions(world, this.#gate.judge);
  }

  /** Runs to the end. Rejects never; closes nothing that it was given but the engine and the run's handles. */
  async run(): Promise<RunOutcome> {
    const { engine, limits, seed, program } = this.#options;
    this.#began = this.#options.clock.now();
    try {
      this.#audit.event("run.start", program.name, "started");
      void engine.exited.then((exit) => this.#finish(endOfEngine(exit, limits)));
      engine.listen((message) => this.#guarded(() => this.#receive(message)));
      engine.configure({ memory: limits.memory, stack: limits.stack, seed });
      this.#watch.busy();
      engine.start(program);
    } catch (error) {
      this.#finish({ kind: "broken", error: asSbxError(error) });
    }
    const end = await this.#finished;
    return this.#close(end);
  }

  /** From outside: a signal, the host. */
  stop(): void {
    this.#finish({ kind: "stopped", by: "signal" });
  }

  /** Somebody can be asked. */
  get asks(): boolean {
    return this.#options.consent !== null;
  }

  /** These rules hold no more, because somebody took them back elsewhere; what is open under them ends. */
  withdraw(rules: readonly Rule[]): void {
    this.#guarded(() => this.#permissions.withdraw(rules));
  }

  async #close(first: RunEnd): Promise<RunOutcome> {
    const { engine, flow } = this.#options;
    let end = first;
    this.#watch.stop();
    this.#changes.stop();
    clearTimeout(this.#wake);
    engine.kill();
    if (end.kind === "done" || end.kind === "error") await this.#streams.settled();
    // Before anything closes that somebody could see. A person who stops it is not kept waiting.
    if (flow.labels.size > 0 && end.kind !== "stopped") await wholeSecond(this.#options.clock, this.#began);
    this.#stopping.abort(overReason());
    this.#gate.cancelAll();
    await this.#calls.close(PATIENCE);
    await this.#gate.handles.dropAll(overReason());
    await this.#output.flush(end.kind === "done" || end.kind === "error" ? undefined : LAST_MOMENT);
    let exit = flow.streamOpen("exit") ? exitCode(end) : 76;
    try {
      this.#audit.event(end.kind === "limit" ? "limit" : "run.end", endWords(end), String(exit));
    } catch (error) {
      if (end.kind !== "broken") end = { kind: "broken", error: asSbxError(error) };
      exit = exitCode(end);
    }
    return {
      end,
      exit,
      denials: this.#denials,
      budget: this.#budget,
      dropped: this.#output.dropped,
      labels: [...flow.labels].sort(),
      findings: this.#monitors.findings,
      lineage: flow.lineage,
      speaks: flow.streamOpen("stderr"),
    };
  }

  /** A defect of ours in the middle of a message ends the run, closed. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#finish({ kind: "broken", error: asSbxError(error) });
    }
  }

  #receive(message: GuestMessage): void {
    switch (message.type) {
      case "call":
        return this.#call(message);
      case "out":
        return this.#print(message.stream, message.bytes);
      case "idle":
        return this.#onIdle(message);
      case "fail":
        return this.#fail(message.error);
      case "ready":
        return;
      default:
        return message satisfies never;
    }
  }

  #call(message: GuestMessage & { type: "call" }): void {
    const { id } = message;
    const { engine } = this.#options;
    try {
      this.#calls.add(
        () => this.#perform(message).finally(() => this.#hold(-message.body.length)),
        !usesHandle(message.args),
      );
      this.#hold(message.body.length);
    } catch (error) {
      engine.fail(id, toldGuest(asSbxError(error)));
    }
  }

  /** Counts the bytes of calls that are not done. */
  #hold(bytes: number): void {
    const before = this.#heldBytes;
    this.#heldBytes += bytes;
    if (before <= MAX_HELD && this.#heldBytes > MAX_HELD) this.#brake.pause();
    if (before > MAX_HELD && this.#heldBytes <= MAX_HELD) this.#brake.resume();
  }

  async #perform(message: GuestMessage & { type: "call" }): Promise<Answer> {
    const { engine, operations } = this.#options;
    const { id, op: name, args, body, at } = message;
    try {
      if (args === INTRICATE) throw fail("E_INVALID", `${name}: the arguments hold too many values`);
      const operation = await operations(name);
      if (!operation) throw fail("E_INVALID", `there is no operation ${name}`);
      const result = await this.#gate.perform({
        id,
        name,
        operation,
        args,
        body: body.length ? body : null,
        ...(at === undefined ? {} : { at: () => this.#options.locate(at) }),
      });
      const head = JSON.stringify(result.value);
      if (!fits(head, result)) throw tooLarge(name, result);
      if (this.#options.seed !== null) result.free(); // ordered answers wait for each other, so none may wait for room
      return {
        id,
        send: () => {
          this.#toGuest(() => engine.result(id, head, result.bytes ?? undefined, result.sent));
          if (engine.backlog === 0) result.free();
          else void engine.drained().then(result.free);
        },
      };
    } catch (error) {
      const known = asSbxError(error);
      if (known.code === "E_INTERNAL" || auditFailed(known)) this.#finish({ kind: "broken", error: known });
      const denied = errorTable[known.code].exit === 77 || known.details.person !== undefined;
      if (denied && this.#denials.length < MAX_DENIALS) this.#denials.push(known);
      return { id, send: () => this.#toGuest(() => engine.fail(id, toldGuest(known))) };
    }
  }

  /** Anything sent gives the guest work. */
  #toGuest(send: () => void): void {
    this.#idle = undefined;
    this.#watch.busy();
    send();
  }

  #print(stream: 1 | 2, bytes: Uint8Array): void {
    const { limits } = this.#options;
    if (!this.#budget.print(bytes.length)) {
      const said = `the plugin printed more than ${humanSize(limits.output)}`;
      return this.#finish({
        kind: "limit",
        error: fail("E_LIMIT_OUTPUT", said, { remedy: `--output=${printSize(2 * limits.output)}` }),
      });
    }
    this.#streams.print(stream, bytes);
  }

  #onIdle(message: GuestMessage & { type: "idle" }): void {
    const { engine, seed } = this.#options;
    if (message.seen !== engine.sent) return; // something is on its way to it
    this.#idle = message;
    this.#watch.idle();
    this.#calls.settle();
    if (this.#idle === undefined || this.#calls.pending > 0) return this.#sleep(message.wake, false);
    if (message.wake !== null) return this.#sleep(message.wake, seed !== null);
    if (message.main === "done" && message.refs === 0) this.#finish({ kind: "done", code: this.#exitCode });
    else if (message.main === "pending" && message.refs === 0) this.#finish({ kind: "deadlock" });
  }

  #sleep(wake: number | null, virtual: boolean): void {
    clearTimeout(this.#wake);
    if (wake === null || (this.#options.seed !== null && !virtual)) return;
    this.#wake = setTimeout(
      () => this.#toGuest(() => this.#options.engine.wake()),
      virtual ? 0 : Math.min(Math.ceil(wake), 2 ** 31 - 1),
    );
  }

  #fail(error: GuestError): void {
    if (error.kind === "memory") {
      const said = `the plugin needed more than ${humanSize(this.#options.limits.memory)} of memory`;
      return this.#finish({
        kind: "limit",
        error: fail("E_LIMIT_MEMORY", said, { remedy: moreMemory(this.#options.limits) }),
      });
    }
    const denial = this.#denials.findLast(
      (known) => known.code === error.code && known.details.resource === error.resource,
    );
    this.#finish({ kind: "error", error, denial });
  }

  #facts(): RunFacts {
    return {
      limits: { body: this.#options.limits.body },
      deterministic: this.#options.seed !== null,
      opener: this.#options.opener,
      query: (asked) => this.#permissions.query(asked),
      request: (asked, reason, at) => this.#permissions.request(asked, reason, at),
      revoke: (asked) => this.#permissions.revoke(asked),
      listen: (on) => this.#changes.listen(on),
      setExitCode: (code) => {
        this.#exitCode = code;
      },
      readInput: (max) => Promise.race([this.#options.input(max), endOf(this.#stopping.signal)]),
      cancel: (call) => this.#gate.cancel(call),
    };
  }
}
