/** Generated tables and queries against a plain reading of what a query means: CSV, JSON, NDJSON and SQLite must all answer like it, whatever
 *  collations and indexes a database has. */
import { deepStrictEqual } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Field, Source } from "../../runtime/core/catalog.ts";
import type { Condition, Scalar } from "../../runtime/core/condition.ts";
import type { DataRequest } from "../../runtime/powers/data/protocol.ts";
import { Server } from "../../runtime/powers/data/server/server.ts";
import {
  fields,
  holds,
  type ModelRow,
  modelAggregate,
  modelRows,
  someAggregate,
  someCondition,
  someQuery,
  someRows,
} from "../support/dataModel.ts";
import { Random } from "../support/random.ts";
import type { Fuzzer } from "./fuzzer.ts";

const names = Object.keys(fields) as (keyof typeof fields)[];
const described: Field[] = names.map((name) => ({
  name,
  type: fields[name],
  column: `the ${name}`,
  labels: [],
}));
/** Queries of one table. */
const ROUNDS = 20;

const cell = (value: Scalar): string => (value === null ? "" : `"${String(value).replaceAll('"', '""')}"`);
const asObject = (row: ModelRow): object =>
  Object.fromEntries(names.map((name) => [`the ${name}`, row[name]]));

function writeSqlite(path: string, rows: readonly ModelRow[]): void {
  const database = new DatabaseSync(path);
  database.exec(`CREATE TABLE t (hidden INTEGER, "the name" TEXT COLLATE NOCASE, "the city" TEXT, "the age" INTEGER,
    "the weight" REAL, "the vip" INTEGER, "the born" TEXT);
    CREATE INDEX byName ON t ("the name"); CREATE INDEX byHidden ON t (hidden, "the city", "the age")`);
  const insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)");
  for (const [at, row] of rows.entries()) {
    const values = names.map((name) => row[name] ?? null);
    insert.run(
      -at % 7,
      ...(values.map((value) => (typeof value === "boolean" ? Number(value) : value)) as never[]),
    );
  }
  database.close();
}

interface Made {
  readonly name: string;
  readonly source: Source;
  /** As they come back from such a file. */
  readonly rows: readonly ModelRow[];
}

function writeAll(folder: string, rows: readonly ModelRow[]): Made[] {
  const at = (name: string): string => join(folder, name);
  const lines = rows.map((row) => names.map((name) => cell(row[name] ?? null)).join(","));
  writeFileSync(at("t.csv"), `${names.map((name) => `the ${name}`).join(",")}\n${lines.join("\n")}\n`);
  writeFileSync(at("t.json"), JSON.stringify(rows.map(asObject)));
  writeFileSync(at("t.ndjson"), rows.map((row) => `${JSON.stringify(asObject(row))}\n`).join(""));
  writeSqlite(at("t.db"), rows);
  // A CSV file knows no difference between no text and an empty one.
  const filled = rows.map((row) => ({ ...row, name: row.name ?? "", city: row.city ?? "" }));
  return [
    { name: "csv", source: { type: "csv", path: at("t.csv") }, rows: filled },
    { name: "json", source: { type: "json", path: at("t.json") }, rows },
    { name: "ndjson", source: { type: "ndjson", path: at("t.ndjson") }, rows },
    { name: "sqlite", source: { type: "sqlite", path: at("t.db"), table: "t" }, rows },
  ];
}

async function answer(server: Server, request: DataRequest): Promise<Scalar[][]> {
  const { body = "[]" } = await server.answer(request);
  return JSON.parse(body) as Scalar[][];
}

async function oneTable(random: Random, folder: string): Promise<void> {
  const made = writeAll(folder, someRows(random, random.below(30)));
  const filter: Condition | null = random.chance(0.5) ? someCondition(random, 1) : null;
  const server = new Server();
  const rest = { writable: false, filter, fields: described, hashKey: "", summaries: [] };
  await server.answer({
    op: "sets",
    sets: made.map(({ name, source }) => ({ name, source, ...rest })),
    timeout: 1000,
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const [query, groups] = [someQuery(random), someAggregate(random)];
    const where = someCondition(random);
    for (const { name, rows } of made) {
      const set = { set: name };
      deepStrictEqual(
        await answer(server, { op: "rows", ...set, query }),
        modelRows(rows, query, filter),
        name,
      );
      const grouped = await answer(server, { op: "aggregate", ...set, query: groups });
      deepStrictEqual(grouped, modelAggregate(rows, groups, filter), `${name} ${JSON.stringify(groups)}`);
      const { head } = await server.answer({ op: "count", ...set, where });
      const count = rows.filter((row) => holds(filter, row) && holds(where, row)).length;
      deepStrictEqual(head, { count }, `${name} ${JSON.stringify(where)}`);
    }
  }
  await server.close();
}

export const fuzzer: Fuzzer = {
  name: "queries",
  why: "CSV, JSON, NDJSON and SQLite answer every query as its plain meaning does",
  share: 40 * ROUNDS,
  async batch(seed, count) {
    const random = new Random(seed);
    for (let done = 0; done < count; done += ROUNDS) {
      const folder = mkdtempSync(join(tmpdir(), "sbx-queries-"));
      try {
        await oneTable(random, folder);
      } catch (error) {
        throw new Error(`seed ${seed}, case ${done}: ${(error as Error).message}`, { cause: error });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  },
};
