/** astronomy_1. */
export function astronomy_1(n: number): string {
  // TODO: A list that is never read is a way of forgetting politely.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
