/** Words, sentences and dice that scripts/exampleData.ts makes its files from. */

/** Numbers that look random and are not: mulberry32. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** 0 up to, not including, `sides`. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.roll(from.length)] as T;
  }

  some<T>(from: readonly T[], count: number): T[] {
    const left = [...from];
    return Array.from(
      { length: Math.min(count, left.length) },
      () => left.splice(this.roll(left.length), 1)[0] as T,
    );
  }
}

export const words = (text: string): string[] => text.trim().split(/\s+/);
export const lines = (text: string): string[] => text.trim().split("\n");
export const two = (n: number): string => String(n).padStart(2, "0");
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

export const sentences = lines(`
The meeting moved to Thursday, and nobody minded.
Measured twice, cut once; the shelf now fits between the windows.
What the map calls a road is a river bed for half of the year.
Rye needs more water than the recipe says when the flour is fresh.
The second edition corrects the table on page 41, the third one breaks it again.
A list that is never read is a way of forgetting politely.
Ask Noor whether the old archive still opens.
The pump runs at night, when power is cheap, and that is audible.
Three of the seven samples were dry before noon.
Seen from the ridge, the valley looks like a question that nobody asked.
The printer wants the 300 g paper from the left tray.
Café Übermut closes at six, which is when we get there.
It is cheaper to repair the gutter than the wall below it.
Most of the budget went into things that cannot be seen any more.
The translation keeps the joke and loses the rhyme.
Write the test first, then the excuse.
Rain again; the seedlings like it, the path does not.
The old lens is softer, and that is why portraits came out well.
If the index grows beyond a page, split it by year.
Bring back the ladder.
`);
export const topics =
  words(`garden bread archive lenses gutter irrigation translation budget seedlings bicycle printing
  cartography beekeeping weather pottery library radio sourdough letters drainage astronomy carpentry ferns lichen`);
export const areas = words(
  "area/house area/work area/garden reading recipe idea project people travel later maintenance quote",
);
