/** JSON with comments, for files that people write: a tree whose every node knows where it stands, so that a complaint can say line and
 *  column. Pure; the only file that knows the parser. */
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { type ErrorCode, fail } from "./errors.ts";

export type JsonNode = Node;

/** A parsed file. Complaints carry the code of what kind of file it is. */
export class JsonText {
  readonly root: Node;
  readonly #text: string;
  readonly #name: string;
  readonly #code: ErrorCode;

  /** @throws the code, for text that is no JSON object with unique keys */
  constructor(text: string, name: string, code: ErrorCode) {
    this.#text = text;
    this.#name = name;
    this.#code = code;
    const errors: ParseError[] = [];
    const tree = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
    const [first] = errors;
    if (first) throw fail(code, `${this.#place(first.offset)}: ${printParseErrorCode(first.error)}`);
    if (tree?.type !== "object") throw fail(code, `${name}: expected a JSON object`);
    this.root = tree;
  }

  /** The keys of an object, in order. @throws where one stands twice */
  keys(node: Node): (Node & { value: string })[] {
    const keys = (node.children ?? []).map((property) => property.children?.[0] as Node & { value: string });
    const seen = new Set<string>();
    for (const key of keys) {
      if (seen.has(key.value)) throw this.wrong(key, `"${key.value}" stands twice`);
      seen.add(key.value);
    }
    return keys;
  }

  member(node: Node, key: string): Node | undefined {
    return node.children?.find((property) => property.children?.[0]?.value === key)?.children?.[1];
  }

  /** `policy.json:4:14` */
  at(node: Node): string {
    return this.#place(node.offset);
  }

  wrong(node: Node, what: string): Error {
    return fail(this.#code, `${this.at(node)}: ${what}`);
  }

  #place(offset: number): string {
    const before = this.#text.slice(0, offset);
    return `${this.#name}:${before.split("\n").length}:${offset - before.lastIndexOf("\n")}`;
  }
}
