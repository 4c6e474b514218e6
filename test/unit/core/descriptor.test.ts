import { describe, expect, test } from "vitest";
import { type Descriptor, descriptorShape, needOf } from "../../../runtime/core/descriptor.ts";
import { parseArguments } from "../../../runtime/core/schema.ts";

const means: readonly { why: string; descriptor: Descriptor; need: unknown }[] = [
  { why: "a kind alone means everything of it", descriptor: { name: "read" }, need: null },
  { why: "a path", descriptor: { name: "write", path: "./a" }, need: { kind: "write", path: "./a" } },
  {
    why: "a host alone means what https to it needs",
    descriptor: { name: "net", host: "a.example" },
    need: { kind: "net", url: "https://a.example/", method: "GET" },
  },
  {
    why: "a host with a port",
    descriptor: { name: "net", host: "a.example:8080" },
    need: { kind: "net", url: "http://a.example:8080/", method: "GET" },
  },
  {
    why: "a URL and a method",
    descriptor: { name: "net", host: "http://a.example/x", method: "POST" },
    need: { kind: "net", url: "http://a.example/x", method: "POST" },
  },
  {
    why: "an IPv6 address",
    descriptor: { name: "net", host: "[::1]:80" },
    need: { kind: "net", url: "http://[::1]:80/", method: "GET" },
  },
  {
    why: "a field of a data set",
    descriptor: { name: "data", set: "c", field: "f" },
    need: { kind: "data", dataset: "c", fields: ["f"], access: "read" },
  },
  {
    why: "the own store",
    descriptor: { name: "data", set: "kv" },
    need: { kind: "data", dataset: "kv", fields: [], access: "read" },
  },
  { why: "a variable", descriptor: { name: "env", variable: "LANG" }, need: { kind: "env", name: "LANG" } },
  { why: "a function", descriptor: { name: "host", function: "f" }, need: { kind: "host", name: "f" } },
  { why: "words of another kind do not matter", descriptor: { name: "env", path: "/" }, need: null },
];
describe("a descriptor means:", () => {
  test.each(means)("$why", ({ descriptor, need }) => expect(needOf(descriptor)).toEqual(need));
});

describe("a descriptor is refused with", () => {
  const refused: readonly { why: string; descriptor: unknown }[] = [
    { why: "an unknown kind", descriptor: { name: "run" } },
    { why: "no kind", descriptor: { path: "a" } },
    { why: "an empty path", descriptor: { name: "read", path: "" } },
    { why: "NUL in a path", descriptor: { name: "read", path: "a\0" } },
    { why: "a lone surrogate in a path", descriptor: { name: "read", path: "a\ud800" } },
    { why: "a path that is no text", descriptor: { name: "read", path: 7 } },
    { why: "an unknown key", descriptor: { name: "read", paths: ["a"] } },
  ];
  test.each(refused)("$why", ({ descriptor }) => {
    expect(() => needOf(parseArguments(descriptorShape, descriptor, "query"))).toThrow();
  });
});
