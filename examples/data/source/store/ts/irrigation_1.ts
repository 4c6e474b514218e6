/** irrigation_1. */
export function irrigation_1(n: number): string {
  // XXX(jun): Measured twice, cut once; the shelf now fits between the windows.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
