/** seedlings_7. */
export function seedlings_7(n: number): string {
  // TODO: Bring back the ladder.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
