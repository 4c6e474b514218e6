/** The clocks of a run, from outside the guest: wall time, and continuous work since the guest last waited. Work is measured as the
 *  system's CPU time where it tells, so that neither a busy machine nor a slow reader of its output is blamed on the guest. Where it does
 *  not tell, the wall's clock counts while nobody keeps the guest waiting.
 *
 *  The guest goes to work and waits thousands of times a second, so both only note the moment; a slow pulse looks. */
import { fail, type SbxError } from "./core/errors.ts";
import { printTime } from "./core/units.ts";
import type { Engine } from "./engine/engine.ts";

/** The system counts CPU time in steps of 10 ms. */
const RESOLUTION = 20;
/** ms between two looks at a guest that works. */
const PULSE = 50;

/** What was known when a stretch of work was first looked at. */
interface Stretch {
  /** When the guest went to work, by which the stretch is known. */
  readonly from: number;
  /** Work before the first look: at most what the wall's clock says. */
  readonly before: number;
  readonly cpuThen: number | undefined;
  readonly lookedAt: number;
}

export class Watch {
  readonly #engine: Engine;
  readonly #cpu: number;
  readonly #waits: () => boolean;
  readonly #struck: (error: SbxError) => void;
  #wall: NodeJS.Timeout | undefined;
  #pulse: NodeJS.Timeout | undefined;
  /** When the guest went to work; undefined while it waits. */
  #since: number | undefined;
  #stretch: Stretch | undefined;

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
    if (limits.timeout > 0) {
      const error = () =>
        fail("E_LIMIT_TIME", `the run took longer than ${printTime(limits.timeout)}`, {
          remedy: `--timeout=${printTime(2 * limits.timeout)}`,
        });
      this.#wall = setTimeout(() => struck(error()), Math.min(limits.timeout, 2 ** 31 - 1));
    }
  }

  /** The guest has work to do from now on. */
  busy(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    if (this.#pulse === undefined) this.#look(Math.min(PULSE, this.#cpu));
  }

  /** The guest waits. */
  idle(): void {
    this.#since = undefined;
  }

  stop(): void {
    this.#since = undefined;
    clearTimeout(this.#pulse);
    clearTimeout(this.#wall);
  }

  #look(after: number): void {
    this.#pulse = setTimeout(() => this.#beat(), Math.max(1, after));
  }

  #beat(): void {
    this.#pulse = undefined;
    if (this.#since === undefined) return;
    const worked = this.#worked(this.#since);
    if (worked + RESOLUTION < this.#cpu) return this.#look(Math.min(PULSE, this.#cpu - worked));
    this.#struck(
      fail("E_LIMIT_TIME", `the plugin worked for ${printTime(this.#cpu)} without a pause`, {
        remedy: `--cpu=${printTime(2 * this.#cpu)}`,
      }),
    );
  }

  #worked(from: number): number {
    const now = performance.now();
    const cpu = this.#engine.cpuTime();
    if (this.#stretch?.from !== from || (cpu === undefined && this.#waits())) {
      const before = this.#waits() ? 0 : now - from;
      this.#stretch = { from, before, cpuThen: cpu, lookedAt: now };
    }
    const { before, cpuThen, lookedAt } = this.#stretch;
    return before + (cpu === undefined || cpuThen === undefined ? now - lookedAt : cpu - cpuThen);
  }
}
