/** What holds for every operation, because it is declared and not written: made from the declarations themselves, so that a new operation
 *  is tested by standing in its folder. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { GovernedNeed, HandleNeed, HandleType, Need, Target } from "../../runtime/core/capability.ts";
import { errorTable } from "../../runtime/core/errors.ts";
import { printFlag } from "../../runtime/core/grant.ts";
import type { Lease } from "../../runtime/core/powers.ts";
import { objectOf, toJsonSchema } from "../../runtime/core/schema.ts";
import { grantFor } from "../../runtime/gate/remedy.ts";
import type { Operation } from "../../runtime/op.ts";
import { operationNames, findOperation as registered } from "../../stdlib/generated/registry.ts";
import { everyOperation, findOperation, World, type WorldOptions } from "../support/world.ts";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

interface Row {
  readonly name: string;
  readonly operation: Operation;
  readonly schema: JsonSchema;
  /** The least that it takes. */
  readonly args: Record<string, unknown>;
  readonly needs: readonly [string, Need][];
}

/** Words that mean something where a plain text would not do. */
const words: Readonly<Record<string, string>> = { method: "GET", name: "notes" };
const paths: Readonly<Record<string, string>> = { to: "sub/new.md" };

/** Arguments that are objects of their own grammar. */
const objects: Readonly<Record<string, Record<string, unknown>>> = {
  "data.query": { query: { select: ["title"] } },
  "data.aggregate": { query: { groupBy: ["stars"] } },
  "data.summary": { summary: "perStars" },
  "data.count": { where: { stars: 3 } },
  "data.insert": { rows: [{ title: "new" }] },
  "data.update": { values: { title: "new" }, where: { title: "none" } },
  "data.remove": { where: { title: "none" } },
};

function least(name: string, schema: JsonSchema): unknown {
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case "string":
      return schema.description === "path"
        ? (paths[name] ?? "notes.md")
        : schema.description === "url"
          ? "https://api.example.com/v1/cards"
          : (words[name] ?? "x");
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 0, schema.description === "handle" ? 1 : 0);
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
      return leastObject(schema);
    default:
      return null;
  }
}
const leastObject = ({ required = [], properties = {} }: JsonSchema): Record<string, unknown> =>
  Object.fromEntries(required.map((name) => [name, least(name, properties[name] ?? {})]));

const rows: Row[] = await Promise.all(
  [...everyOperation].sort().map(async (name) => {
    const operation = await findOperation(name);
    const schema = toJsonSchema(objectOf(operation.args)) as JsonSchema;
    const args = { ...leastObject(schema), ...objects[name] };
    const needs = Object.entries(operation.needs(args as never)).filter(
      (entry): entry is [string, Need] => entry[1] !== undefined,
    );
    return { name, operation, schema, args, needs };
  }),
);

const governed = ({ needs }: Row): GovernedNeed[] =>
  needs.map(([, need]) => need).filter((need): need is GovernedNeed => need.kind !== "handle");
const handled = ({ needs }: Row): HandleNeed[] =>
  needs.map(([, need]) => need).filter((need): need is HandleNeed => need.kind === "handle");
/** What is granted anyway, because the answer holds only what is granted. */
const always = "data.datasets";
const asking = rows.filter((row) => row.name !== always && governed(row).length > 0);
const handling = rows.filter((row) => handled(row).length > 0);

const many = Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`many/${at}`, ""]));
const base: WorldOptions = {
  files: { "notes.md": "hello\n", "data.csv": "a,b\n", "sub/a.txt": "a", ...many },
  sites: { "api.example.com": { answer: { body: "body" } } },
  env: { x: "1", notes: "2" },
};

const denials = new Set(
  Object.entries(errorTable).flatMap(([code, { name }]) => (name === "PermissionDenied" ? [code] : [])),
);

/** The flag that grants exactly this, as the remedy of a denial would have it. */
async function exactly(need: GovernedNeed): Promise<string> {
  return printFlag(grantFor(await targetOf(need)));
}
async function targetOf(need: GovernedNeed): Promise<Target> {
  const source = new World(base).sources[need.kind];
  if (!source) throw new Error(`no source for ${need.kind}`);
  return source.resolve(need as never);
}

