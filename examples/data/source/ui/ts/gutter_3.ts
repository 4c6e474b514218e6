/** gutter_3. */
export function gutter_3(n: number): string {
  // TODO(jun): Rye needs more water than the recipe says when the flour is fresh.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
