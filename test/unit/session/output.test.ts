import { describe, expect, test } from "vitest";
import { OutputQueue } from "../../../runtime/output.ts";

const setUp = (full: () => Promise<void> | undefined = () => undefined) => {
  const written: string[] = [];
  const steps: string[] = [];
  const queue = new OutputQueue(
    {
      write: (stream, bytes) => {
        written.push(`${stream}:${new TextDecoder().decode(bytes.subarray(0, 8))}`);
        return full();
      },
    },
    { pause: () => void steps.push("pause"), resume: () => void steps.push("resume") },
  );
  const print = (text: string, stream: 1 | 2 = 1): void =>
    queue.write(stream, new TextEncoder().encode(text));
  return { written, steps, queue, print };
};

describe("output", () => {
  test("goes out at once when nothing is in its way", () => {
    const { written, print } = setUp();
    print("a");
    print("b", 2);
    expect(written).toEqual(["1:a", "2:b"]);
  });

  test("keeps its order behind a slow reader", async () => {
    let free = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      free = resolve;
    });
    const { written, print, queue } = setUp(() => slow);
    for (const text of ["a", "b", "c"]) print(text);
    expect(written).toEqual(["1:a"]);
    free();
    await queue.flush();
    expect(written).toEqual(["1:a", "1:b", "1:c"]);
  });

  test("makes a guest wait that prints faster than it is read, and no longer", async () => {
    let free = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      free = resolve;
    });
    const { steps, print, queue } = setUp(() => slow);
    for (let i = 0; i < 6; i += 1) print("x".repeat(100_000));
    expect(steps).toEqual(["pause"]);
    free();
    await queue.flush();
    expect(steps).toEqual(["pause", "resume"]);
  });

  test("that may not leave is counted and never written", async () => {
    const { written, queue } = setUp();
    queue.drop(5);
    queue.drop(7);
    await queue.flush();
    expect([written, queue.dropped]).toEqual([[], 12]);
  });

  test("is written at the end even while a question is open", async () => {
    const { written, print, queue } = setUp();
    void queue
      .heldDuring({ ask: () => new Promise(() => undefined) })
      .ask({} as never, new AbortController().signal);
    print("a");
    expect(written).toEqual([]);
    await queue.flush();
    expect(written).toEqual(["1:a"]);
  });
});