/** Do grants of other needs cover this one too? To write opens reading. */
async function covered(need: GovernedNeed, grants: readonly string[]): Promise<boolean> {
  const { policy, clock } = new World({ ...base, grants });
  return policy.judge(await targetOf(need), [], clock.now()).kind === "granted";
}

/** Grants beside the mark: another name, a longer one, another kind, port, method, access. */
async function nearMisses(need: GovernedNeed): Promise<string[]> {
  const target = await targetOf(need);
  switch (target.kind) {
    case "read":
    case "write": {
      const other = target.kind === "read" ? "write" : "read";
      return [`${target.canonical}x`, `${target.canonical}/x`, `${target.canonical.slice(0, -1)}`]
        .map((path) => `--allow-${target.kind}=${path}`)
        .concat(`--allow-${other}=.`);
    }
    case "net":
      return [
        `--allow-net=${target.host}:${target.port + 1}`,
        `--allow-net=x${target.host}`,
        `--allow-net=*.${target.host.slice(target.host.indexOf(".") + 1, -1)}`,
        `--allow-net=POST ${target.host}`,
        `--allow-net=${target.host}/v1/card`,
      ];
    case "data": {
      const others = [`--allow-data=${target.dataset}x`, "--allow-env"];
      if (target.dataset === "kv" || target.access === "describe") return others;
      if (target.access === "write") others.push(`--allow-data=${target.dataset}`);
      if (target.fields?.length)
        others.push(`--allow-data=${target.dataset}:count`, `--allow-data=${target.dataset}.x`);
      return others;
    }
    case "env":
      return [`--allow-env=${target.name}_X`, `--allow-env=_${target.name}`, "--allow-read"].filter(
        (flag) => target.name !== "*" || flag === "--allow-read",
      );
    case "host":
      return [`--allow-host=${target.name}x`];
    default:
      return target satisfies never;
  }
}

const opened = (world: World): string[] => world.trace.filter((line) => line.startsWith("open "));

test("there are operations, and the registry knows every one of them and no others", async () => {
  expect(rows.length).toBeGreaterThan(35);
  for (const { name, operation } of rows)
    expect((await registered(name))?.summary, name).toBe(operation.summary);
  expect(await registered("fs.format")).toBeUndefined();
  expect(await registered("__proto__")).toBeUndefined();
  const known = Object.values(operationNames).flat();
  for (const { name } of rows)
    if (!/^(permissions|plugin)\./.test(name)) expect(known).toContain(name.slice(name.indexOf(".") + 1));
});

describe("declared in full:", () => {
  test.each(rows)("$name", ({ name, operation, schema }) => {
    expect(operation.summary, name).toMatch(/^[A-Z][^\n]*\.$/);
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    for (const [arg, { type, maxLength, maxItems, minimum, maximum }] of Object.entries(
      schema.properties ?? {},
    )) {
      if (type === "string" && !schema.properties?.[arg]?.enum)
        expect(maxLength, `${arg} has no bound`).toBeGreaterThan(0);
      if (type === "array") expect(maxItems, `${arg} has no bound`).toBeGreaterThan(0);
      if (type === "integer")
        expect([typeof minimum, typeof maximum], `${arg} has no bound`).toEqual(["number", "number"]);
    }
  });
});

describe("refused without a grant, before anything is opened:", () => {
  test.each(asking)("$name", async ({ name, args }) => {
    const world = new World(base);
    const code = await world.outcome(name, args);
    expect(denials).toContain(code);
    expect(opened(world)).toEqual([]);
    expect(world.sink.records).toMatchObject([{ op: name, decision: "denied", outcome: code }]);
  });
});

describe("refused with a near miss:", () => {
  test.each(asking)("$name", async (row) => {
    const needs = governed(row);
    for (const [at, need] of needs.entries()) {
      const others = await Promise.all(needs.filter((_, index) => index !== at).map(exactly));
      const flags = new Set(others);
      for (const miss of await nearMisses(need)) {
        if (flags.has(await exactly(need)) || (await covered(need, others))) continue;
        const world = new World({ ...base, grants: [...others, miss] });
        expect(denials, `${row.name} with ${miss}`).toContain(await world.outcome(row.name, row.args));
        expect(opened(world)).toEqual([]);
      }
    }
  });
});

