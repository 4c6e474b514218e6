/** sourdough_2. */
export function sourdough_2(n: number): string {
  // Nothing to do here.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
