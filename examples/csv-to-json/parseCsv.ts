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

interface Field {
  readonly value: string;
  /** Where the text goes on: at a separator, at a line feed, or at the end. */
  readonly end: number;
}

/** The field that begins at `at`; undefined when its quote never closes. */
function readField(text: string, at: number, separator: string): Field | undefined {
  let quoted = "";
  let from = at;
  if (text[at] === '"') {
    const found = /"((?:[^"]|"")*)"/y;
    found.lastIndex = at;
    const match = found.exec(text);
    if (match === null) return undefined;
    quoted = (match[1] ?? "").replaceAll('""', '"');
    from = found.lastIndex;
  }
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== "\n") end += 1;
  return { value: quoted + text.slice(from, end).replace(/\r$/, ""), end };
}

/** All rows, the heading among them; empty lines are left out. @throws CsvError for a quote that never closes. */
export function parseCsv(source: string): Row[] {
  const text = source.replace(/^\ufeff/, "");
  const separator = separatorOf(text);
  const rows: Row[] = [];
  let fields: string[] = [];
  let line = 1;
  let start = line;
  for (let at = 0; at <= text.length; at += 1) {
    if (fields.length === 0) start = line;
    const field = readField(text, at, separator);
    if (field === undefined) throw new CsvError("a quote is never closed", line);
    fields.push(field.value);
    line += text.slice(at, field.end).split("\n").length - 1;
    at = field.end;
    if (text[at] === separator) continue;
    line += 1;
    if (fields.length > 1 || fields[0] !== "") rows.push({ line: start, fields });
    fields = [];
  }
  return rows;
}
