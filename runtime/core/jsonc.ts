/** JSON with comments, for files that people write: a tree whose every node knows where it stands, so that a complaint can show the line
 *  and point at the column. Complaints can be gathered, so that one reading tells all of them. Pure; the only file that knows the
 *  parser. */
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { type ErrorCode, fail, isSbxError, type SbxError } from "./errors.ts";
import { nearest } from "./nearest.ts";

export type JsonNode = Node;
export type JsonKey = Node & { readonly value: string };

/** Told at once; a file that is wrong all over is told of its beginning. */
const MAX_FAULTS = 20;
/** Of a source line, in UTF-16 units. */
const MAX_SHOWN = 100;

/** By the names that the parser gives its errors. */
const whatIsWrong: Readonly<Record<string, string>> = {
  PropertyNameExpected: "expected a key in double quotes",
  ValueExpected: "expected a value",
  ColonExpected: 'expected ":"',
  CommaExpected: 'expected ","',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: "expected the end of the file",
  UnexpectedEndOfComment: 'a comment has no "*/"',
  UnexpectedEndOfString: "a text has no closing quote",
  UnexpectedEndOfNumber: "this is no whole number",
  InvalidUnicode: "\\u needs four hexadecimal digits",
  InvalidEscapeCharacter: "JSON knows no such escape",
  InvalidCharacter: "control characters must be escaped",
  InvalidSymbol: "this is no JSON value",
  InvalidNumberFormat: "this is no number",
};

/** A parsed file. Complaints carry the code of what kind of file it is. */
export class JsonText {
  readonly root: Node;
  readonly #text: string;
  readonly #name: string;
  readonly #code: ErrorCode;
  readonly #faults: SbxError[] = [];

  /** @throws the code, for text that is no JSON object */
  constructor(text: string, name: string, code: ErrorCode) {
    this.#text = text;
    this.#name = name;
    this.#code = code;
    const errors: ParseError[] = [];
    const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
    const [first] = errors;
    if (first)
      throw this.#complaint(
        first.offset,
        first.length,
        whatIsWrong[printParseErrorCode(first.error)] ?? "this is not JSON",
      );
    if (tree?.type !== "object") throw fail(code, `${name}: expected a JSON object`);
    this.root = tree;
  }

  /** The keys of an object, in order, each once. A key that stands twice is a complaint. */
  keys(node: Node): JsonKey[] {
    const seen = new Set<string>();
    return (node.children ?? [])
      .map((property) => property.children?.[0] as JsonKey)
      .filter((key) => {
        const again = seen.has(key.value);
        if (again) this.note(this.wrong(key, `"${key.value}" stands twice`));
        seen.add(key.value);
        return !again;
      });
  }

  /** Every key of `node` must be one of `known`. */
  checkKeys(node: Node, known: readonly string[]): void {
    for (const key of this.keys(node)) {
      if (known.includes(key.value)) continue;
      const meant = nearest(key.value, known);
      const help = meant === undefined ? `known: ${known.join(", ")}` : `did you mean "${meant}"?`;
      this.note(this.wrong(key, `unknown key "${key.value}" (${help})`));
    }
  }

  member(node: Node, key: string): Node | undefined {
    return node.children?.find((property) => property.children?.[0]?.value === key)?.children?.[1];
  }

  /** The members of an object that stands under `key`; none where nothing does. */
  entries(node: Node, key: string): { key: JsonKey; value: Node }[] {
    const found = this.expect(node, key, "object", `"${key}" is an object`);
    if (found === undefined) return [];
    return this.keys(found).map((name) => ({ key: name, value: this.member(found, name.value) as Node }));
  }

  /** The elements of a list that stands under `key`; none where nothing does. */
  list(node: Node, key: string, what: string): Node[] {
    return this.expect(node, key, "array", `"${key}" is a list of ${what}`)?.children ?? [];
  }

  /** What stands under `key`, if it is what it has to be. */
  expect(node: Node, key: string, type: Node["type"], what: string): Node | undefined {
    const found = this.member(node, key);
    if (found === undefined || found.type === type) return found;
    this.note(this.wrong(found, what));
    return undefined;
  }

  /** One text, or a list of texts. */
  texts(node: Node, what: string): string[] {
    const nodes = node.type === "array" ? (node.children ?? []) : [node];
    return nodes.flatMap((one) => {
      if (typeof one.value === "string" && one.value !== "") return [one.value];
      this.note(this.wrong(one, what));
      return [];
    });
  }

  /** What the node says, as plain data. */
  plain(node: Node): unknown {
    return getNodeValue(node);
  }

  /** `policy.json:4:14` */
  at(node: Node): string {
    return this.#place(node.offset);
  }

  wrong(node: Node, what: string): SbxError {
    return this.#complaint(node.offset, node.length, what);
  }

  /** Keeps a complaint for `settle`. */
  note(complaint: SbxError): void {
    this.#faults.push(complaint);
  }

  /** What `work` gives; a complaint of this file is kept, and gives undefined. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!isSbxError(error) || error.code !== this.#code) throw error;
      this.note(error);
      return undefined;
    }
  }

  /** What a value is wrong about by the command line's rules is wrong here. */
  explained<T>(node: Node, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isSbxError(error) && error.code === "E_USAGE") throw this.wrong(node, error.message);
      throw error;
    }
  }

  /** @throws all complaints that were kept, as one */
  settle(): void {
    const [first, ...more] = this.#faults.slice(0, MAX_FAULTS);
    if (first === undefined) return;
    const untold = this.#faults.length - 1 - more.length;
    throw fail(this.#code, first.message, {
      lines: [
        ...(first.details.lines ?? []),
        ...more.flatMap((fault) => [fault.message, ...(fault.details.lines ?? [])]),
        ...(untold > 0 ? [`and ${untold} more`] : []),
      ],
    });
  }

  #complaint(offset: number, length: number, what: string): SbxError {
    return fail(this.#code, `${this.#place(offset)}: ${what}`, { lines: this.#shown(offset, length) });
  }

  #place(offset: number): string {
    const before = this.#text.slice(0, offset);
    return `${this.#name}:${before.split("\n").length}:${offset - before.lastIndexOf("\n")}`;
  }

  /** The line, and below it what points at the place. */
  #shown(offset: number, length: number): string[] {
    const start = this.#text.lastIndexOf("\n", offset - 1) + 1;
    const [line = ""] = this.#text.slice(start).split(/\r?\n/, 1);
    const column = offset - start;
    if (line.trim() === "" || column >= MAX_SHOWN) return [];
    const number = String(this.#text.slice(0, start).split("\n").length);
    const marks = "^".repeat(Math.max(1, Math.min(length, line.length - column, MAX_SHOWN - column)));
    return [
      `${number} | ${line.slice(0, MAX_SHOWN).replaceAll("\t", " ")}`,
      `${" ".repeat(number.length)} | ${" ".repeat(column)}${marks}`,
    ];
  }
}
