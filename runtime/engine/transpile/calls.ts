/** Which call a place in a bundled module belongs to. The engine names, for a call, the last place inside its parentheses that it
 *  noted down: an argument's, however deep. Knowing what was called, this finds the call itself.
 *
 *  Reads the text once, as tokens, without understanding it: what it takes for a call that is none is never asked for. Pure; never
 *  throws, and takes time in proportion to the text, whatever it is: the text is the plugin's, and the broker reads it too. */

export interface Calls {
  /** Offset of the call's own name around the place at `offset`, or undefined.
   *  `callee`: the function's name; "new X" where X constructs; "" for a function without one. */
  around(offset: number, callee: string): number | undefined;
}

interface Call {
  /** Offset of the name, or of `new`. */
  readonly at: number;
  /** From where on places belong to it: its parenthesis, or its `new`. */
  readonly start: number;
  /** Offset of the first token inside. */
  first: number;
  end: number;
  readonly name: string;
  /** Index of the call around it, or -1. */
  readonly around: number;
}

/** A longer text, in UTF-16 units, has no calls: reading this much takes less than a tenth of a second. */
const MAX_TEXT = 1024 * 1024;

/** Words before a parenthesis that call nothing. */
const notCalled = new Set(
  "if for while switch catch with function return typeof void delete await yield in of instanceof case throw do else super import".split(
    " ",
  ),
);
/** Words after which a slash begins a pattern. */
const beforePattern = new Set(
  "return typeof void delete await yield in of instanceof case throw do else new".split(" "),
);

const token =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"\\\n]+|\\[\s\S])*"?|'(?:[^'\\\n]+|\\[\s\S])*'?|[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*|\d[\w.]*|\?\.|\S/gu;
const flag = /^[\p{ID_Continue}$]/u;

export function callsIn(text: string): Calls {
  const calls = readCalls(text);
  return {
    around(offset, callee) {
      const isNew = callee.startsWith("new ");
      const name = isNew ? callee.slice(4) : callee;
      let leading: number | undefined;
      for (let i = lastBefore(calls, offset); i >= 0; i = calls[i]?.around ?? -1) {
        const call = calls[i];
        if (call === undefined || offset > call.end) continue;
        if (name !== "" && call.name === name) return call.at;
        if (call.first === offset) leading ??= call.at;
      }
      return isNew ? undefined : leading;
    },
  };
}

function readCalls(text: string): readonly Call[] {
  if (text.length > MAX_TEXT) return [];
  try {
    return new Reader(text).read();
  } catch {
    return []; // a token too long for the matcher
  }
}

/** Index of the last call that starts at or before `offset`. */
function lastBefore(calls: readonly Call[], offset: number): number {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((calls[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

class Reader {
  readonly #text: string;
  readonly #calls: Call[] = [];
  /** What is open: index of a call, -1 for another bracket, -2 for a template's hole. */
  readonly #open: number[] = [];
  #inside = -1;
  /** The word right before, and where it or its `new` stands. */
  #word = "";
  #wordAt = 0;
  #newAt = -1;
  /** A slash would divide here. */
  #divides = false;
  /** No pattern ends before this offset: so far a line was read to its end in vain. */
  #noPattern = 0;
  #awaitsFirst: Call | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Call[] {
    const text = this.#text;
    token.lastIndex = 0;
    for (let match = token.exec(text); match !== null; match = token.exec(text)) {
      const [seen] = match;
      if (seen.startsWith("//") || seen.startsWith("/*")) continue;
      if (this.#awaitsFirst !== undefined) this.#awaitsFirst.first = match.index;
      this.#awaitsFirst = undefined;
      token.lastIndex = this.#take(seen, match.index);
    }
    for (const index of this.#open) if (index >= 0) (this.#calls[index] as Call).end = text.length;
    return this.#calls;
  }

  /** Where to read on. */
  #take(seen: string, at: number): number {
    const next = at + seen.length;
    const first = seen.charCodeAt(0);
    if (
      first > 0x7f ||
      (first >= 0x41 && first <= 0x5a) ||
      (first >= 0x61 && first <= 0x7a) ||
      "$_#".includes(seen[0] ?? "")
    ) {
      this.#takeWord(seen, at);
      return next;
    }
    switch (seen) {
      case "(":
        this.#openParenthesis(at);
        return next;
      case "[":
      case "{":
        this.#open.push(-1);
        return this.#plain(next, false);
      case ")":
      case "]":
        this.#close(at);
        return this.#plain(next, true);
      case "}":
        return this.#close(at) === -2 ? this.#template(next) : this.#plain(next, false);
      case "`":
        return this.#template(next);
      case "/":
        return this.#slash(at);
      case ".":
      case "?.":
        return next; // the word before stays, so that `f?.(x)` calls f
      default:
        return this.#plain(next, /^["'\d]/.test(seen));
    }
  }

  #takeWord(word: string, at: number): void {
    if (word === "new") this.#newAt = at;
    else if (this.#text[at - 1] !== "." && this.#word !== "new") this.#newAt = -1;
    this.#word = word;
    this.#wordAt = at;
    this.#divides = !beforePattern.has(word);
  }

  #plain(next: number, divides: boolean): number {
    this.#word = "";
    this.#newAt = -1;
    this.#divides = divides;
    return next;
  }

  #openParenthesis(at: number): void {
    const word = this.#word;
    const isCall = word !== "" && word !== "new" && !notCalled.has(word);
    if (isCall) {
      const start = this.#newAt < 0 ? at : this.#newAt;
      const call = {
        at: this.#newAt < 0 ? this.#wordAt : start,
        start,
        first: at,
        end: at,
        name: word,
        around: this.#inside,
      };
      this.#inside = this.#calls.push(call) - 1;
      this.#awaitsFirst = call;
    }
    this.#open.push(isCall ? this.#inside : -1);
    this.#plain(at, false);
  }

  #close(at: number): number | undefined {
    const closed = this.#open.pop();
    const call = closed === undefined || closed < 0 ? undefined : this.#calls[closed];
    if (call !== undefined) {
      call.end = at;
      this.#inside = call.around;
    }
    return closed;
  }

  /** Reads on in a template, to its end or its next hole. */
  #template(from: number): number {
    const text = this.#text;
    let at = from;
    for (; at < text.length; at += 1) {
      const c = text[at];
      if (c === "\\") at += 1;
      else if (c === "`") break;
      else if (c === "$" && text[at + 1] === "{") {
        this.#open.push(-2);
        return this.#plain(at + 2, false);
      }
    }
    return this.#plain(Math.min(at + 1, text.length), true);
  }

  #slash(at: number): number {
    const end = this.#divides ? undefined : this.#patternEnd(at);
    return this.#plain(end ?? at + 1, end !== undefined);
  }

  /** Behind the pattern that begins at a slash, its flags included; undefined when its line ends before it does. */
  #patternEnd(slash: number): number | undefined {
    const text = this.#text;
    if (slash < this.#noPattern) return undefined;
    let inClass = false;
    for (let at = slash + 1; at < text.length; at += 1) {
      const c = text[at];
      if (c === "\n") {
        this.#noPattern = at;
        return undefined;
      }
      if (c === "\\") at += 1;
      else if (c === "[") inClass = true;
      else if (c === "]") inClass = false;
      else if (c === "/" && !inClass) {
        let end = at + 1;
        while (flag.test(text[end] ?? "")) end += 1;
        return end;
      }
    }
    this.#noPattern = text.length;
    return undefined;
  }
}
