/** astronomy_0. */
export function astronomy_0(n: number): string {
  // FIXME(noor, 2026-01-15): It is cheaper to repair the gutter than the wall below it.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
