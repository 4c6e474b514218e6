/** Colours on a terminal. Obeys NO_COLOR, FORCE_COLOR and `--quiet`'s plainness; knows nothing of what is printed. */

export interface Style {
  readonly colour: boolean;
  readonly width: number;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const paint = (on: boolean, open: number, close: number) => (text: string) =>
  on && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;

/** `width` 0 means: not a terminal, do not wrap. */
export const makeStyle = (colour: boolean, width = 0): Style => ({
  colour,
  width,
  red: paint(colour, 31, 39),
  yellow: paint(colour, 33, 39),
  cyan: paint(colour, 36, 39),
  bold: paint(colour, 1, 22),
  dim: paint(colour, 2, 22),
});

export const plain: Style = makeStyle(false);

/** NO_COLOR (any non-empty value) beats FORCE_COLOR; FORCE_COLOR=0 means no. */
export function wantsColour(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.NO_COLOR) return false;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== "0" && force !== "false";
  return isTerminal && env.TERM !== "dumb";
}

export function styleFor(
  output: { readonly isTerminal: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): Style {
  return makeStyle(wantsColour(output.isTerminal, env));
}
