/** A million rows: a grouped count against the same SQL on the same driver, and all rows streamed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Command, median, run } from "./measure.ts";

export const ROWS = 1_000_000;
const ROUNDS = 7;

const sql = "SELECT city, count(*), max(born) FROM people WHERE vip = 0 GROUP BY city ORDER BY city";

const ours = `import * as data from "sbx:data";
const people = await data.open("people");
const query = { groupBy: ["city"], compute: { n: "count", youngest: { max: "born" } }, where: { vip: false } };
const times = [];
for (let round = 0; round < ${ROUNDS}; round += 1) {
  const started = performance.now();
  await people.aggregate(query);
  times.push(performance.now() - started);
}
console.log(JSON.stringify(times));`;

const theirs = (path: string): string => `import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync(${JSON.stringify(path)}, { readOnly: true });
const times = [];
for (let round = 0; round < ${ROUNDS}; round += 1) {
  const started = performance.now();
  database.prepare(${JSON.stringify(sql)}).all();
  times.push(performance.now() - started);
}
console.log(JSON.stringify(times));`;

const stream = `import * as data from "sbx:data";
const people = await data.open("people");
let n = 0;
for await (const { name } of people.rows({ select: ["name", "born"] })) { n += 1; if (n === Number(LIMIT)) break; }
console.log(n);`;

function fill(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, city TEXT, born TEXT, vip INTEGER)");
  database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    INSERT INTO people SELECT i, 'person ' || i, 'city ' || (i * 7919 % 50), date('1950-01-01', (i % 20000) || ' days'), i % 3 = 0 FROM n`);
  database.close();
}

const catalog = {
  version: 1,
  datasets: {
    people: {
      source: { type: "sqlite", path: "people.db", table: "people" },
      fields: {
        name: { type: "text" },
        city: { type: "text" },
        born: { type: "date" },
        vip: { type: "boolean" },
      },
    },
  },
};

export interface DataFigures {
  readonly grouped: { readonly ours: number; readonly theirs: number };
  /** Rows a second without the start, and the most memory for all of them and for a tenth, in bytes. */
  readonly streamed: { readonly rate: number; readonly peak: number; readonly tenth: number };
}

export async function measureData(
  folder: string,
  sbx: string,
  env: Command["env"] = {},
): Promise<DataFigures> {
  const at = (name: string): string => join(folder, name);
  fill(at("people.db"));
  writeFileSync(at("people.json"), JSON.stringify(catalog));
  writeFileSync(at("grouped.ts"), ours);
  writeFileSync(at("grouped.mjs"), theirs(at("people.db")));
  const command = (script: string): Command => ({
    argv: [
      sbx,
      "run",
      at(script),
      `--catalog=${at("people.json")}`,
      "--allow-data=people",
      "--quiet",
      "--timeout=5m",
    ],
    env,
  });
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < 3; round += 1) {
    times.ours.push(...(JSON.parse((await run(command("grouped.ts"))).out) as number[]));
    times.theirs.push(
      ...(JSON.parse((await run({ argv: [process.execPath, at("grouped.mjs")] })).out) as number[]),
    );
  }
  for (const [name, limit] of [
    ["all.ts", ROWS],
    ["tenth.ts", ROWS / 10],
  ] as const)
    writeFileSync(at(name), stream.replace("LIMIT", String(limit)));
  const [all, tenth] = [await run(command("all.ts"), true), await run(command("tenth.ts"), true)];
  const rate = (0.9 * ROWS) / ((all.ms - tenth.ms) / 1000);
  return {
    grouped: { ours: median(times.ours), theirs: median(times.theirs) },
    streamed: { rate, peak: all.peak, tenth: tenth.peak },
  };
}
