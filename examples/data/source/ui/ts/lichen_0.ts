/** lichen_0. */
export function lichen_0(n: number): string {
  // TODO(jun, 2026-05-15): Seen from the ridge, the valley looks like a question that nobody asked.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
