import { describe, expect, test } from "vitest";
import type { Consent, Question } from "../../runtime/gate/consent.ts";
import { type Output, OutputQueue } from "../../runtime/output.ts";

const question = {} as Question;
const later = () => new Promise<void>((done) => setTimeout(done, 1));

/** An output that takes bytes at once, or each in its own time. */
function reader(slow: boolean): Output & { text: string } {
  const self = {
    text: "",
    write(_: 1 | 2, bytes: Uint8Array): void | Promise<void> {
      if (!slow) {
        self.text += Buffer.from(bytes).toString();
        return;
      }
      return later().then(() => {
        self.text += Buffer.from(bytes).toString();
      });
    },
  };
  return self;
}

function asked(): { consent: Consent; answer: () => void } {
  let answer = (): void => {};
  const consent: Consent = {
    ask: () =>
      new Promise((done) => {
        answer = () => done({ choice: "no" });
      }),
  };
  return { consent, answer: () => answer() };
}

const engine = () => {
  const calls: string[] = [];
  return { calls, pause: () => void calls.push("pause"), resume: () => void calls.push("resume") };
};

describe.each([
  { why: "a fast reader", slow: false },
  { why: "a slow reader", slow: true },
])("output to $why", ({ slow }) => {
  const print = (queue: OutputQueue, text: string) => queue.write(1, Buffer.from(text));

  test("keeps its order", async () => {
    const output = reader(slow);
    const queue = new OutputQueue(output, engine());
    for (const text of ["a", "b", "c"]) print(queue, text);
    await queue.flush();
    expect(output.text).toBe("abc");
  });

  test("waits while a question is open, and goes on after it, and after the next", async () => {
    const output = reader(slow);
    const queue = new OutputQueue(output, engine());
    for (const round of ["1", "2"]) {
      print(queue, `before${round} `);
      const { consent, answer } = asked();
      const answered = queue.heldDuring(consent).ask(question, new AbortController().signal);
      print(queue, `during${round} `);
      await later();
      await later();
      await later();
      expect(output.text).toMatch(new RegExp(`before${round} $`));
      answer();
      await answered;
      print(queue, `after${round} `);
      await later();
      await later();
      await later();
      await later();
      expect(output.text).toMatch(new RegExp(`before${round} during${round} after${round} $`));
    }
  });

  test("is not lost when nothing waited while the question was open", async () => {
    const output = reader(slow);
    const queue = new OutputQueue(output, engine());
    const { consent, answer } = asked();
    const answered = queue.heldDuring(consent).ask(question, new AbortController().signal);
    await later();
    answer();
    await answered;
    print(queue, "after");
    await queue.flush();
    expect(output.text).toBe("after");
  });

  test("is all written at the end, although a question is still open", async () => {
    const output = reader(slow);
    const queue = new OutputQueue(output, engine());
    const { consent, answer } = asked();
    const answered = queue.heldDuring(consent).ask(question, new AbortController().signal);
    await later();
    for (let i = 0; i < 20; i += 1) print(queue, String(i % 10));
    const flushed = queue.flush();
    answer();
    await answered;
    await flushed;
    expect(output.text).toBe("01234567890123456789");
  });

  test("makes the guest wait when much of it waits, and no longer than that", async () => {
    const output = reader(slow);
    const guest = engine();
    const queue = new OutputQueue(output, guest);
    const { consent, answer } = asked();
    const answered = queue.heldDuring(consent).ask(question, new AbortController().signal);
    await later();
    for (let i = 0; i < 5; i += 1) print(queue, "x".repeat(100_000));
    expect(guest.calls).toEqual(["pause"]);
    answer();
    await answered;
    await queue.flush();
    expect(guest.calls).toEqual(["pause", "resume"]);
    expect(output.text).toHaveLength(500_000);
  });
});

test("a reader who does not read is not waited for longer than was said", async () => {
  const queue = new OutputQueue({ write: () => new Promise(() => {}) }, engine());
  for (const text of ["a", "b"]) queue.write(1, Buffer.from(text));
  await queue.flush(20);
});
