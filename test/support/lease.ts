/** A lease for tests of powers: everything is admitted until the test says otherwise, and what was asked and spent is written down. */
import type { GovernedNeed, Target } from "../../runtime/core/capability.ts";
import { fail } from "../../runtime/core/errors.ts";
import type { Lease, PowerLimits } from "../../runtime/core/powers.ts";

export interface FakeLeaseOptions {
  /** Throws the denial. */
  readonly judge?: (target: Target) => void;
  /** Answers new needs; without it they are refused. */
  readonly resolve?: (need: GovernedNeed) => Promise<Target> | Target;
  readonly keeps?: readonly string[];
  readonly limits?: Partial<PowerLimits>;
  /** Bytes that may be spent in both directions together. */
  readonly budget?: number;
}

export interface FakeLease extends Lease {
  readonly admitted: Target[];
  readonly obtained: GovernedNeed[];
  readonly spent: { in: number; out: number };
  end(reason?: unknown): void;
}

export function fakeLease(options: FakeLeaseOptions = {}): FakeLease {
  const controller = new AbortController();
  const spent = { in: 0, out: 0 };
  const lease: FakeLease = {
    signal: controller.signal,
    keeps: options.keeps ?? [],
    admitted: [],
    obtained: [],
    spent,
    limits: { body: 64 * 2 ** 20, requestTimeout: 5000, kv: 16 * 2 ** 20, ...options.limits },
    alive() {
      if (controller.signal.aborted) throw controller.signal.reason;
    },
    spend(bytes, direction) {
      lease.alive();
      spent[direction] += bytes;
      if (options.budget !== undefined && spent.in + spent.out > options.budget)
        throw fail("E_LIMIT_BYTES", "the traffic limit was reached");
    },
    room: async () => lease.alive(),
    async admit(target) {
      lease.alive();
      lease.admitted.push(target);
      options.judge?.(target);
    },
    async obtain(need) {
      lease.obtained.push(need);
      if (!options.resolve) throw fail("E_NET", "not granted", { kind: need.kind });
      const target = await options.resolve(need);
      options.judge?.(target);
      return { target, lease };
    },
    permits(target, bytes) {
      try {
        options.judge?.(target);
        lease.spend(bytes, "in");
        return true;
      } catch {
        return false;
      }
    },
    hides: () => null,
    grants: () => false,
    learn: () => undefined,
    begins: () => false,
    end: (reason = fail("E_REVOKED", "the grant was revoked")) => controller.abort(reason),
  };
  return lease;
}
