/** Turns CSV tables into JSON: one file of typed rows for each table, and report.json about what was wrong with them.
 *  Arguments: the folder with the tables, then where the JSON goes. Ends with 1 when a table was not usable at all. */
import { mkdir, readDir, readTextFile, writeTextFile } from "sbx:fs";
import { args, exitCode } from "sbx:plugin";
import { convertTable, type Report } from "./convertTable.ts";
import { CsvError } from "./parseCsv.ts";

/** One table's report; its rows are written when it has any. */
async function convert(from: string, to: string, name: string): Promise<Report> {
  const text = await readTextFile(`${from}/${name}`);
  try {
    const { rows, report } = convertTable(name, text);
    await writeTextFile(`${to}/${name.replace(/\.csv$/i, ".json")}`, `${JSON.stringify(rows, null, 2)}\n`);
    return report;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return {
      table: name,
      rows: 0,
      columns: {},
      bad: [{ line: error.line, why: error.message }],
      usable: false,
    };
  }
}

const [from = "tables", to = "json"] = args;
await mkdir(to, { recursive: true });
const reports: Report[] = [];
for await (const { name, isFile } of readDir(from)) {
  if (isFile && /\.csv$/i.test(name)) reports.push(await convert(from, to, name));
}
await writeTextFile(`${to}/report.json`, `${JSON.stringify(reports, null, 2)}\n`);

for (const { table, rows, bad, usable } of reports) {
  console.log(`${table}: ${rows} rows, ${bad.length} bad${usable ? "" : ", not usable"}`);
  for (const { line, why } of bad.slice(0, 3)) console.warn(`  ${table}:${line}: ${why}`);
  if (bad.length > 3) console.warn(`  … and ${bad.length - 3} more, see ${to}/report.json`);
}
if (reports.some(({ usable }) => !usable)) await exitCode(1);
