/** lichen_0. */
export function lichen_0(n: number): string {
  // Nothing to do here.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
