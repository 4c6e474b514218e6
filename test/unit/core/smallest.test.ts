import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NetTarget, PathTarget, Target } from "../../../runtime/core/capability.ts";
import { opens } from "../../../runtime/core/cover.ts";
import { printGrant } from "../../../runtime/core/grant.ts";
import { autorunPlaces, secretPlaces } from "../../../runtime/core/places.ts";
import { smallestGrants } from "../../../runtime/core/smallest.ts";

const HOME = "/home/ana";
const context = {
  places: { secret: secretPlaces(HOME), autorun: autorunPlaces(HOME), foldCase: false },
  many: 5,
  tooWide: ["/", "/home", HOME],
  /** One link in this world: /home/ana/link leads to /data. */
  resolve: (path: string) => path.replace(/^\/home\/ana\/link(?=\/|$)/, "/data"),
};

const file = (lexical: string, more: Partial<PathTarget> = {}): PathTarget => ({
  kind: "read",
  words: lexical,
  lexical,
  canonical: more.entry ? lexical : context.resolve(lexical),
  entry: false,
  tree: false,
  type: "file",
  ...more,
});
const request = (host: string, path: string, more: Partial<NetTarget> = {}): NetTarget => ({
  kind: "net",
  words: host,
  scheme: "https",
  host,
  port: 443,
  path,
  method: "GET",
  ...more,
});
const named = (kind: "env" | "host", name: string): Target => ({ kind, name, words: name });
const five = (folder: string): PathTarget[] => [1, 2, 3, 4, 5].map((i) => file(`${folder}/${i}`));

const proposed = (targets: readonly Target[]): string[] =>
  smallestGrants(
    targets.map((target) => ({ target, names: [] })),
    context,
  )
    .proposals.map(({ grant, wider }) => `${printGrant(grant)}${wider ? " !" : ""}`)
    .sort();

const table: readonly { why: string; targets: Target[]; gives: string[] }[] = [
  { why: "nothing for nothing", targets: [], gives: [] },
  { why: "a file for a file", targets: [file("/a/b")], gives: ["read=/a/b"] },
  { why: "once for the same file twice", targets: [file("/a/b"), file("/a/b")], gives: ["read=/a/b"] },
  {
    why: "a link's own name when it is followed",
    targets: [file("/home/ana/link")],
    gives: ["read=/home/ana/link"],
  },
  { why: "its folder when many lie below one", targets: five("/a/b"), gives: ["read=/a/b !"] },
  {
    why: "the folder that was listed",
    targets: [file("/a", { type: "folder" }), file("/a/b")],
    gives: ["read=/a !"],
  },
  {
    why: "folders of folders when many are alike",
    targets: ["a", "b", "c", "d", "e"].flatMap((name) => five(`/w/${name}`)),
    gives: ["read=/w !"],
  },
  {
    why: "no home for what lies in it",
    targets: five(HOME),
    gives: [1, 2, 3, 4, 5].map((i) => `read=${HOME}/${i}`),
  },
  {
    why: "secrets by their names, however many files stand beside them",
    targets: [...five("/a/b"), file("/a/b/.env"), file("/a/b/id_rsa")],
    gives: ["read=/a/b !", "read=/a/b/.env !", "read=/a/b/id_rsa !"],
  },
  {
    why: "what links lead out of a folder by themselves",
    targets: [...five("/home/ana/x").map((t) => t), file("/home/ana/link/y")],
    gives: ["read=/home/ana/link/y", "read=/home/ana/x !"],
  },
  {
    why: "the folder of one that is removed itself",
    targets: [file("/a/b", { kind: "write", type: "folder", entry: true, tree: true })],
    gives: ["write=/a !"],
  },
  {
    why: "the folder of temporary folders, whose names change",
    targets: [file("/tmp/x-0123456789abcdef01234567/y")],
    gives: ["read=/tmp !"],
  },
  {
    why: "reading and writing apart",
    targets: [file("/a"), file("/a", { kind: "write" })],
    gives: ["read=/a", "write=/a"],
  },
  {
    why: "methods of one host joined, below the path that all share",
    targets: [request("a.example", "/v1/x"), request("a.example", "/v1/y/z", { method: "POST" })],
    gives: ["net=GET+POST a.example:443/v1 !"],
  },
  {
    why: "half a segment is not shared",
    targets: [request("a.example", "/ab"), request("a.example", "/ac")],
    gives: ["net=GET a.example:443 !"],
  },
  {
    why: "ports and hosts apart",
    targets: [
      request("a.example", "/x"),
      request("a.example", "/x", { port: 80 }),
      request("b.example", "/x"),
    ],
    gives: ["net=GET a.example:443/x !", "net=GET a.example:80/x !", "net=GET b.example:443/x !"],
  },
  {
    why: "local=yes for a name that leads to an address that is not public",
    targets: [request("a.example", "/x"), request("a.example", "/x", { address: "10.0.0.1" })],
    gives: ["net=GET a.example:443/x,local=yes !"],
  },
  {
    why: "an address by itself",
    targets: [request("::1", "/x", { port: 8080 })],
    gives: ["net=GET [::1]:8080/x !"],
  },
  {
    why: "names of variables and functions",
    targets: [named("env", "B"), named("env", "A"), named("host", "m.f")],
    gives: ["env=A", "env=B", "host=m.f"],
  },
  {
    why: "all of a kind when all was asked for",
    targets: [named("env", "*"), named("env", "A")],
    gives: ["env !"],
  },
  {
    why: "fields of a data set joined, writing apart",
    targets: [
      { kind: "data", words: "c", dataset: "c", fields: ["b"], access: "read" },
      { kind: "data", words: "c", dataset: "c", fields: ["a"], access: "read" },
      { kind: "data", words: "c", dataset: "c", fields: ["a"], access: "write" },
      { kind: "data", words: "kv", dataset: "kv", access: "write" },
    ],
    gives: ["data=c.a+b", "data=c.a:write", "data=kv"],
  },
];

