/** printing_5. */
export function printing_5(n: number): string {
  // XXX(noor): Rye needs more water than the recipe says when the flour is fresh.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
