/** Data sets on the built executable: who may read what of them, what is never learnt, and what happens when a source fails. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sbx } from "../support/build.ts";
import { Folder, type Ran } from "../support/sbx.ts";
import { site } from "../support/site.ts";

let at: Folder;
beforeEach(() => {
  at = new Folder();
});
afterEach(() => at.remove());

interface People {
  /** Of the person at this place. */
  readonly email?: (n: number) => string;
  readonly writable?: boolean;
  /** More of the data set, as text. */
  readonly more?: string;
  readonly count?: number;
  readonly index?: string;
}

function people({
  email = (n) => `p${n}@x.example`,
  writable = false,
  more = "",
  count = 6,
  index = "",
}: People = {}): string {
  rmSync(at.at("people.db"), { force: true });
  const database = new DatabaseSync(at.at("people.db"));
  database.exec(
    `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, city TEXT, email TEXT UNIQUE, gone INTEGER DEFAULT 0); ${index}`,
  );
  const insert = database.prepare("INSERT INTO people (name, city, email, gone) VALUES (?, ?, ?, ?)");
  database.exec("BEGIN");
  for (let n = 0; n < count; n += 1)
    insert.run(`name ${n}`, n % 2 ? "Oslo" : "Rome", email(n), n === 5 ? 1 : 0);
  database.exec("COMMIT");
  database.close();
  return at.put(
    "catalog.json",
    `{ "version": 1, "datasets": { "people": { "source": { "type": "sqlite", "path": "people.db", "table": "people" },
      "writable": ${writable}, "filter": { "gone": false }, ${more}
      "fields": { "name": { "type": "text" }, "city": { "type": "text" }, "gone": { "type": "boolean" },
        "email": { "type": "text", "label": "personal" }, "domain": { "type": "text", "column": "email", "label": "personal", "mask": "domain" } },
      "summaries": { "perCity": { "groupBy": ["city"], "minGroup": 3, "uses": 2 } } } } }`,
  );
}

const head = 'import * as data from "sbx:data"; const people = await data.open("people");\n';
const run = (source: string, flags: readonly string[], more = {}): Promise<Ran> =>
  at.run(head + source, ["--no-prompt", "--catalog=catalog.json", ...flags], more);
const all = ["-D=people.name+city+email+domain+gone"];

