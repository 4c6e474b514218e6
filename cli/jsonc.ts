/** JSON with comments, for files that people write. */
import { type ParseError, parse as parseText, printParseErrorCode } from "jsonc-parser";
import { fail } from "../runtime/core/errors.ts";

/** The object in a file. @throws E_CATALOG with line and column */
export function parse(text: string, name: string): Record<string, unknown> {
  const errors: ParseError[] = [];
  const value: unknown = parseText(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const before = text.slice(0, first.offset);
    throw fail("E_CATALOG", `${name}:${before.split("\n").length}:${first.offset - before.lastIndexOf("\n")}: ${printParseErrorCode(first.error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw fail("E_CATALOG", `${name}: a catalog is a JSON object`);
  return value as Record<string, unknown>;
}
