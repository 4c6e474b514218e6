/** letters_4. */
export function letters_4(n: number): string {
  // FIXME(jun): Bring back the ladder.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