describe("what is granted is read, and nothing besides:", () => {
  const attempt = (work: string): string =>
    `try { console.log("got", JSON.stringify(await ${work})); } catch (error) { console.log(error.code, error.resource); }`;
  test.each([
    {
      work: 'people.query({ select: ["name"], limit: 1 })',
      says: 'got [{"name":"name 0"}]',
      why: "a granted field",
    },
    {
      work: "people.query({ limit: 1 })",
      says: 'got [{"name":"name 0"}]',
      why: "what is granted, when nothing is selected",
    },
    { work: "people.count()", says: "got 5", why: "rows, without those that the filter hides" },
    { work: 'people.query({ select: ["email"] })', says: "E_DATA people.email", why: "selected" },
    {
      work: 'people.query({ select: ["name"], where: { email: "x" } })',
      says: "E_DATA people.email",
      why: "compared with",
    },
    {
      work: 'people.query({ select: ["name"], orderBy: "email" })',
      says: "E_DATA people.email",
      why: "sorted by",
    },
    { work: 'people.aggregate({ groupBy: ["email"] })', says: "E_DATA people.email", why: "grouped by" },
    {
      work: 'people.aggregate({ compute: { n: { max: "email" } } })',
      says: "E_DATA people.email",
      why: "the largest of it",
    },
    {
      work: 'people.count({ email: { startsWith: "p" } })',
      says: "E_DATA people.email",
      why: "counted by it",
    },
    {
      work: 'people.count({ city: "Rome" })',
      says: "E_DATA people.city",
      why: "another field without a label",
    },
    {
      work: 'people.query({ select: ["nosuch"] })',
      says: "E_DATA people.nosuch",
      why: "what does not exist is refused likewise",
    },
    { work: 'data.open("nosuch")', says: "E_DATA nosuch", why: "a set that does not exist" },
    { work: 'people.insert({ name: "x" })', says: "E_DATA people.name", why: "written" },
    { work: 'people.remove({ name: "x" })', says: "E_DATA people", why: "removed" },
  ])("$why: $says", async ({ work, says }) => {
    people();
    const { out, code } = await run(attempt(work), ["-D=people.name"]);
    expect(out.trim()).toBe(says);
    expect(code).toBe(0);
  });

  test("a bare data set is every field without a label; -A likewise", async () => {
    people();
    const source =
      attempt('people.query({ select: ["email"] })') +
      attempt('people.query({ select: ["city"], limit: 1 })');
    for (const flag of ["-D=people", "-A"])
      expect((await run(source, [flag])).out).toBe('E_DATA people.email\ngot [{"city":"Rome"}]\n');
  });

  test("a field that a flag or a policy labels must be named, too", async () => {
    people();
    at.put("p.json", '{ "version": 1, "labels": { "data=people.city": "personal" } }');
    const source =
      attempt('people.query({ select: ["city"], limit: 1 })') +
      attempt('people.query({ select: ["name"], limit: 1 })');
    for (const flag of ["--label=data=people.city:personal", "--policy=p.json"]) {
      expect((await run(source, ["-D=people", flag])).out).toBe(
        'E_DATA people.city\ngot [{"name":"name 0"}]\n',
      );
      expect((await run(source, ["-D=people,people.city", flag])).out).toMatch(/^got/);
    }
  });

  test(":count is the number of rows, and of no filter's", async () => {
    people();
    const source =
      attempt("people.count()") +
      attempt('people.count({ city: "Rome" })') +
      attempt('people.query({ select: ["name"] })');
    expect((await run(source, ["-D=people:count"])).out).toBe(
      "got 5\nE_DATA people.city\nE_DATA people.name\n",
    );
  });

  test("what the catalog keeps for others is refused whatever was granted, with the line that says so", async () => {
    people({ more: '"allow": ["com.example.other"],' });
    const { code, err } = await run("", all);
    expect(code).toBe(77);
    expect(err).toMatch(/remove the deny: catalog\.json:2:\d+ \(allow\)/);
  });

  test("the catalog itself is neither read nor written", async () => {
    people();
    const source = 'import * as fs from "sbx:fs"; await fs.writeTextFile("catalog.json", "{}");';
    const { code, err } = await run(source, ["-D=people", "-R=.", "-W=."]);
    expect([code, err]).toEqual([77, expect.stringMatching(/E_WRITE[\s\S]*no grant opens the catalog/)]);
  });
});

describe("labels:", () => {
  const leak = 'import * as fs from "sbx:fs"; await fs.writeTextFile("out.txt", "x");';
  test.each([
    {
      read: 'await people.query({ select: ["email"] });',
      code: 77,
      why: "a labelled field closes the folder",
    },
    { read: 'await people.count({ email: "x" });', code: 77, why: "also when it was only compared with" },
    { read: 'await people.query({ select: ["domain"] });', code: 0, why: "what a mask leaves does not" },
    {
      read: 'await people.aggregate({ summary: "perCity" });',
      code: 0,
      why: "nor does a summary of the catalog's",
    },
    { read: 'await people.query({ select: ["name"] });', code: 0, why: "nor a field without a label" },
    { read: "await people.describe();", code: 0, why: "nor what the catalog says" },
    {
      read: 'await people.query({ select: ["email"], where: { name: { lt: 3 } } }).catch(() => 0);',
      code: 77,
      why: "a query that failed after its source could be touched",
    },
  ])("$why", async ({ read, code }) => {
    people();
    const ran = await run(read + leak, [...all, "-W=out.txt"]);
    expect(ran.code).toBe(code);
    if (code === 77) expect(ran.err).toMatch(/E_FLOW[\s\S]*personal was raised by reading people\./);
  });

  test("the file that a set lies in is for the set alone", async () => {
    people();
    const source = `import * as fs from "sbx:fs";
      for (const work of [fs.readFile("people.db"), fs.writeTextFile("people.db", ""), fs.rename("other.db", "people.db"), fs.remove("people.db"), fs.readFile("people.db-wal")])
        console.log(await work.then(() => "done", (error) => error.code));`;
    at.put("other.db", "");
    expect((await run(source, ["-D=people", "-R=.", "-W=."])).out).toBe(
      "E_READ\nE_WRITE\nE_WRITE\nE_WRITE\nE_READ\n",
    );
  });
});

