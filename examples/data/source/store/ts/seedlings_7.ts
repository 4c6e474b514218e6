/** seedlings_7. */
export function seedlings_7(n: number): string {
  // TODO(kofi): It is cheaper to repair the gutter than the wall below it.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
