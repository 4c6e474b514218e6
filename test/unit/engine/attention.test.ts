import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Attention } from "../../../runtime/engine/hosts/attention.ts";
import { Patience } from "../../../runtime/engine/patience.ts";

describe("patience", () => {
  const cases = [
    { why: "before the first wait, it looks", waits: [], looks: true },
    { why: "after an answer at once, it looks", waits: [0.1], looks: true },
    { why: "after a long wait, it sleeps at once", waits: [5], looks: false },
    { why: "a slept-through wait that was short all the same brings it back", waits: [5, 0.1], looks: true },
  ];
  test.each(cases)("$why", ({ waits, looks }) => {
    const patience = new Patience();
    for (const ms of waits) patience.waited(ms);
    expect(patience.ms > 0).toBe(looks);
  });
});

describe("attention", () => {
  let turns: (() => void)[] = [];
  let now = 0;
  beforeEach(() => {
    turns = [];
    now = 0;
    vi.stubGlobal("setImmediate", (turn: () => void) => turns.push(turn));
    vi.spyOn(performance, "now").mockImplementation(() => now);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  const turn = (): void => {
    for (const run of turns.splice(0)) run();
  };

  test("keeps the loop awake while an answer may come at once, and no longer", () => {
    const attention = new Attention();
    attention.expect();
    turn();
    expect(turns).toHaveLength(1);
    now = 10;
    turn();
    expect(turns).toHaveLength(0);
  });

  test("asks for one turn at a time, however much is expected", () => {
    const attention = new Attention();
    attention.expect();
    attention.expect();
    expect(turns).toHaveLength(1);
  });

  test("rests when the answer came, and when none will", () => {
    const attention = new Attention();
    for (const rest of [() => attention.came(), () => attention.over()]) {
      attention.expect();
      rest();
      turn();
      expect(turns).toHaveLength(0);
    }
  });

  test("does not begin after a long wait, until one was short again", () => {
    const attention = new Attention();
    for (const [wait, asked] of [
      [50, 1],
      [0.1, 0],
      [0.1, 1],
    ] as const) {
      attention.expect();
      expect(turns).toHaveLength(asked);
      now += wait;
      attention.came();
      turn();
    }
  });
});
