import { fail, isSbxError } from "../core/errors.ts";
import { parseArguments, parseWith } from "../core/schema.ts";
import { type Operation, type OperationContext, WithBytes } from "../op.ts";
import { Handles } from "./handles.ts";
import { Judge } from "./judge.ts";
import { overReason } from "./lease.ts";
import type { HandedOut } from "./monitor.ts";
import { type Content, contentOf, handedOut } from "./release.ts";
import { type Call, Road } from "./road.ts";
import type { GateWorld } from "./world.ts";

export interface Result {
  readonly value: unknown;
  readonly bytes: Uint8Array | null;
  /** Gives up the memory that the answer takes; call when it was handed over. */
  free(): void;
  /** Call when nobody will look at `bytes` any more: their owner uses that memory again. */
  readonly sent: (() => void) | undefined;
}

export class Gate {
  readonly handles: Handles;
  readonly judge: Judge;
  readonly #world: GateWorld;
  readonly #running = new Set<Road>();

  constructor(world: GateWorld) {
    this.#world = world;
    this.handles = new Handles(world.budget.limits.handles);
    this.judge = new Judge(world, this.handles);
  }

  /** Runs one operation. @throws SbxError for whatever was refused or went wrong */
  async perform(call: Call): Promise<Result> {
    const { operation } = call;
    const args = parseArguments(operation.args, call.args, call.name);
    const names = [call.name.slice(call.name.indexOf(".") + 1), ...(operation.variants ?? [])];
    const road = new Road(call, names, operation.needs(args));
    this.#running.add(road);
    try {
      for (const [key, need] of road.governed)
        road.seats.push(await this.judge.resolve(key, need, call.name, names));
      for (const [key, need] of road.handles) road.seats.push(...this.judge.recall(key, need));
      for (const seat of road.seats) this.judge.policy(seat);
      for (const seat of road.seats) seat.lease.register();
      for (const seat of road.seats) this.judge.sink(seat, road.reads());
      const reason = operation.reason?.(args);
      const content = (): Content => contentOf(operation, args, call.body, this.#world.decode);
      for (const seat of road.seats) await this.judge.consent(seat, call.at, reason, content);
      const { monitors, decode } = this.#world;
      const out = (): HandedOut => handedOut(operation, args, call.body, decode);
      if (!monitors.idle) await monitors.watch(this.#world, road.seats, out);
      // From here to the opening nothing else of the run comes between.
      for (const seat of road.seats) this.judge.still(seat);
      for (const { seat, rule } of road.charged()) this.judge.charge(seat, rule);
      this.judge.raise(road.reads());
      for (const seat of road.seats) this.judge.intend(seat);
      const powers = await this.#open(road);
      const outcome = await operation.run(args, powers as never, this.#context(road));
      const result = checkResult(operation, outcome, call.name);
      this.#finish(road, "ok");
      return { ...result, free: road.freeing() };
    } catch (error) {
      road.freeing()();
      this.#finish(road, isSbxError(error) ? error.code : "E_INTERNAL");
      throw error;
    } finally {
      this.#leave(road);
    }
  }

  /** Ends the powers of a call that runs; unknown numbers are ignored. */
  cancel(id: number): void {
    for (const road of this.#running)
      if (road.call.id === id) road.end(fail("E_UNAVAILABLE", "the call was cancelled"));
  }

  cancelAll(): void {
    for (const road of this.#running) road.end(overReason());
    for (const { leases } of this.handles) for (const lease of leases) lease.end(overReason());
  }

  async #open(road: Road): Promise<Record<string, unknown>> {
    const powers: Record<string, unknown> = {};
    for (const seat of road.seats) powers[seat.key] = await seat.power();
    return powers;
  }

  #context(road: Road): OperationContext {
    return {
      body: road.call.body,
      keep: (type, object, close) => {
        try {
          const number = this.handles.add({ type, object, leases: road.leases(), close });
          road.kept = true;
          return number;
        } catch (error) {
          void close().catch(() => undefined);
          throw error;
        }
      },
      drop: (handle) => this.handles.drop(handle, overReason()),
      handle: <T>(number: number): T => {
        const mine = road.handles.find(([, need]) => need.handle === number);
        if (!mine) throw fail("E_INTERNAL", "an operation used a handle that it did not name");
        return this.handles.get(number, mine[1].type).object as T;
      },
      run: this.#world.facts,
      ...(road.call.at === undefined ? {} : { at: road.call.at }),
    };
  }

  /** The outcome of what was started, with the bytes that moved. */
  #finish(road: Road, outcome: string): void {
    const started = road.seats.filter((seat) => seat.started);
    if (started.length === 0) return;
    const targets = started.map((seat) => seat.target);
    const bytes = started.reduce((sum, seat) => sum + seat.moved, 0);
    this.#world.audit.outcome(road.call.name, targets, outcome, bytes);
  }

  #leave(road: Road): void {
    this.#running.delete(road);
    for (const seat of road.seats) {
      if (!seat.made.opening) continue;
      if (!road.kept) seat.lease.end(overReason());
      seat.made.release();
    }
  }
}

function checkResult(operation: Operation, outcome: unknown, name: string): Omit<Result, "free"> {
  const withBytes = outcome instanceof WithBytes ? outcome : null;
  const value = withBytes ? withBytes.value : (outcome ?? null);
  try {
    return {
      value: parseWith(operation.result, value, name),
      bytes: withBytes?.bytes ?? null,
      sent: withBytes?.sent,
    };
  } catch (error) {
    throw fail("E_INTERNAL", `${name} gave what it does not promise`, { cause: error });
  }
}
