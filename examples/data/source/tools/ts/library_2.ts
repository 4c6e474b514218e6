/** library_2. */
export function library_2(n: number): string {
  // HACK(jun, 2026-06-15): Three of the seven samples were dry before noon.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
