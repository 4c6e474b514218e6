/** A plugin's output on its way to a terminal (CONTRACT 2): colours and styles pass, every other control character or sequence is
 *  shown as text, so that it can neither move the cursor, hide, nor ask the terminal anything. Pure; keeps what a chunk cut in two. */

const LONGEST_STYLE = 128;
const style = /^\x1b\[([0-9;:]*)m/;
const partOfStyle = /^\x1b(?:\[[0-9;:]*)?$/;

export class TerminalText {
  readonly #decoder = new TextDecoder();
  #cut = "";
  /** True while the last thing printed was not a line break. */
  midLine = false;
  /** True while some style may still be on. */
  styled = false;

  /** What may be printed of these bytes now. */
  filter(bytes: Uint8Array): string {
    return this.#pass(this.#cut + this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** What is left when nothing follows. */
  end(): string {
    return this.#pass(this.#cut + this.#decoder.decode(), true);
  }

  #pass(text: string, last: boolean): string {
    this.#cut = "";
    let out = "";
    let from = 0;
    for (const { index } of text.matchAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g)) {
      if (index < from) continue;
      out += text.slice(from, index);
      const rest = text.slice(index, index + LONGEST_STYLE);
      if (!last && isCut(rest)) {
        this.#cut = text.slice(index);
        return this.#note(out);
      }
      const passed = passes(rest);
      out += passed ?? shown(text[index] ?? "");
      if (passed?.endsWith("m")) this.styled = !/^\x1b\[0?m$/.test(passed);
      from = index + (passed?.length ?? 1);
    }
    return this.#note(out + text.slice(from));
  }

  #note(out: string): string {
    if (out !== "") this.midLine = !out.endsWith("\n");
    return out;
  }
}

const isCut = (rest: string): boolean =>
  rest === "\r" || (rest.length < LONGEST_STYLE && partOfStyle.test(rest));

/** The sequence at the start that may pass as it is. */
function passes(rest: string): string | undefined {
  if (rest.startsWith("\r\n")) return "\r\n";
  const found = style.exec(rest);
  return found !== null && !conceals(found[1] ?? "") ? found[0] : undefined;
}

/** Style 8 hides text. A plain 8 behind 38, 48 or 58 is a colour's number. */
function conceals(parameters: string): boolean {
  const list = parameters.split(";");
  for (let at = 0; at < list.length; at += 1) {
    if (/^[345]8$/.test(list[at] ?? "")) at += list[at + 1] === "2" ? 4 : 2;
    else if (Number(list[at] || 0) === 8) return true;
  }
  return false;
}

const shown = (c: string): string => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`;
