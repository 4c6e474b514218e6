/** CSV as RFC 4180 has it, and as spreadsheets really write it: a byte order mark, bare line feeds, `;` or tab between fields. */
export interface Row {
  /** Where the row begins, counted from 1. A quoted field may hold line breaks. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** The text is no table from here on. */
export class CsvError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.name = "CsvError";
    this.line = line;
  }
}

/** Whatever separates most in the first line. */
function separatorOf(text: string): string {
  const [first = ""] = text.split("\n", 1);
  const count = (mark: string): number => first.split(mark).length;
  return [",", ";", "\t"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

/** All rows, the heading among them; empty lines are left out. @throws CsvError for a quote that never closes. */
export function parseCsv(source: string): Row[] {
  const text = source.replace(/^\ufeff/, "");
  const separator = separatorOf(text);
  const rows: Row[] = [];
  let [fields, line, at]: [string[], number, number] = [[], 1, 0];
  let start = line;
  const endRow = (): void => {
    if (fields.length > 1 || fields[0] !== "") rows.push({ line: start, fields });
    fields = [];
  };
  while (at < text.length) {
    if (fields.length === 0) start = line;
    let value = "";
    if (text[at] === '"') {
      const opened = line;
      for (at += 1; ; at += 1) {
        if (at >= text.length) throw new CsvError("a quote is never closed", opened);
        if (text[at] === '"' && text[(at += 1)] !== '"') break;
        if (text[at] === "\n") line += 1;
        value += text[at];
      }
    }
    while (at < text.length && text[at] !== separator && text[at] !== "\n") value += text[at++];
    fields.push(value.replace(/\r$/, ""));
    if (text[at] === separator) {
      at += 1;
      if (at < text.length) continue;
      fields.push("");
    }
    endRow();
    line += 1;
    at += 1;
  }
  return rows;
}
