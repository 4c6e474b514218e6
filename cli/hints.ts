/** Sentences for a command line that is right, but may not be what was meant. */
import type { Kind } from "../runtime/core/capability.ts";
import { optionTable } from "./optionTable.ts";

/** A bare grant right before a bare word allows everything of its kind; `--allow-read ./docs` was probably meant otherwise. */
export function bareGrantHints(
  argv: readonly string[],
  before: number,
  at: number,
  behind: number,
): string[] {
  const hints: string[] = [];
  const check = (flag: string | undefined, word: string | undefined): void => {
    const row = flag === undefined ? undefined : optionTable.get(flag);
    if (row?.does !== "grant" || word === undefined || !looksLikeScope(row.kind, word)) return;
    const all = row.effect === "allow" ? `allows every ${row.kind}` : `covers every ${row.kind}`;
    hints.push(`${flag} without "=" ${all}; if ${word} is its scope, write ${flag}=${word}`);
  };
  if (at === before && before > 0) check(argv[before - 1], argv[at]);
  if (behind > at + 1) check(argv[behind - 1], argv[behind] === "--" ? undefined : argv[behind]);
  return hints;
}

function looksLikeScope(kind: Kind, word: string): boolean {
  switch (kind) {
    case "read":
    case "write":
      return !/\.([cm]?[jt]s|sbx)$/.test(word) && /[/\\.~]/.test(word);
    case "net":
      return /^[\w*.-]+\.[a-z]{2,}(:\d+)?(\/|$)/i.test(word) && !/\.([cm]?[jt]s|sbx)$/.test(word);
    case "env":
      return /^[A-Z][A-Z0-9_]+\*?$/.test(word);
    case "data":
      return word === "kv";
    case "host":
      return /^[a-z]\w*\.(\w+|\*)$/.test(word) && !/\.([cm]?[jt]s|sbx)$/.test(word);
    default:
      return kind satisfies never;
  }
}
