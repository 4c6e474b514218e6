/** beekeeping_6. */
export function beekeeping_6(n: number): string {
  // Nothing to do here.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