describe("refused by a deny beside the grant:", () => {
  test.each(asking)("$name", async (row) => {
    const grants = await Promise.all(governed(row).map(exactly));
    for (const flag of grants) {
      const world = new World({ ...base, grants: [...grants, flag.replace("--allow", "--deny")] });
      if (flag === "--allow-env") continue;
      expect(denials).toContain(await world.outcome(row.name, row.args));
      expect(opened(world)).toEqual([]);
    }
  });
});

describe("granted, it leaves its intent and its outcome in the audit, and nothing alive:", () => {
  test.each(asking)("$name", async (row) => {
    const grants = await Promise.all(governed(row).map(exactly));
    const world = new World({ ...base, grants });
    const leases: Lease[] = [];
    for (const source of Object.values(world.sources)) {
      const open = source.open.bind(source) as (target: Target, lease: Lease) => Promise<never>;
      source.open = (target: Target, lease: Lease) => {
        leases.push(lease);
        return open(target, lease);
      };
    }
    const code = await world.outcome(row.name, row.args);
    expect(denials).not.toContain(code);
    const kinds = governed(row).map(({ kind }) => kind);
    expect(world.sink.records.slice(0, kinds.length)).toMatchObject(
      kinds.map((kind) => ({ op: row.name, kind, decision: "allowed", outcome: "started" })),
    );
    expect(world.sink.records.at(-1)).toMatchObject({ op: row.name, outcome: code });
    expect(leases.length).toBeGreaterThanOrEqual(kinds.length);
    if (world.gate.handles.size > 0)
      await Promise.all(
        [...world.gate.handles].map(({ number }) => world.outcome("fs.fileClose", { handle: number })),
      );
    for (const lease of leases) {
      expect(() => lease.alive()).toThrow(expect.objectContaining({ code: "E_REVOKED" }));
      expect(() => lease.spend(1, "in")).toThrow(expect.objectContaining({ code: "E_REVOKED" }));
      expect(lease.signal.aborted).toBe(true);
    }
    expect(world.clock.waiting).toBe(0);
  });

  test.each(asking)("$name: an intent that cannot be written opens nothing", async (row) => {
    const world = new World({ ...base, grants: await Promise.all(governed(row).map(exactly)) });
    world.sink.breaks = () => true;
    expect(await world.outcome(row.name, row.args)).toBe("E_UNAVAILABLE");
    expect(opened(world)).toEqual([]);
  });
});

describe("refuses arguments that it did not declare:", () => {
  test.each(rows)("$name", async ({ name, args }) => {
    for (const wrong of [{ ...args, zzz: 1 }, null, [], "x", JSON.parse('{"__proto__":{}}')]) {
      if (
        Object.keys(args).length === 0 &&
        wrong !== null &&
        typeof wrong === "object" &&
        Object.keys(wrong).length === 0 &&
        !Array.isArray(wrong)
      )
        continue;
      const world = new World({
        ...base,
        grants: ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-data"],
      });
      expect(await world.outcome(name, wrong), JSON.stringify(wrong)).toBe("E_INVALID");
      expect(world.trace).toEqual([]);
    }
  });
});

/** Values just beyond what the schema says. */
function tooLarge(schema: JsonSchema): unknown[] {
  if (schema.enum) return ["zzz"];
  if (schema.maxLength !== undefined) return ["a".repeat(schema.maxLength + 1), 7];
  if (schema.type === "array") return [Array((schema.maxItems ?? 0) + 1).fill(null), "x"];
  if (schema.type === "integer")
    return [
      (schema.maximum ?? 0) + 1,
      (schema.minimum ?? 0) - 1,
      (schema.minimum ?? 0) + 0.5,
      Number.NaN,
      "1",
    ];
  return [{ deep: JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) }, "x".repeat(1000)];
}

describe("refuses arguments that are too large, or of another type:", () => {
  test.each(rows.filter(({ schema }) => Object.keys(schema.properties ?? {}).length > 0))(
    "$name",
    async ({ name, args, schema }) => {
      for (const [arg, shape] of Object.entries(schema.properties ?? {}))
        for (const value of tooLarge(shape)) {
          const world = new World(base);
          expect(
            await world.outcome(name, { ...args, [arg]: value }),
            `${arg} = ${String(value).slice(0, 20)}`,
          ).toBe("E_INVALID");
          expect(world.trace).toEqual([]);
        }
    },
  );
});

