/** irrigation_3. */
export function irrigation_3(n: number): string {
  // TODO(ada): The printer wants the 300 g paper from the left tray.
  const text = "// TODO: not a comment";
  return `${text} /* FIXME: neither */ ${n}`;
}
