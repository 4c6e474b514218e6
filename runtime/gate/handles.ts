/** Things that outlive the operation that made them, owned by the session: numbered, counted, judged again at each use, closed with the
 *  run. Numbers are never reused, so that a stale one can only miss. */
import type { HandleType } from "../core/capability.ts";
import { fail, type SbxError } from "../core/errors.ts";
import type { LiveLease } from "./lease.ts";

export interface HandleRecord {
  readonly number: number;
  readonly type: HandleType;
  readonly object: object;
  /** The leases of what it was opened with. */
  readonly leases: readonly LiveLease[];
  close(): Promise<void>;
}

export class Handles {
  readonly #most: number;
  readonly #open = new Map<number, HandleRecord>();
  #next = 1;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @throws E_LIMIT_HANDLES */
  add(record: Omit<HandleRecord, "number">): number {
    if (this.#open.size >= this.#most)
      throw fail("E_LIMIT_HANDLES", `${this.#most} things are open already`, {
        remedy: "close some first, or raise --handles=",
      });
    const number = this.#next;
    this.#next += 1;
    this.#open.set(number, { ...record, number });
    return number;
  }

  /** @throws E_INVALID for a number that is not open, or is something else */
  get(number: number, type: HandleType): HandleRecord {
    const record = this.#open.get(number);
    if (!record || record.type !== type) throw fail("E_INVALID", "it is closed, or was never opened");
    return record;
  }

  /** Closes one; unknown numbers are ignored. */
  async drop(number: number, reason: SbxError): Promise<void> {
    const record = this.#open.get(number);
    if (!record) return;
    this.#open.delete(number);
    await record.close().finally(() => {
      for (const lease of record.leases) lease.end(reason);
    });
  }

  async dropAll(reason: SbxError): Promise<void> {
    await Promise.allSettled([...this.#open.keys()].map((number) => this.drop(number, reason)));
  }

  *[Symbol.iterator](): Iterator<HandleRecord> {
    yield* this.#open.values();
  }
}
