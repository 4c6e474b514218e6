/** Budgets of one run, and what is charged to a rule when it is used. Knows numbers, not operations. */
import type { Kind } from "../core/capability.ts";
import { fail } from "../core/errors.ts";
import { humanSize, printSize } from "../core/units.ts";
import { type Rule, stateOf } from "./policy.ts";
import { Room } from "./room.ts";

/** CONTRACT 5; sizes in bytes, times in ms, 0 = no limit where said. */
export interface RunLimits {
  /** Wall clock; 0: none. */
  readonly timeout: number;
  /** Continuous work of the guest. */
  readonly cpu: number;
  readonly memory: number;
  readonly stack: number;
  readonly output: number;
  readonly handles: number;
  readonly inflight: number;
  readonly body: number;
  readonly requestTimeout: number;
  /** Bytes over the network, both ways. */
  readonly traffic: number;
  readonly kv: number;
  readonly prompts: number;
}

const MB = 1024 ** 2;

export const defaultLimits: RunLimits = {
  timeout: 0,
  cpu: 10_000,
  memory: 128 * MB,
  stack: MB,
  output: 16 * MB,
  handles: 256,
  inflight: 64,
  body: 64 * MB,
  requestTimeout: 30_000,
  traffic: 100 * MB,
  kv: 16 * MB,
  prompts: 20,
};

export class Budget {
  readonly limits: RunLimits;
  /** Bytes by kind and direction, for the report. */
  traffic = 0;
  output = 0;
  /** Called when a grant was used up just now. */
  usedUp: () => void = () => undefined;
  /** Two of the largest answers at once. */
  readonly room: Room;

  constructor(limits: RunLimits) {
    this.limits = limits;
    this.room = new Room(2 * limits.body);
  }

  /** One use of a rule. `opening` is false for a further use of something that is open already. @throws E_LIMIT_CALLS, E_EXPIRED … */
  take(rule: Rule | null, now: number, opening: boolean): void {
    if (rule === null) return;
    const state = stateOf(rule, now);
    if (state === "revoked") throw fail("E_REVOKED", `${rule.from} was revoked`);
    if (state === "expired") throw fail("E_EXPIRED", `${rule.from} has expired`);
    if (state === "used" && (opening || rule.grant.options.maxCalls !== undefined))
      throw fail("E_LIMIT_CALLS", `${rule.from} is used up`);
    if (rule.usage && !rule.usage.take(opening))
      throw fail("E_LIMIT_CALLS", `${rule.from} is used up (other runs use it too)`);
    if (opening) rule.uses += 1;
    rule.calls += 1;
    if (state === "valid" && stateOf(rule, now) === "used") this.usedUp();
  }

  /** Bytes under a rule, before they are handed on. @throws E_LIMIT_BYTES */
  spend(rule: Rule | null, kind: Kind, bytes: number): void {
    if (rule !== null) {
      const most = rule.grant.options.maxBytes;
      const fits = most === undefined || rule.bytes + bytes <= most;
      if (!fits || rule.usage?.spend(bytes) === false)
        throw fail("E_LIMIT_BYTES", `${rule.from} allows ${humanSize(most ?? 0)} in all`, {
          remedy: `a larger maxBytes= (now ${printSize(most ?? 0)})`,
        });
      rule.bytes += bytes;
      if (bytes > 0 && rule.bytes === most) this.usedUp();
    }
    if (kind !== "net") return;
    if (this.traffic + bytes > this.limits.traffic)
      throw fail("E_LIMIT_BYTES", `this run may move ${humanSize(this.limits.traffic)} over the network`, {
        remedy: `--traffic=${printSize(2 * this.limits.traffic)}`,
      });
    this.traffic += bytes;
  }

  /** Console output. false: the limit is reached and nothing of these bytes may be printed. */
  print(bytes: number): boolean {
    this.output += bytes;
    return this.output <= this.limits.output;
  }
}
