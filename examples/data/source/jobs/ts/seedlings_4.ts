/** seedlings_4. */
export function seedlings_4(n: number): string {
  // HACK: Café Übermut closes at six, which is when we get there.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
