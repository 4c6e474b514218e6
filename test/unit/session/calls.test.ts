import { describe, expect, test } from "vitest";
import { type Answer, Calls } from "../../../runtime/calls.ts";

/** Work that ends when the test says so. */
class Job {
  started = false;
  readonly #sent: number[];
  readonly #id: number;
  finish: () => void = () => undefined;

  constructor(id: number, sent: number[]) {
    this.#id = id;
    this.#sent = sent;
  }

  work = (): Promise<Answer> => {
    this.started = true;
    return new Promise((resolve) => {
      this.finish = () => resolve({ id: this.#id, send: () => this.#sent.push(this.#id) });
    });
  };
}

const setUp = (most: number, ordered: boolean, count: number) => {
  const sent: number[] = [];
  const calls = new Calls(most, ordered);
  const jobs = Array.from({ length: count }, (_, id) => new Job(id, sent));
  return { sent, calls, jobs };
};
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("calls", () => {
  test("run no more at once than they may, and the rest in order", async () => {
    const { calls, jobs, sent } = setUp(2, false, 4);
    for (const job of jobs) calls.add(job.work, true);
    expect(jobs.map((job) => job.started)).toEqual([true, true, false, false]);
    jobs[1]?.finish();
    await settled();
    expect(jobs.map((job) => job.started)).toEqual([true, true, true, false]);
    expect([sent, calls.pending]).toEqual([[1], 3]);
  });

  test("on something that is open never wait", () => {
    const { calls, jobs } = setUp(1, false, 3);
    calls.add((jobs[0] as Job).work, true);
    calls.add((jobs[1] as Job).work, false);
    calls.add((jobs[2] as Job).work, false);
    expect(jobs.map((job) => job.started)).toEqual([true, true, true]);
  });

  test("beyond all measure fail at once", () => {
    const { calls, jobs } = setUp(1, false, 1);
    for (let i = 0; i < 20_001; i += 1) calls.add((jobs[0] as Job).work, true);
    expect(() => calls.add((jobs[0] as Job).work, true)).toThrow(
      expect.objectContaining({ code: "E_LIMIT_CALLS" }),
    );
  });

  test("in an ordered run answer in their order, once nothing is under way", async () => {
    const { calls, jobs, sent } = setUp(3, true, 3);
    for (const job of jobs) calls.add(job.work, true);
    for (const at of [2, 0]) jobs[at]?.finish();
    await settled();
    calls.settle();
    expect(sent).toEqual([]);
    jobs[1]?.finish();
    await settled();
    calls.settle();
    expect([sent, calls.pending]).toEqual([[0, 1, 2], 0]);
  });

  test("that wait never begin once it is over, and the end waits for those that run", async () => {
    const { calls, jobs } = setUp(1, false, 3);
    for (const job of jobs) calls.add(job.work, true);
    let over = false;
    const closing = calls.close(10_000).then(() => {
      over = true;
    });
    calls.add((jobs[2] as Job).work, false);
    await settled();
    expect([over, jobs.map((job) => job.started)]).toEqual([false, [true, false, false]]);
    jobs[0]?.finish();
    await closing;
    expect(jobs.map((job) => job.started)).toEqual([true, false, false]);
  });

  test("that never end are not waited for longer than patience lasts", async () => {
    const { calls, jobs } = setUp(1, false, 1);
    calls.add((jobs[0] as Job).work, true);
    await calls.close(5);
    expect(calls.pending).toBe(1);
  });
});
