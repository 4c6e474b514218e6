/** The clocks of a run, from outside the guest: wall time, and continuous work since the guest last waited. Work is measured as the
 *  system's CPU time where it tells, so that neither a busy machine nor a slow reader of its output is blamed on the guest. Where it does
 *  not tell, the wall's clock counts while nobody keeps the guest waiting. */

import { fail, type SbxError } from "./core/errors.ts";
import { printTime } from "./core/units.ts";
import type { Engine } from "./engine/engine.ts";

/** The system counts CPU time in steps of 10 ms. */
const RESOLUTION = 20;

export class Watch {
  readonly #engine: Engine;
  readonly #cpu: number;
  readonly #waits: () => boolean;
  readonly #struck: (error: SbxError) => void;
  #wall: NodeJS.Timeout | undefined;
  #work: NodeJS.Timeout | undefined;
  #since = 0;
  #cpuThen: number | undefined;

  /** `waits`: is the guest kept waiting by us? */
  constructor(
    engine: Engine,
    limits: { readonly timeout: number; readonly cpu: number },
    waits: () => boolean,
    struck: (error: SbxError) => void,
  ) {
    this.#engine = engine;
    this.#cpu = limits.cpu;
    this.#waits = waits;
    this.#struck = struck;
    if (limits.timeout > 0)
      this.#wall = setTimeout(
        () =>
          struck(
            fail("E_LIMIT_TIME", `the run took longer than ${printTime(limits.timeout)}`, {
              remedy: `--timeout=${printTime(2 * limits.timeout)}`,
            }),
          ),
        Math.min(limits.timeout, 2 ** 31 - 1),
      );
  }

  /** The guest has work to do from now on. */
  busy(): void {
    if (this.#work) return;
    this.#since = performance.now();
    this.#cpuThen = this.#engine.cpuTime();
    this.#arm(this.#cpu);
  }

  /** The guest waits. */
  idle(): void {
    clearTimeout(this.#work);
    this.#work = undefined;
  }

  stop(): void {
    this.idle();
    clearTimeout(this.#wall);
  }

  #arm(ms: number): void {
    this.#work = setTimeout(() => this.#look(), Math.max(1, ms));
  }

  #look(): void {
    const now = this.#engine.cpuTime();
    if (now === undefined && this.#waits()) this.#since = performance.now();
    const worked =
      now === undefined || this.#cpuThen === undefined
        ? performance.now() - this.#since
        : now - this.#cpuThen;
    if (worked + RESOLUTION >= this.#cpu)
      this.#struck(
        fail("E_LIMIT_TIME", `the plugin worked for ${printTime(this.#cpu)} without a pause`, {
          remedy: `--cpu=${printTime(2 * this.#cpu)}`,
        }),
      );
    else this.#arm(this.#cpu - worked);
  }
}
