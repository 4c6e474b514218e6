/** "Did you mean": the nearest of some known words. Pure; knows nothing of what the words are for. */

/** Edits (insert, delete, replace, swap of neighbours) between two short words. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word nearest to `word`, or undefined when none is near enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const short = word.slice(0, 40);
  const allowed = Math.max(1, Math.floor(short.length / 3));
  let best: { word: string; far: number } | undefined;
  for (const candidate of known) {
    const far = distance(short, candidate);
    if (far <= allowed && (best === undefined || far < best.far)) best = { word: candidate, far };
  }
  return best?.word;
}
