/** The system's clock, for the gate. Waits as long as it is told, also beyond what one timer can. */
import type { Clock } from "../../runtime/gate/clock.ts";

/** The longest delay of one timer, in ms: 24.8 days. */
const LONGEST = 2 ** 31 - 1;

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const end = Date.now() + ms;
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      const rest = end - Date.now();
      timer = setTimeout(rest > LONGEST ? wait : then, Math.min(Math.max(rest, 0), LONGEST)).unref();
    };
    wait();
    return () => clearTimeout(timer);
  },
  newAbort() {
    const controller = new AbortController();
    return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
  },
};
