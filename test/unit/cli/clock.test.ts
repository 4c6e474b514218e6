import { afterEach, describe, expect, test, vi } from "vitest";
import { clock } from "../../../cli/compose/clock.ts";

const DAY = 86_400_000;
afterEach(() => vi.useRealTimers());

describe("the clock calls back", () => {
  const waits: readonly { why: string; ms: number }[] = [
    { why: "at once", ms: 0 },
    { why: "after a second", ms: 1000 },
    { why: "after the longest time that one timer can wait", ms: 2 ** 31 - 1 },
    { why: "a moment later than that", ms: 2 ** 31 },
    { why: "after sixty days", ms: 60 * DAY },
    { why: "after ten years", ms: 3650 * DAY },
  ];
  test.each(waits)("$why, once, and not before", ({ ms }) => {
    vi.useFakeTimers();
    const then = vi.fn();
    clock.after(ms, then);
    vi.advanceTimersByTime(Math.max(0, ms - 1));
    expect(then).toHaveBeenCalledTimes(ms === 0 ? 1 : 0);
    vi.advanceTimersByTime(1);
    expect(then).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(60 * DAY);
    expect(then).toHaveBeenCalledTimes(1);
  });

  test("never, once it was told so, however far it had waited", () => {
    vi.useFakeTimers();
    const then = vi.fn();
    const stop = clock.after(60 * DAY, then);
    vi.advanceTimersByTime(30 * DAY);
    stop();
    vi.advanceTimersByTime(60 * DAY);
    expect(then).not.toHaveBeenCalled();
  });
});