describe("changes:", () => {
  const write = ["-D=people:write", "-D=people.email:write", "-D=people.gone:write"];
  const rows = (): unknown[] => {
    const database = new DatabaseSync(at.at("people.db"));
    const found = database.prepare("SELECT name, city, gone FROM people ORDER BY id").all();
    database.close();
    return found.map((row) => ({ ...row }));
  };

  test("rows are added, changed and removed, and never those that the filter hides", async () => {
    people({ writable: true });
    const source = `console.log(await people.insert([{ name: "new", city: "Bern" }, { name: "more", city: "Bern" }]),
      await people.update({ city: "Basel" }, { name: "new" }), await people.remove({ name: { startsWith: "name" } }));`;
    const { out, err } = await run(source, write);
    expect([out, err]).toEqual(["2 1 5\n", ""]);
    expect(rows()).toEqual([
      { name: "name 5", city: "Oslo", gone: 1 },
      { name: "new", city: "Basel", gone: 0 },
      { name: "more", city: "Bern", gone: 0 },
    ]);
  });

  test.each([
    {
      work: 'people.insert([{ name: "a", email: "q" }, { name: "b", email: "p1@x.example" }])',
      says: /does not take these values/,
      why: "all or none",
    },
    {
      work: 'people.insert({ name: "a", gone: true })',
      says: /its filter hides/,
      why: "a row that would be hidden",
    },
    { work: "people.update({ gone: true }, {})", says: /its filter hides/, why: "rows out of sight" },
    { work: "people.insert({ name: 7 })", says: /a text/, why: "another type" },
    { work: 'people.insert({ domain: "x" })', says: /masked/, why: "a masked field" },
  ])("nothing is changed: $why", async ({ work, says }) => {
    people({ writable: true });
    const before = rows();
    const { out } = await run(`console.log(await ${work}.catch((error) => error.message));`, [
      ...write,
      "-D=people.domain:write",
    ]);
    expect(out).toMatch(says);
    expect(rows()).toEqual(before);
  });

  test("a set that the catalog only reads is not written", async () => {
    people();
    const { out } = await run(
      'console.log(await people.insert({ name: "x" }).catch((error) => error.message));',
      write,
    );
    expect(out).toMatch(/is only read/);
  });

  test("what carries a label goes only where it is kept", async () => {
    people({ writable: true });
    const source = `const [{ email }] = await people.query({ select: ["email"], limit: 1 });
      console.error(await people.update({ email: email + "x" }, { name: "name 1" }).catch((error) => error.code));
      console.error(await people.update({ city: email }, { name: "name 1" }).catch((error) => error.code));`;
    expect((await run(source, write)).err).toBe("1\nE_FLOW\n");
  });
});

test("a summary leaves small groups out, and is given as often as its catalog says, over all runs", async () => {
  people();
  const source =
    'console.log(JSON.stringify(await people.aggregate({ summary: "perCity" }).catch((error) => error.code)));';
  expect((await run(source, ["-D=people:count"])).out).toBe('[{"city":"Rome","count":3}]\n');
  expect((await run(source, ["-D=people:count"])).out).toBe('[{"city":"Rome","count":3}]\n');
  expect((await run(source, ["-D=people:count"])).out).toBe('"E_LIMIT_CALLS"\n');
});

describe("nothing is learnt of a hidden column:", () => {
  const oracles = `
const say = async (work) => { try { console.log(JSON.stringify(await work())); } catch (error) { console.log(error.code, error.message, error.resource, error.remedy); } };
for (const prefix of ["a", "m", "z"]) await say(() => people.query({ select: ["name"], where: { email: { startsWith: prefix } } }));
for (const direction of ["asc", "desc"]) await say(() => people.query({ select: ["name"], orderBy: { email: direction } }));
await say(() => people.count({ email: { gte: "m" } }));
await say(() => people.count({ or: [{ name: "x" }, { not: { email: null } }] }));
await say(() => people.aggregate({ compute: { n: { count: "email" }, m: { min: "email" } } }));
await say(() => people.query({ select: ["name"], where: { email: 7 } }));
await say(() => people.query({ select: ["name"] }));
await say(() => people.query({ select: ["city"], where: { city: "Rome" } }));
await say(() => people.query({ select: ["name"], where: { name: { contains: "a" } }, limit: 3, offset: 1 }));
await say(() => people.aggregate({ groupBy: ["city"], compute: { first: { min: "name" }, n: "count" } }));
for await (const row of people.rows({ select: ["city"] })) console.log(row.city);
await say(() => people.describe()); await say(() => data.list());`;
  const index =
    "CREATE INDEX hiddenFirst ON people (email, name, city); CREATE INDEX hiddenLast ON people (city, email);";
  test("where, order, count, errors and the order of rows are the same whatever it holds", async () => {
    const seen = async (email: (n: number) => string): Promise<Ran> => {
      people({ email, index });
      return await run(oracles, ["-D=people.name+city+gone"]);
    };
    const first = await seen((n) => `a${n}`);
    const second = await seen((n) => `zzzzzzzzzzzzzzzzzzzz${9 - n}@long.example`);
    expect(first.out.split("\n").length).toBeGreaterThan(20);
    expect(second).toEqual(first);
  });
});

