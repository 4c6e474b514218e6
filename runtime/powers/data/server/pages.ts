/** Rows on their way out: cut into pages of some size, as JSON text that nobody but the plugin reads again. */
import type { Present } from "./present.ts";

export interface Page {
  /** JSON: a list of lists. */
  readonly json: string;
  readonly last: boolean;
}

export interface Cursor {
  readonly columns: readonly string[];
  next(): Page | Promise<Page>;
  close(): void | Promise<void>;
}

/** Of a page, in UTF-16 units, and the most rows in one. */
const PAGE_TEXT = 128 * 1024;
const PAGE_ROWS = 2000;

/** One page being filled. */
export class PageWriter {
  readonly #presents: readonly Present[];
  #rows: string[] = [];
  #length = 0;

  constructor(presents: readonly Present[]) {
    this.#presents = presents;
  }

  /** false: the page is full. */
  add(raw: readonly unknown[]): boolean {
    const text = JSON.stringify(raw.map((value, at) => this.#presents[at]?.(value) ?? null));
    this.#rows.push(text);
    this.#length += text.length + 1;
    return this.#length < PAGE_TEXT && this.#rows.length < PAGE_ROWS;
  }

  page(last: boolean): Page {
    const json = `[${this.#rows.join(",")}]`;
    this.#rows = [];
    this.#length = 0;
    return { json, last };
  }
}

/** Rows that come when they are asked for. */
export function cursorOver(
  columns: readonly string[],
  rows: Iterator<unknown>,
  presents: readonly Present[],
  close: () => void = () => undefined,
): Cursor {
  const writer = new PageWriter(presents);
  return {
    columns,
    next() {
      for (;;) {
        const { done, value } = rows.next();
        if (done) return writer.page(true);
        if (!writer.add(value as unknown[])) return writer.page(false);
      }
    },
    close() {
      rows.return?.();
      close();
    },
  };
}
