/** Data sets on a real PostgreSQL server: the same meaning of queries as everywhere, a server that keeps reading read-only, and what a plugin
 *  hears when it fails. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Field } from "../../runtime/core/catalog.ts";
import type { Condition, Scalar } from "../../runtime/core/condition.ts";
import type { DataRequest, ServedSet } from "../../runtime/powers/data/protocol.ts";
import { Server } from "../../runtime/powers/data/server/server.ts";
import {
  compareValues,
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
import { type PostgresServer, startPostgres } from "../support/postgres.ts";
import { Random } from "../support/random.ts";
import { Folder } from "../support/sbx.ts";

const names = Object.keys(fields) as (keyof typeof fields)[];
const described: Field[] = names.map((name) => ({
  name,
  type: fields[name],
  column: `the ${name}`,
  labels: [],
}));

let postgres: PostgresServer | undefined;
beforeAll(async () => {
  postgres = await startPostgres();
}, 60_000);
afterAll(() => postgres?.close());

const supported = process.platform === "linux" && process.arch === "x64";
const started = (): PostgresServer => {
  if (!postgres) throw new Error("PostgreSQL was to be started");
  return postgres;
};

function served(more: Partial<ServedSet> = {}): ServedSet {
  const source = { type: "postgres" as const, url: { text: started().url }, schema: "public", table: "t" };
  return {
    name: "t",
    source,
    writable: true,
    filter: null,
    fields: described,
    hashKey: "",
    summaries: [],
    ...more,
  };
}

async function serving(more: Partial<ServedSet> = {}, timeout = 10_000): Promise<Server> {
  const server = new Server();
  await server.answer({ op: "sets", sets: [served(more)], timeout });
  return server;
}

async function rowsOf(server: Server, request: DataRequest): Promise<Scalar[][]> {
  const found: Scalar[][] = [];
  let { head, body = "[]" } = await server.answer(request);
  found.push(...(JSON.parse(body) as Scalar[][]));
  for (;;) {
    const { cursor } = head as { cursor: number | null };
    if (cursor === null) return found;
    ({ head, body = "[]" } = await server.answer({ op: "next", cursor }));
    found.push(...(JSON.parse(body) as Scalar[][]));
  }
}

async function fill(rows: readonly ModelRow[]): Promise<void> {
  const { sql } = started();
  await sql.unsafe(`DROP TABLE IF EXISTS t; CREATE TABLE t ("the name" text, "the city" varchar(40), "the age" integer,
    "the weight" numeric, "the vip" boolean, "the born" date, hidden text)`);
  for (const row of rows)
    await sql.unsafe("INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6, $7)", [
      ...names.map((name) => row[name] ?? null),
      "h",
    ]);
}

/** Where it does not say how rows that compare equal are ordered, they are ordered by what is selected. */
const settled = (rows: Scalar[][]): Scalar[][] =>
  [...rows].sort(
    (a, b) => a.map((value, at) => compareValues(value, b[at] ?? null)).find((order) => order !== 0) ?? 0,
  );