describe("the smallest grants are", () => {
  test.each(table)("$why", ({ targets, gives }) => expect(proposed(targets)).toEqual(gives));
});

test("what no grant opens is told", () => {
  const door = file("/proc/self/mem", { type: "forbidden" });
  expect(smallestGrants([{ target: door, names: [] }], context).beyond).toEqual([door]);
});

const name = fc.constantFrom("a", "b", ".env", "id_rsa", "link", "x-0123456789abcdef01234567", "ä", "c,d");
const path = fc
  .tuple(
    fc.constantFrom("", "/home/ana", "/home/ana/link", "/tmp"),
    fc.array(name, { minLength: 1, maxLength: 4 }),
  )
  .map(([root, names]) => `${root}/${names.join("/")}`);
const anyFile = fc
  .record({
    path,
    kind: fc.constantFrom("read" as const, "write" as const),
    entry: fc.boolean(),
    type: fc.constantFrom("file" as const, "folder" as const, "missing" as const),
  })
  .map(({ path: lexical, ...more }) => file(lexical, more));
const anyRequest = fc
  .record({
    host: fc.constantFrom("a.example", "b.a.example", "127.0.0.1", "::1", "localhost"),
    path: fc.constantFrom("/", "/a", "/a/b", "/ab", "/a/b/c"),
    method: fc.constantFrom("GET", "POST"),
    port: fc.constantFrom(80, 443),
  })
  .map(({ host, path: at, ...more }) => request(host, at, more));
const anyTarget = fc.oneof(anyFile, anyRequest, fc.constantFrom(named("env", "A"), named("env", "B_C")));

test("whatever was touched, all of it is opened, nothing too wide is proposed, and what is wider says so", () => {
  fc.assert(
    fc.property(fc.array(anyTarget, { maxLength: 30 }), (targets) => {
      const { proposals, beyond } = smallestGrants(
        targets.map((target) => ({ target, names: [] })),
        context,
      );
      for (const target of targets)
        if (!beyond.includes(target))
          expect(proposals.some(({ grant }) => opens(grant, target, [], context.places))).toBe(true);
      for (const target of beyond) expect(target.kind === "read" || target.kind === "write").toBe(true);
      for (const { grant, wider } of proposals) {
        const folder = targets.some(
          (t) =>
            t.kind === grant.kind &&
            "lexical" in t &&
            grant.scope &&
            "lexical" in grant.scope &&
            t.lexical === grant.scope.lexical,
        );
        if ((grant.kind === "read" || grant.kind === "write") && !folder) expect(wider).toBeDefined();
      }
    }),
    { numRuns: 2000 },
  );
});
