/** One table: text in, typed rows and a report out. A bad row is left out and named; the others are kept. Pure. */
import { type ColumnType, guessType, toValue, type Value } from "./columnTypes.ts";
import { CsvError, parseCsv } from "./parseCsv.ts";

export interface BadRow {
  readonly line: number;
  readonly why: string;
}

export interface Report {
  readonly table: string;
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly bad: readonly BadRow[];
  readonly usable: boolean;
}

function namesOf(heading: readonly string[]): string[] {
  const names = heading.map((name, i) => name.trim() || `column${i + 1}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new CsvError(`two columns are called "${twice}"`, 1);
  return names;
}

/** @throws CsvError when there is no heading, or no way to tell the rows apart. */
export function convertTable(table: string, text: string) {
  const [heading, ...rows] = parseCsv(text);
  if (heading === undefined) throw new CsvError("the table is empty", 1);
  const names = namesOf(heading.fields);
  const whole = rows.filter(({ fields }) => fields.length === names.length);
  const types = names.map((_, i) => guessType(whole.map(({ fields }) => fields[i] ?? "")));
  const bad: BadRow[] = rows
    .filter(({ fields }) => fields.length !== names.length)
    .map(({ line, fields }) => ({ line, why: `${fields.length} fields where ${names.length} are named` }));
  const good: Record<string, Value>[] = [];
  for (const { line, fields } of whole) {
    const values = fields.map((field, i) => toValue(field, types[i] ?? "text"));
    const wrong = values.indexOf(undefined);
    if (wrong < 0) good.push(Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])));
    else bad.push({ line, why: `"${fields[wrong]}" in ${names[wrong]} is no ${types[wrong]}` });
  }
  bad.sort((a, b) => a.line - b.line);
  const columns = Object.fromEntries(names.map((name, i) => [name, types[i] ?? "text"]));
  const report: Report = { table, rows: good.length, columns, bad, usable: true };
  return { rows: good, report };
}
