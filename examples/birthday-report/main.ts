/** Whose birthday comes next? Reads names and birthdays of the data set "contacts", and nothing else of it.
 *  Arguments: the folder to write to; `--today=YYYY-MM-DD`; `--days=30`. */
import * as data from "sbx:data";
import { mkdir, writeTextFile } from "sbx:fs";
import { args } from "sbx:plugin";
import { type Birthday, nextBirthday } from "./nextBirthday.ts";
import { renderReport } from "./renderReport.ts";

const option = (name: string, otherwise: string): string =>
  args.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;

const folder = args.find((word) => !word.startsWith("--")) ?? ".";
const today = option("today", new Date().toISOString().slice(0, 10));
const days = Number(option("days", "30"));

const contacts = await data.open("contacts");
const people = contacts.rows({
  select: ["name", "birthday"],
  where: { birthday: { isNull: false } },
  orderBy: "name",
});

const coming: Birthday[] = [];
for await (const { name, birthday } of people) {
  const next = nextBirthday(String(name), String(birthday), today);
  if (next.inDays <= days) coming.push(next);
}
coming.sort((a, b) => a.inDays - b.inDays);

await mkdir(folder, { recursive: true });
await writeTextFile(`${folder}/birthdays.md`, renderReport(coming, today));
console.log(`${coming.length} birthdays within ${days} days`);