describe.skipIf(!supported)("PostgreSQL", () => {
  test("answers generated queries as their plain meaning does", { timeout: 120_000 }, async () => {
    const random = new Random(11);
    for (let table = 0; table < 12; table += 1) {
      const rows = someRows(random, random.below(30));
      const filter: Condition | null = random.chance(0.5) ? someCondition(random, 1) : null;
      await fill(rows);
      const server = await serving({ filter });
      for (let round = 0; round < 12; round += 1) {
        const [query, groups, where] = [someQuery(random), someAggregate(random), someCondition(random)];
        const all = { ...query, limit: null, offset: 0 };
        const found = await rowsOf(server, { op: "rows", set: "t", query: all });
        expect(settled(found), JSON.stringify(query)).toEqual(settled(modelRows(rows, all, filter)));
        const page = await rowsOf(server, { op: "rows", set: "t", query });
        const end = query.limit === null ? undefined : query.offset + query.limit;
        expect(page).toEqual(found.slice(query.offset, end));
        const grouped = await rowsOf(server, { op: "aggregate", set: "t", query: groups });
        expect(grouped, JSON.stringify(groups)).toEqual(modelAggregate(rows, groups, filter));
        const { head } = await server.answer({ op: "count", set: "t", where });
        expect(head).toEqual({ count: rows.filter((row) => holds(filter, row) && holds(where, row)).length });
      }
      await server.close();
    }
  });

  test("rows come in the order that was asked for", async () => {
    const random = new Random(3);
    const rows = someRows(random, 40);
    await fill(rows);
    const server = await serving();
    for (const by of names)
      for (const descending of [false, true]) {
        const query = { select: [by], where: null, orderBy: [{ by, descending }], limit: null, offset: 0 };
        expect(await rowsOf(server, { op: "rows", set: "t", query })).toEqual(modelRows(rows, query, null));
      }
    await server.close();
  });

  test("many rows stream", async () => {
    const { sql } = started();
    await fill([]);
    await sql.unsafe(
      `INSERT INTO t ("the name", "the age") SELECT 'n' || i, i FROM generate_series(1, 25000) AS i`,
    );
    const server = await serving();
    const query = {
      select: ["age"],
      where: null,
      orderBy: [{ by: "age", descending: false }],
      limit: null,
      offset: 0,
    };
    const found = await rowsOf(server, { op: "rows", set: "t", query });
    expect(found.length).toBe(25_000);
    expect(found.at(-1)).toEqual([25_000]);
    // One that is left in the middle gives its connection back.
    for (let n = 0; n < 6; n += 1) {
      const { head } = await server.answer({ op: "rows", set: "t", query });
      await server.answer({ op: "close", cursor: (head as { cursor: number }).cursor });
    }
    expect((await server.answer({ op: "count", set: "t", where: null })).head).toEqual({ count: 25_000 });
    await server.close();
  });

  test("rows are changed all or none, and never out of the filter's sight", async () => {
    await fill([
      { name: "a", age: 1, vip: false },
      { name: "b", age: 2, vip: true },
    ]);
    const filter = { is: "comparison", field: "vip", op: "eq", value: false } as const;
    const server = await serving({ filter });
    const insert = (rows: ModelRow[]) =>
      server.answer({ op: "insert", set: "t", fields: Object.keys(rows[0] ?? {}), rows });
    expect(
      (
        await insert([
          { name: "c", vip: false },
          { name: "d", vip: false },
        ])
      ).head,
    ).toEqual({ changes: 2 });
    await expect(
      insert([
        { name: "e", vip: false },
        { name: "f", vip: true },
      ]),
    ).rejects.toThrow(/its filter hides/);
    await expect(
      server.answer({ op: "update", set: "t", values: { vip: true }, where: null }),
    ).rejects.toThrow(/its filter hides/);
    const named = { is: "comparison", field: "name", op: "ne", value: "a" } as const;
    expect((await server.answer({ op: "update", set: "t", values: { age: 7 }, where: named })).head).toEqual({
      changes: 2,
    });
    expect((await server.answer({ op: "remove", set: "t", where: named })).head).toEqual({ changes: 2 });
    const left = await started().sql.unsafe('SELECT "the name", "the age" FROM t ORDER BY 1').values();
    expect([...left]).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    await server.close();
  });

  test("the server itself refuses to write for what reads", async () => {
    await fill([{ name: "a" }]);
    // A view that writes when it is read: what a mistake in a query could do at worst.
    await started().sql.unsafe(`CREATE OR REPLACE FUNCTION noisy() RETURNS text LANGUAGE plpgsql AS $$ BEGIN DELETE FROM t; RETURN 'x'; END $$;
      CREATE OR REPLACE VIEW v AS SELECT noisy() AS "the name"`);
    const source = { type: "postgres" as const, url: { text: started().url }, schema: "public", table: "v" };
    const server = await serving({ source, fields: described.slice(0, 1) });
    const query = { select: ["name"], where: null, orderBy: [], limit: null, offset: 0 };
    await expect(server.answer({ op: "rows", set: "t", query })).rejects.toThrow(/data set t/);
    expect([...(await started().sql.unsafe("SELECT count(*)::int FROM t").values())]).toEqual([[1]]);
    await server.close();
    await started().sql.unsafe("DROP VIEW v");
  });

  test.each([
    { source: { table: "nosuch" }, says: /not as the catalog describes/, why: "a table that there is not" },
    { source: { schema: "nosuch" }, says: /not as the catalog describes/, why: "a schema that there is not" },
    {
      source: { url: { text: "postgres://owner@127.0.0.1:9/postgres" } },
      says: /cannot be reached/,
      why: "no server",
    },
    { source: { url: { text: "database" } }, says: /cannot be reached/, why: "no such database" },
  ])("$why: $says", async ({ source, says }) => {
    await fill([]);
    const url =
      "url" in source && source.url?.text === "database"
        ? { text: started().url.replace(/postgres$/, "nosuch") }
        : undefined;
    const server = await serving({
      source: { ...served().source, ...source, ...(url ? { url } : {}) } as ServedSet["source"],
    });
    await expect(server.answer({ op: "count", set: "t", where: null })).rejects.toThrow(says);
    await server.close();
  });

  test("on the built executable: granted fields, labels, a time limit, and a server that dies", {
    timeout: 60_000,
  }, async () => {
    const at = new Folder();
    await fill([
      { name: "Ana", city: "Rome", age: 3 },
      { name: "Bo", city: "Oslo", age: 4 },
    ]);
    await started().sql.unsafe(
      `CREATE OR REPLACE VIEW slow AS SELECT "the name", pg_sleep(20)::text AS "the city" FROM t`,
    );
    const set = (table: string): object => ({
      source: { type: "postgres", env: "CONTACTS", table },
      fields: {
        name: { type: "text", column: "the name" },
        city: { type: "text", column: "the city", label: "personal" },
      },
    });
    at.put("catalog.json", JSON.stringify({ version: 1, datasets: { people: set("t"), slow: set("slow") } }));
    const env = { CONTACTS: started().url };
    const head =
      'import * as data from "sbx:data"; const say = (work) => work.then((x) => console.log(JSON.stringify(x)), (e) => console.log(e.code, e.message));\n';
    const flags = [
      "--catalog=catalog.json",
      "--no-prompt",
      "-D=people",
      "-D=slow.city",
      "--request-timeout=2s",
    ];
    const first = await at.run(
      `${head}const people = await data.open("people"); const slow = await data.open("slow");
      await say(people.query({ orderBy: "name" })); await say(people.query({ select: ["city"] }));
      await say(slow.query()); await say(people.count());`,
      flags,
      { env },
    );
    expect(first.out).toBe(
      '[{"name":"Ana"},{"name":"Bo"}]\nE_DATA may not use the data set people.city\nE_LIMIT_TIME the data set slow did not answer within 2 s\n2\n',
    );
    expect((await at.sbx(["data", "check", "--catalog=catalog.json"])).err).toMatch(
      /catalog\.json:1:\d+: the variable CONTACTS/,
    );
    const dying = at.run(
      `${head}const slow = await data.open("slow"); await say(slow.query());`,
      [...flags.slice(0, -1), "--request-timeout=30s"],
      { env },
    );
    await new Promise((later) => setTimeout(later, 1500));
    started().kill();
    expect((await dying).out).toMatch(/^E_UNAVAILABLE the data set slow cannot be reached\n$/);
    expect(
      (
        await at.run(`${head}const people = await data.open("people"); await say(people.count());`, flags, {
          env,
        })
      ).out,
    ).toMatch(/^E_UNAVAILABLE/);
    at.remove();
  });
});
