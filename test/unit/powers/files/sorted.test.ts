import { describe, expect, test } from "vitest";
import { SortedEntries } from "../../../../runtime/powers/files/sorted.ts";
import { Random } from "../../../support/random.ts";

const entry = (name: string) => ({ name, isFile: true, isDirectory: false, isSymlink: false });

function pagesOf(names: readonly string[], max: number): string[][] {
  const entries = new SortedEntries();
  for (const name of names) entries.add(entry(name));
  entries.finish();
  const pages: string[][] = [];
  for (let page = entries.take(max); page.length > 0; page = entries.take(max))
    pages.push(page.map(({ name }) => name));
  return pages;
}

describe("entries in name order", () => {
  const random = new Random(1);
  test.each([0, 1, 999, 8191, 8192, 8193, 30_000])("%i of them, page by page", (count) => {
    const names = Array.from({ length: count }, () => random.next().toString(36));
    const pages = pagesOf(names, 1000);
    expect(pages.flat()).toEqual([...names].sort());
    for (const page of pages.slice(0, -1)) expect(page).toHaveLength(1000);
  });

  test("no step of half a million takes as long as one sort of them", () => {
    const names = Array.from({ length: 500_000 }, () => random.next().toString(36));
    const timed = (work: () => unknown): number => {
      const began = performance.now();
      work();
      return performance.now() - began;
    };
    const whole = timed(() => names.map(entry).sort((a, b) => (a.name < b.name ? -1 : 1)));
    const entries = new SortedEntries();
    let longest = 0;
    for (let at = 0; at < names.length; at += 1024)
      longest = Math.max(
        longest,
        timed(() => names.slice(at, at + 1024).forEach((name) => void entries.add(entry(name)))),
      );
    longest = Math.max(
      longest,
      timed(() => entries.finish()),
    );
    for (let n = 0; n < 20; n += 1)
      longest = Math.max(
        longest,
        timed(() => entries.take(1000)),
      );
    expect(longest).toBeLessThan(whole / 4);
  });

  test("forgets when it is told to", () => {
    const entries = new SortedEntries();
    entries.add(entry("a"));
    entries.finish().clear();
    expect([entries.size, entries.take(10)]).toEqual([0, []]);
  });
});
