/** drainage_0. */
export function drainage_0(n: number): string {
  // Nothing to do here.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
