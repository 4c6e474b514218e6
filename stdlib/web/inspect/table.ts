/** console.table: rows and columns in a box. */
import { primordials } from "sbx:chunk/boot";
import { inspect } from "./inspect.ts";
import { kindOf } from "./kinds.ts";
import { widthOf } from "./width.ts";

const { arrayIndexOf, hasOwn, isArray, join, keys, mapForEach, max, push, repeat, setForEach, String } =
  primordials;

type Row = { readonly index: string; readonly cells: (string | undefined)[] };

/** Undefined when `data` is not tabular. */
export function table(data: unknown, columns?: readonly unknown[]): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const kind = kindOf(data);
  const head: string[] = [];
  const rows: Row[] = [];
  if (kind === "map") {
    push(head, "Key", "Values");
    mapForEach(data as Map<unknown, unknown>, (value, key) =>
      push(rows, { index: `${rows.length}`, cells: [cell(key), cell(value)] }),
    );
    return draw(["(iteration index)", ...head], rows);
  }
  if (kind === "set") {
    setForEach(data as Set<unknown>, (value) =>
      push(rows, { index: `${rows.length}`, cells: [cell(value)] }),
    );
    return draw(["(iteration index)", "Values"], rows);
  }
  const values: (string | undefined)[] = [];
  let hasValues = false;
  if (isArray(columns)) for (let i = 0; i < columns.length; i++) push(head, String(columns[i]));
  const indexes = keys(data);
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as string;
    const item = (data as { [key: string]: unknown })[index];
    const cells: (string | undefined)[] = [];
    if (typeof item !== "object" || item === null) {
      hasValues = true;
      values[i] = cell(item);
    } else fillRow(item as { [key: string]: unknown }, head, cells, !isArray(columns));
    push(rows, { index, cells });
  }
  if (hasValues) for (let i = 0; i < rows.length; i++) (rows[i] as Row).cells[head.length] = values[i];
  return draw(["(index)", ...head, ...(hasValues ? ["Values"] : [])], rows);
}

function fillRow(
  item: { [key: string]: unknown },
  head: string[],
  cells: (string | undefined)[],
  mayAdd: boolean,
): void {
  if (!mayAdd) {
    for (let i = 0; i < head.length; i++)
      if (hasOwn(item, head[i] as string)) cells[i] = cell(item[head[i] as string]);
    return;
  }
  const names = keys(item);
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const at = arrayIndexOf(head, name);
    cells[at < 0 ? push(head, name) - 1 : at] = cell(item[name]);
  }
}

function cell(value: unknown): string {
  const deep = typeof value === "object" && value !== null && !isArray(value) && keys(value).length > 2;
  return inspect(value, { depth: deep ? -1 : 0, maxArrayLength: 3, breakLength: 1 / 0 });
}

function draw(head: string[], rows: Row[]): string {
  const widths: number[] = [];
  for (let i = 0; i < head.length; i++) {
    let width = widthOf(head[i] as string);
    for (let j = 0; j < rows.length; j++) width = max(width, widthOf(at(rows[j] as Row, i)));
    push(widths, width + 2);
  }
  const bars = widths.map((width) => repeat("─", width));
  const lines = [`┌${join(bars, "┬")}┐`, line(head, widths), `├${join(bars, "┼")}┤`];
  for (let j = 0; j < rows.length; j++) {
    const cells: string[] = [];
    for (let i = 0; i < head.length; i++) push(cells, at(rows[j] as Row, i));
    push(lines, line(cells, widths));
  }
  push(lines, `└${join(bars, "┴")}┘`);
  return join(lines, "\n");
}

const at = ({ index, cells }: Row, column: number): string =>
  column === 0 ? index : (cells[column - 1] ?? "");

function line(cells: string[], widths: number[]): string {
  const padded: string[] = [];
  for (let i = 0; i < cells.length; i++) {
    const text = ` ${cells[i]}`;
    push(padded, text + repeat(" ", (widths[i] as number) - widthOf(text)));
  }
  return `│${join(padded, "│")}│`;
}
