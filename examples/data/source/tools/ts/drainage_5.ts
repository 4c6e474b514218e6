/** drainage_5. */
export function drainage_5(n: number): string {
  // TODO: The second edition corrects the table on page 41, the third one breaks it again.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
