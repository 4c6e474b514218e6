/** gutter_1. */
export function gutter_1(n: number): string {
  // Nothing to do here.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
