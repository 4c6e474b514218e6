/** What a person's keys mean while a question is open. Only an exact answer grants: the words yes and y, or Enter on the line where the
 *  mark stands. Everything unexpected puts the mark back on No. Pure: bytes and a clock go in, a decision comes out. */

export type Decision =
  | { readonly do: "choose"; readonly index: number }
  | { readonly do: "word"; readonly word: "yes" | "no" }
  | { readonly do: "refuse" }
  | { readonly do: "edit" }
  | { readonly do: "details" }
  | { readonly do: "stop"; readonly interrupted: boolean }
  /** Not a key: the window has another size, and everything must be drawn again. */
  | { readonly do: "resize" };

/** Answers within this time after the question appeared were not meant for it. */
export const DEAF_MS = 400;
/** Keys that were on their way when the deaf time ended belong to it until the keyboard rests this long. */
const REST_MS = 100;

const ESCAPE = "\x1b";
const wholeSequence =
  /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[ -~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]OPX^_\x1b])/;
const partSequence = /^\x1b(?:$|\[[0-?]*[ -/]*$|O$|[\]PX^_][^\x07\x1b]*\x1b?$)/;
const ups = new Set(["\x1b[A", "\x1bOA"]);
const downs = new Set(["\x1b[B", "\x1bOB"]);
const LONGEST_SEQUENCE = 64;

export interface KeyOptions {
  /** Lines to choose from; the mark starts on 0, which is No (or the first scope). */
  readonly lines: number;
  /** The line that the word yes marks; undefined where words mean nothing. */
  readonly yes?: number;
  /** When the question appeared, in the clock of `read`. */
  readonly openedAt: number;
  /** Single keys that this question knows. */
  readonly commands: { readonly e: boolean; readonly d: boolean };
  readonly deaf: boolean;
  /** Lines are chosen by their number, commands end with Enter, and arrows mean nothing: for screens that are not redrawn. */
  readonly numbered?: boolean;
}

/** The most of a typed line that is echoed. */
const MOST_ECHO = 20;

export class Keys {
  #mark = 0;
  #word = "";
  #echo = "";
  #spoilt = false;
  #rest = "";
  #lastDeaf = Number.NEGATIVE_INFINITY;
  readonly #options: KeyOptions;

  constructor(options: KeyOptions) {
    this.#options = options;
  }

  /** Index of the marked line. */
  get mark(): number {
    return this.#mark;
  }

  /** What a line editor would show of the line so far. */
  get echo(): string {
    return this.#echo;
  }

  /** Reads bytes as they came (one character a byte). What stands behind a decision is thrown away with it. */
  read(bytes: string, now: number): Decision | undefined {
    const deaf = this.#isDeaf(now);
    const text = this.#rest + bytes;
    this.#rest = "";
    let at = 0;
    while (at < text.length) {
      const key = this.#keyAt(text, at);
      if (key === undefined) break;
      at += key.length;
      if (key === "\x03") return { do: "stop", interrupted: true };
      const decision = deaf ? undefined : this.#press(key);
      if (decision !== undefined) return decision;
    }
    return undefined;
  }

  #isDeaf(now: number): boolean {
    if (!this.#options.deaf) return false;
    const deaf = now - this.#options.openedAt < DEAF_MS || now - this.#lastDeaf < REST_MS;
    if (deaf) this.#lastDeaf = now;
    return deaf;
  }

  /** The next key or whole escape sequence; undefined when the rest of one has yet to come. */
  #keyAt(text: string, at: number): string | undefined {
    const c = text[at] ?? "";
    if (c !== ESCAPE) return c;
    const near = text.slice(at, at + LONGEST_SEQUENCE);
    const whole = wholeSequence.exec(near)?.[0];
    if (whole !== undefined) return whole;
    if (near.length < LONGEST_SEQUENCE && partSequence.test(near)) {
      this.#rest = near;
      return undefined;
    }
    return c;
  }

  #press(key: string): Decision | undefined {
    if (key === "\r" || key === "\n") return this.#enter();
    if (key === "\x04") return { do: "refuse" };
    if (this.#options.numbered !== true) {
      if (ups.has(key)) return this.#move(-1);
      if (downs.has(key)) return this.#move(1);
    }
    if (key.startsWith(ESCAPE)) return undefined;
    if (key === "\x7f" || key === "\b") {
      this.#echo = this.#echo.slice(0, -1);
      return this.#retype(this.#word.slice(0, -1));
    }
    if (key < " ") return undefined;
    if (this.#echo.length < MOST_ECHO) this.#echo += key < "\x7f" ? key : "?";
    if (this.#word === "" && !this.#spoilt && this.#options.numbered !== true) {
      const command = this.#command(key);
      if (command !== undefined) return command;
    }
    return this.#retype(this.#word + key);
  }

  #command(key: string): Decision | undefined {
    if (key === "q") return { do: "stop", interrupted: false };
    if (key === "e" && this.#options.commands.e) return { do: "edit" };
    return key === "d" && this.#options.commands.d ? { do: "details" } : undefined;
  }

  #enter(): Decision {
    const { yes } = this.#options;
    if (this.#spoilt) return { do: "refuse" };
    if (this.#word === "") return { do: "choose", index: this.#mark };
    if (this.#options.numbered === true) {
      const command = this.#command(this.#word);
      if (command !== undefined) return command;
      const index = Number(this.#word) - 1;
      if (/^\d$/.test(this.#word) && index >= 0 && index < this.#options.lines)
        return { do: "choose", index };
    }
    if (isYes(this.#word) && yes !== undefined) return { do: "word", word: "yes" };
    return isNo(this.#word) ? { do: "word", word: "no" } : { do: "refuse" };
  }

  #move(by: number): undefined {
    const { lines } = this.#options;
    this.#word = "";
    this.#spoilt = false;
    this.#mark = (this.#mark + by + lines) % lines;
  }

  #retype(word: string): undefined {
    const { yes, numbered } = this.#options;
    const possible =
      (yes !== undefined && /^(y(es?)?|no?)?$/i.test(word)) || (numbered === true && /^[\dedq]?$/.test(word));
    this.#spoilt ||= !possible;
    this.#word = this.#spoilt ? "" : word;
    this.#mark = !this.#spoilt && isYes(word) ? (yes ?? 0) : 0;
  }
}

const isYes = (word: string): boolean => /^y(es)?$/i.test(word);
const isNo = (word: string): boolean => /^no?$/i.test(word);
