/** radio_2. */
export function radio_2(n: number): string {
  // TODO(noor, 2026-03-15): Bring back the ladder.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
