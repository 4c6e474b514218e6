/** The TODO comments of one source text. `TODO(ada, 2026-12-01): text` names an owner and a day, either may be missing. Pure. */
import { commentsOf } from "@example/comments";

export const kinds = ["FIXME", "HACK", "TODO", "XXX"] as const;
export type Kind = (typeof kinds)[number];

export interface Todo {
  readonly path: string;
  readonly line: number;
  readonly kind: Kind;
  readonly owner: string | null;
  /** YYYY-MM-DD. */
  readonly due: string | null;
  readonly text: string;
}

const MARK = /\b(FIXME|HACK|TODO|XXX)\b(?:\(([^)]*)\))?[:\s]*(.*)$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function collectTodos(path: string, source: string): Todo[] {
  return commentsOf(path, source).flatMap(({ line, text }) => {
    const found = MARK.exec(text);
    if (found === null) return [];
    const words = (found[2] ?? "").split(/[,;\s]+/).filter((word) => word !== "");
    return {
      path,
      line,
      kind: found[1] as Kind,
      owner: words.find((word) => !DAY.test(word)) ?? null,
      due: words.find((word) => DAY.test(word)) ?? null,
      text: (found[3] ?? "").trim(),
    };
  });
}