/** Something open of each type, for operations on what is open. */
async function openOne(world: World, type: HandleType): Promise<number> {
  const request = {
    url: "https://api.example.com/v1/cards",
    method: "GET",
    headers: [],
    redirect: "follow",
    hasBody: false,
  };
  switch (type) {
    case "file":
      return (await world.attempt("fs.open", { path: "notes.md", read: true, write: true })) as number;
    case "folder":
      return ((await world.attempt("fs.readDir", { path: "many" })) as { handle: number }).handle;
    case "response":
      return ((await world.attempt("net.fetch", request)) as { body: number }).body;
    case "upload": {
      const { handle } = (await world.attempt("net.openBody")) as { handle: number };
      void world.outcome("net.fetch", { ...request, hasBody: true, bodyHandle: handle });
      return handle;
    }
    case "socket": {
      const { handle } = (await world.attempt("net.connectWebSocket", {
        url: "wss://api.example.com/",
        protocols: [],
        headers: [],
      })) as { handle: number };
      return handle;
    }
    case "watcher":
      return (await world.attempt("fs.watch", { path: "notes.md" })) as number;
    case "rows": {
      const query = { select: ["title"] };
      return ((await world.attempt("data.query", { name: "notes", query })) as { handle: number }).handle;
    }
    default:
      return type satisfies never;
  }
}
const open: WorldOptions = {
  ...base,
  grants: ["--allow-read", "--allow-write=.", "--allow-net", "--allow-data=notes"],
};
const types = ["file", "folder", "response", "upload", "watcher", "socket", "rows"] as const;

describe("on something open:", () => {
  test.each(handling)("$name works on what it is for", async ({ name, args, needs }) => {
    const world = new World(open);
    const [[, need]] = needs as [[string, HandleNeed]];
    const handle = await openOne(world, need.type);
    expect(await world.outcome(name, { ...args, handle })).toBe("ok");
  });

  test.each(handling)(
    "$name refuses what is something else, was never opened, or is closed",
    async ({ name, args, needs }) => {
      const [[, need]] = needs as [[string, HandleNeed]];
      for (const type of types.filter((other) => other !== need.type)) {
        const world = new World(open);
        expect(await world.outcome(name, { ...args, handle: await openOne(world, type) }), type).toBe(
          "E_INVALID",
        );
      }
      const world = new World(open);
      expect(await world.outcome(name, { ...args, handle: 99 })).toBe("E_INVALID");
      const handle = await openOne(world, need.type);
      await world.outcome("fs.fileClose", { handle });
      expect(await world.outcome(name, { ...args, handle })).toBe("E_INVALID");
    },
  );

  test.each(handling.filter((row) => handled(row).every(({ type }) => type !== "upload")))(
    "$name ends with the grant",
    async ({ name, args, needs }) => {
      const [[, need]] = needs as [[string, HandleNeed]];
      const world = new World(open);
      const handle = await openOne(world, need.type);
      for (const kind of ["read", "write", "net", "data"])
        await world.attempt("permissions.revoke", { name: kind });
      expect(await world.outcome(name, { ...args, handle })).toBe("E_REVOKED");
    },
  );
});

/** Every operation that reads a path, with another name for it. */
const reading = asking.filter((row) => governed(row).some(({ kind }) => kind === "read"));

describe("what is ignored answers as what is missing, on a real folder:", () => {
  const disk = realpathSync(mkdtempSync(join(tmpdir(), "sbx-hidden-")));
  afterAll(() => rmSync(disk, { recursive: true, force: true }));

  test.each(reading)("$name", async ({ name, args }) => {
    writeFileSync(join(disk, "hidden"), "x");
    const grants = [`--allow-read=${disk}`, `--allow-write=${disk}`, `--ignore-read=${disk}/hidden`];
    const naming = (path: string) =>
      Object.fromEntries(
        Object.entries(args).map(([key, value]) => [
          key,
          value === "notes.md" ? path : value === "sub/new.md" ? "new" : value,
        ]),
      );
    const world = new World({ disk, grants });
    const missing = await world.attempt(name, naming("missing"));
    const hidden = await world.attempt(name, naming("hidden"));
    // A move would take it away: that is refused, and says so.
    expect(hidden).toEqual(name === "fs.rename" ? "E_READ" : missing);
  });
});
