/** drainage_6. */
export function drainage_6(n: number): string {
  // TODO: Seen from the ridge, the valley looks like a question that nobody asked.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
