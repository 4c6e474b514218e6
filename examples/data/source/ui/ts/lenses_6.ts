/** lenses_6. */
export function lenses_6(n: number): string {
  // FIXME(noor): It is cheaper to repair the gutter than the wall below it.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