describe("a source that fails says what helps, to a person and not to the plugin:", () => {
  const told =
    'console.log(await people.query({ select: ["name"] }).then((rows) => rows.length, (error) => error.name + " " + error.message));';
  test.each([
    {
      spoil: () => rmSync(at.at("people.db")),
      says: "Unavailable the data set people cannot be opened",
      why: "it is gone",
    },
    {
      spoil: () => at.put("people.db", "no database at all, but long enough to be read as one".repeat(100)),
      says: "Unavailable the data set people is damaged",
      why: "it is something else",
    },
    {
      spoil: () => change("ALTER TABLE people RENAME TO others"),
      says: "Unavailable the data set people has no table",
      why: "its table is gone",
    },
    {
      spoil: () => change("ALTER TABLE people DROP COLUMN city; ALTER TABLE people DROP COLUMN name"),
      says: "Unavailable the data set people is not as the catalog describes it",
      why: "its column is gone",
    },
    {
      spoil: () => change("UPDATE people SET name = x'00ff'"),
      says: 'Unavailable the data set people holds something in "name" that is no text',
      why: "its values are of another type",
    },
  ])("$why", async ({ spoil, says }) => {
    people();
    spoil();
    const { out } = await run(told, ["-D=people"]);
    expect(out.trim()).toBe(says);
    const check = await at.sbx(["data", "check", "--catalog=catalog.json"]);
    expect([check.code, check.out]).toEqual(why(says));
  });
  const change = (sql: string): void => {
    const database = new DatabaseSync(at.at("people.db"));
    database.exec(sql);
    database.close();
  };
  // Values are looked at when they are asked for.
  const why = (says: string): unknown[] =>
    says.includes("no text")
      ? [0, expect.stringMatching(/^ok/)]
      : [78, expect.stringMatching(/^fault {2}people {2}the data set people .*: /)];

  test("uncaught, it ends the run with the reason", async () => {
    people();
    rmSync(at.at("people.db"));
    const { err } = await run('await people.query({ select: ["name"] });', ["-D=people"]);
    expect(err).toMatch(
      /error\[E_UNAVAILABLE\]: the data set people cannot be opened\n[\s\S]*its source says: .*people\.db[\s\S]*what helps: {2}sbx data check/,
    );
  });

  test("one that only a host application would serve", async () => {
    at.put(
      "catalog.json",
      '{ "version": 1, "datasets": { "people": { "source": { "type": "host" }, "fields": { "name": { "type": "text" } } } } }',
    );
    expect((await run(told, ["-D=people"])).out).toBe(
      "Unavailable the data set people is served by nobody\n",
    );
    expect((await at.sbx(["data", "check", "--catalog=catalog.json"])).out).toMatch(
      /^fault {2}people .*its source is "host"/,
    );
  });

  test("one that another program holds", async () => {
    people({ writable: true });
    const holder = new DatabaseSync(at.at("people.db"));
    holder.exec("BEGIN EXCLUSIVE");
    const { out } = await run(told, ["-D=people"]);
    holder.close();
    expect(out).toMatch(/in use by another program/);
  });

  test("one that changes under the run is read as it is then", async () => {
    at.put("list.csv", "name\none\n");
    at.put(
      "catalog.json",
      '{ "version": 1, "datasets": { "people": { "source": { "type": "csv", "path": "list.csv" }, "fields": { "name": { "type": "text" } } } } }',
    );
    const source = `import { stdin } from "sbx:plugin"; const lines = stdin[Symbol.asyncIterator](); const turn = () => lines.next();
      for (let n = 0; n < 3; n += 1) { await turn(); console.log(await people.query().then((rows) => rows.length, (error) => error.message)); }`;
    at.put("plugin.ts", head + source);
    const child = spawn(sbx, ["run", "plugin.ts", "--catalog=catalog.json", "-D=people"], {
      cwd: at.path,
      env: { HOME: at.path, SBX_HOME: at.at("home"), CI: "1" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const answers: string[] = [];
    for (const text of ["name\none\n", "name\none\ntwo\n", "other\n1\n"]) {
      at.put("list.csv", text);
      child.stdin.write("go\n");
      answers.push(String((await once(child.stdout, "data"))[0]).trim());
    }
    child.kill("SIGTERM");
    expect(answers).toEqual(["1", "2", "the data set people is not as the catalog describes it"]);
  });
});

describe("a slow query", () => {
  /** Some seconds of work for SQLite. */
  const slow =
    'people.count({ or: Array.from({ length: 150 }, (_, n) => ({ name: { contains: "x" + n } })) })';
  beforeEach(() => {
    people({ count: 400_000, email: (n) => `${n}` });
  });

  test("keeps nothing else of the run waiting", async () => {
    const source = `let ticks = 0; const timer = setInterval(() => { ticks += 1; }, 10);
      await ${slow}; clearInterval(timer); console.log(ticks > 20);`;
    expect((await run(source, ["-D=people"])).out).toBe("true\n");
  });

  test("is ended by --request-timeout, and the next one is answered", async () => {
    const source = `console.log(await ${slow}.catch((error) => error.code)); console.log(await people.count());`;
    const started = performance.now();
    const { out } = await run(source, ["-D=people", "--request-timeout=1s"]);
    expect(out).toBe("E_LIMIT_TIME\n399999\n");
    expect(performance.now() - started).toBeLessThan(6000);
  });

  test("ends with the run, and with a run that is killed", async () => {
    at.put("plugin.ts", `${head}console.log("go"); await ${slow};`);
    const child = spawn(sbx, ["run", "plugin.ts", "--catalog=catalog.json", "-D=people"], {
      cwd: at.path,
      env: { HOME: at.path, SBX_HOME: at.at("home"), CI: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((go) => child.stdout.once("data", go));
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
    const servers = children.filter((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--sbx-data"),
    );
    expect(servers).toHaveLength(1);
    await new Promise((done) => setTimeout(done, 200));
    child.kill("SIGKILL");
    await new Promise((gone) => child.once("exit", gone));
    await new Promise((done) => setTimeout(done, 200));
    expect(stateOf(servers[0] ?? "")).toMatch(/^(gone|Z)$/);
  });
});

/** One letter of proc(5); a zombie waits for whoever has adopted it. */
function stateOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) (.).*$/s, "$1");
  } catch {
    return "gone";
  }
}

describe("while a slow labelled query runs", () => {
  test("nothing of its duration shows outside: pings stop before it begins", async () => {
    const server = await site((_, response) => response.end("pong"));
    const count = async (size: number): Promise<number> => {
      people({ count: size, email: (n) => `${n}` });
      server.requests.length = 0;
      const source = `let going = true; let refused = 0;
        const ping = async () => { while (going) { try { await (await fetch("${server.origin}/ping")).text(); } catch { refused += 1; } await new Promise((r) => setTimeout(r, 5)); } };
        const pings = [ping(), ping()];
        await people.count({ or: Array.from({ length: 150 }, (_, n) => ({ email: { contains: "x" + n } })) });
        going = false; await Promise.all(pings); console.error(refused > 0);`;
      const { err } = await run(source, ["-D=people.email", `-N=127.0.0.1:${server.port}`]);
      expect(err).toBe("true\n");
      return server.requests.length;
    };
    const seen = [await count(10), await count(200_000)];
    await server.close();
    // Those that had begun before may have arrived.
    expect(Math.max(...seen)).toBeLessThanOrEqual(2);
  });
});

test("many rows come one after the other", async () => {
  people({ count: 60_000, email: (n) => `${n}` });
  const source =
    'let n = 0; for await (const { name } of people.rows({ select: ["name"] })) { n += name.length; if (n > 1e9) break; } console.log(n);\n' +
    'for await (const row of people.rows({ select: ["name"] })) break; console.log(await people.count());';
  expect((await run(source, ["-D=people", "--memory=32mb"])).out).toBe("588884\n59999\n");
});
