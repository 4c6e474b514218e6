import { describe, expect, test } from "vitest";
import type { Target } from "../../../runtime/core/capability.ts";
import { type Grant, parseGrant } from "../../../runtime/core/grant.ts";
import { PathMap } from "../../../runtime/core/pathMap.ts";
import { ScopeMap } from "../../../runtime/core/scopeMap.ts";
import { context } from "../../support/rulesModel.ts";

const found = (map: PathMap<string>, way: "above" | "below", path: string): string[] => {
  const seen: string[] = [];
  map[way](path, (value) => seen.push(value) < 0);
  return seen;
};

const kept = ["/", "/a", "/a/b", "/a/b c", "/ab", "C:/", "C:/x", "//host/share/x"];
const above: readonly { why: string; path: string; is: string[] }[] = [
  { why: "itself and all that it lies below, nearest first", path: "/a/b/c", is: ["/a/b", "/a", "/"] },
  { why: "no path that merely begins alike", path: "/abc", is: ["/"] },
  { why: "the root finds itself", path: "/", is: ["/"] },
  { why: "a drive's root", path: "C:/y", is: ["C:/"] },
  { why: "a drive", path: "C:/", is: ["C:/"] },
  { why: "a share of the network", path: "//host/share/x/y", is: ["//host/share/x", "/"] },
  { why: "far below all that is kept", path: `/a/b/${"x/".repeat(9000)}x`, is: ["/a/b", "/a", "/"] },
];
describe("above:", () => {
  const map = new PathMap<string>();
  for (const path of kept) map.add(path, path);
  test.each(above)("$why", ({ path, is }) => expect(found(map, "above", path)).toEqual(is));

  test("the visitor ends it", () => {
    let visits = 0;
    expect(map.above("/a/b/c", () => ++visits > 0)).toBe(true);
    expect(visits).toBe(1);
  });
});

const below: readonly { why: string; path: string; is: string[] }[] = [
  { why: "not itself", path: "/a", is: ["/a/b", "/a/b c"] },
  { why: "nothing", path: "/a/b", is: [] },
  { why: "all", path: "/", is: ["//host/share/x", "/a", "/a/b", "/a/b c", "/ab"] },
  { why: "of a drive", path: "C:/", is: ["C:/x"] },
];
describe("below:", () => {
  const map = new PathMap<string>();
  for (const path of kept) map.add(path, path);
  test.each(below)("$why", ({ path, is }) => expect(found(map, "below", path)).toEqual(is));

  test("what is added later is found too", () => {
    map.add("/a/b/d", "new");
    expect(found(map, "below", "/a/b")).toEqual(["new"]);
  });
});

const path = (text: string, more: object = {}): Target => ({
  kind: "read",
  words: text,
  lexical: text,
  canonical: text,
  entry: false,
  tree: false,
  type: "file",
  ...more,
});
const site = (host: string, more: object = {}): Target => ({
  kind: "net",
  words: host,
  scheme: "https",
  host,
  port: 443,
  path: "/",
  method: "GET",
  ...more,
});

/** Ten thousand grants each; what is looked at for one request may not grow with them. */
const many: readonly { why: string; grant: (n: number) => string; target: Target }[] = [
  { why: "folders", grant: (n) => `read=/d/${n}`, target: path("/d/77/x/y") },
  {
    why: "folders inside each other's neighbours",
    grant: (n) => `read=/d/${n}/${n}`,
    target: path("/d/7/7"),
  },
  { why: "hosts", grant: (n) => `net=h${n}.example`, target: site("h77.example") },
  { why: "domains", grant: (n) => `net=*.h${n}.example`, target: site("a.b.h77.example") },
  { why: "ports of one host", grant: (n) => `net=h.example:${n}`, target: site("h.example", { port: 77 }) },
  {
    why: "paths of one host",
    grant: (n) => `net=h.example/p${n}`,
    target: site("h.example", { path: "/p77/x" }),
  },
  { why: "addresses", grant: (n) => `net=10.0.${n >> 8}.${n % 256}`, target: site("10.0.0.77") },
  {
    why: "blocks",
    grant: (n) => `net=10.${n >> 8}.${n % 256}.0/24`,
    target: site("h.example", { address: "10.0.77.1" }),
  },
  { why: "variables", grant: (n) => `env=V${n}`, target: { kind: "env", name: "V77", words: "" } },
  { why: "prefixes", grant: (n) => `env=V${n}_*`, target: { kind: "env", name: "V77_X", words: "" } },
  { why: "functions", grant: (n) => `host=g${n}.*`, target: { kind: "host", name: "g77.f", words: "" } },
  {
    why: "fields of one data set",
    grant: (n) => `data=s.f${n}`,
    target: { kind: "data", dataset: "s", fields: ["f77", "f5"], access: "read", words: "" },
  },
];
describe("of ten thousand only few are looked at:", () => {
  for (const reading of ["opening", "closing"] as const)
    test.each(many)(`$why, ${reading}`, ({ grant, target }) => {
      const map = new ScopeMap<{ grant: Grant }>(reading, false);
      for (let n = 1; n <= 10_000; n += 1)
        for (const one of parseGrant(grant(n), context)) map.add({ grant: one });
      let looked = 0;
      map.visit(target, () => ++looked < 0);
      expect(looked).toBeGreaterThan(0);
      expect(looked).toBeLessThan(5);
    });
});
