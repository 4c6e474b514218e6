import { describe, expect, test } from "vitest";
import type { PathTarget, Target } from "../../../runtime/core/capability.ts";
import { closes, nameFits, opens, type Places, within } from "../../../runtime/core/cover.ts";
import { type Grant, parseGrant } from "../../../runtime/core/grant.ts";
import { autorunPlaces, secretPlaces } from "../../../runtime/core/places.ts";
import { context, HOME } from "../../support/world.ts";

const places: Places = { secret: secretPlaces(HOME), autorun: autorunPlaces(HOME), foldCase: false };

/** A grant whose scope, followed once, led to `resolved`. */
function grantOf(text: string, resolved?: string): Grant {
  const [grant] = parseGrant(text, context) as [Grant];
  const { scope } = grant;
  return resolved === undefined || (scope?.kind !== "read" && scope?.kind !== "write")
    ? grant
    : { ...grant, scope: { ...scope, resolved } };
}

const at = (lexical: string, more: Partial<PathTarget> = {}): PathTarget => ({
  kind: "read",
  words: lexical,
  lexical,
  canonical: lexical,
  entry: false,
  tree: false,
  type: "file",
  ...more,
});

const opening: readonly { why: string; grant: string; resolved?: string; target: Target; opens: boolean }[] =
  [
    { why: "a folder opens what is below it", grant: "read=/d", target: at("/d/a/b"), opens: true },
    { why: "a folder opens itself", grant: "read=/d", target: at("/d", { type: "folder" }), opens: true },
    { why: "a folder does not open its neighbour", grant: "read=/d", target: at("/d-evil/a"), opens: false },
    { why: "a folder does not open its parent", grant: "read=/d/e", target: at("/d"), opens: false },
    { why: "the root opens everything", grant: "read=/", target: at("/d"), opens: true },
    {
      why: "reading does not open writing",
      grant: "read=/d",
      target: at("/d/a", { kind: "write" }),
      opens: false,
    },
    { why: "writing does not open reading", grant: "write=/d", target: at("/d/a"), opens: false },
    { why: "case matters here", grant: "read=/d", target: at("/D/a"), opens: false },
    {
      why: "a link out of the grant stays closed",
      grant: "read=/d",
      target: at("/d/l", { canonical: "/o/x" }),
      opens: false,
    },
    {
      why: "a link into the grant from outside stays closed",
      grant: "read=/d",
      target: at("/o/l", { canonical: "/d/x" }),
      opens: false,
    },
    {
      why: "a grant through a link opens the same name",
      grant: "read=/l",
      resolved: "/d",
      target: at("/l/a", { canonical: "/d/a" }),
      opens: true,
    },
    {
      why: "a grant through a link opens the real name",
      grant: "read=/l",
      resolved: "/d",
      target: at("/d/a"),
      opens: true,
    },
    {
      why: "a grant through a link opens nothing else behind the link's name",
      grant: "read=/l",
      resolved: "/d",
      target: at("/l/a", { canonical: "/e/a" }),
      opens: false,
    },
    {
      why: "a folder grant does not open a secret in it",
      grant: "read=/home/ana",
      target: at("/home/ana/.ssh/config"),
      opens: false,
    },
    {
      why: "a file of a secret folder, named, is open",
      grant: "read=~/.ssh/config",
      target: at("/home/ana/.ssh/config"),
      opens: true,
    },
    {
      why: "a secret's own folder, named, is open",
      grant: "read=~/.ssh",
      target: at("/home/ana/.ssh/config"),
      opens: true,
    },
    { why: "a named .env is open", grant: "read=/s/.env", target: at("/s/.env"), opens: true },
    { why: "a folder grant does not open .env", grant: "read=/s", target: at("/s/.env"), opens: false },
    {
      why: "a link to a secret stays closed",
      grant: "read=/s",
      target: at("/s/l", { canonical: "/s/.env" }),
      opens: false,
    },
    {
      why: "a bare grant does not open a secret",
      grant: "read",
      target: at("/home/ana/.aws/credentials"),
      opens: false,
    },
    { why: "a bare grant opens the rest", grant: "read", target: at("/etc/hostname"), opens: true },
    {
      why: "reading start-up files is not special",
      grant: "read=/home/ana",
      target: at("/home/ana/.bashrc"),
      opens: true,
    },
    {
      why: "changing a start-up file must name it",
      grant: "write=/home/ana",
      target: at("/home/ana/.bashrc", { kind: "write" }),
      opens: false,
    },
    {
      why: "a named start-up file may be changed",
      grant: "write=~/.bashrc",
      target: at("/home/ana/.bashrc", { kind: "write" }),
      opens: true,
    },
    {
      why: "changing a git hook must name the hooks",
      grant: "write=/s",
      target: at("/s/.git/hooks/x", { kind: "write" }),
      opens: false,
    },
    {
      why: "named git hooks may be changed",
      grant: "write=/s/.git/hooks",
      target: at("/s/.git/hooks/x", { kind: "write" }),
      opens: true,
    },
    {
      why: "a folder does not open a device in it",
      grant: "read=/dev",
      target: at("/dev/sda", { type: "device" }),
      opens: false,
    },
    {
      why: "a named device is open",
      grant: "read=/dev/sda",
      target: at("/dev/sda", { type: "device" }),
      opens: true,
    },
    { why: "a named FIFO is open", grant: "read=/d/f", target: at("/d/f", { type: "fifo" }), opens: true },
    {
      why: "a folder does not open a FIFO in it",
      grant: "read=/d",
      target: at("/d/f", { type: "fifo" }),
      opens: false,
    },
    {
      why: "a folder does not open the kernel's files",
      grant: "read=/proc",
      target: at("/proc/cpuinfo", { type: "kernel" }),
      opens: false,
    },
    {
      why: "a named kernel file is open",
      grant: "read=/proc/cpuinfo",
      target: at("/proc/cpuinfo", { type: "kernel" }),
      opens: true,
    },
    {
      why: "a door to a process is never open",
      grant: "read=/proc/self/environ",
      target: at("/proc/self/environ", { type: "forbidden" }),
      opens: false,
    },
    {
      why: "a bare grant opens no device",
      grant: "read",
      target: at("/dev/sda", { type: "device" }),
      opens: false,
    },
    {
      why: "/dev/null is open to any grant",
      grant: "read=/d",
      target: at("/dev/null", { type: "device" }),
      opens: true,
    },
    {
      why: "the granted folder itself cannot be removed",
      grant: "write=/d",
      target: at("/d", { kind: "write", entry: true, tree: true, type: "folder" }),
      opens: false,
    },
    {
      why: "a folder in the granted one can",
      grant: "write=/d",
      target: at("/d/e", { kind: "write", entry: true, tree: true, type: "folder" }),
      opens: true,
    },
    {
      why: "a granted file itself can be removed",
      grant: "write=/d/f",
      target: at("/d/f", { kind: "write", entry: true }),
      opens: true,
    },
    { why: "a variable", grant: "env=A", target: { kind: "env", name: "A", words: "A" }, opens: true },
    {
      why: "no other variable",
      grant: "env=A",
      target: { kind: "env", name: "AB", words: "AB" },
      opens: false,
    },
    { why: "a prefix", grant: "env=A_*", target: { kind: "env", name: "A_B", words: "" }, opens: true },
    {
      why: "the prefix alone, with its end",
      grant: "env=A_*",
      target: { kind: "env", name: "A_", words: "" },
      opens: true,
    },
    {
      why: "not less than the prefix",
      grant: "env=A_*",
      target: { kind: "env", name: "A", words: "" },
      opens: false,
    },
    {
      why: "any variable grant opens the listing",
      grant: "env=A",
      target: { kind: "env", name: "*", words: "*" },
      opens: true,
    },
    {
      why: "a host grant opens no variable",
      grant: "host=A",
      target: { kind: "env", name: "A", words: "" },
      opens: false,
    },
    {
      why: "a group of functions",
      grant: "host=m.*",
      target: { kind: "host", name: "m.d", words: "" },
      opens: true,
    },
    {
      why: "not the group's neighbour",
      grant: "host=m.*",
      target: { kind: "host", name: "mm.d", words: "" },
      opens: false,
    },
    {
      why: "the own store, read and write",
      grant: "data=kv",
      target: { kind: "data", dataset: "kv", access: "write", words: "kv" },
      opens: true,
    },
    {
      why: "a granted field",
      grant: "data=c.a+b",
      target: { kind: "data", dataset: "c", fields: ["a"], access: "read", words: "" },
      opens: true,
    },
    {
      why: "no field beside them",
      grant: "data=c.a",
      target: { kind: "data", dataset: "c", fields: ["a", "z"], access: "read", words: "" },
      opens: false,
    },
    {
      why: "reading includes counting",
      grant: "data=c",
      target: { kind: "data", dataset: "c", access: "count", words: "" },
      opens: true,
    },
    {
      why: "counting does not include reading",
      grant: "data=c:count",
      target: { kind: "data", dataset: "c", access: "read", words: "" },
      opens: false,
    },
    {
      why: "reading does not include writing",
      grant: "data=c",
      target: { kind: "data", dataset: "c", access: "write", words: "" },
      opens: false,
    },
  ];
describe("an allow opens:", () => {
  test.each(opening)("$why", ({ grant, resolved, target, opens: expected }) => {
    expect(opens(grantOf(grant, resolved), target, [], places)).toBe(expected);
  });
});

const closing: readonly {
  why: string;
  grant: string;
  resolved?: string;
  target: Target;
  closes: boolean;
  foldCase?: boolean;
}[] = [
  { why: "a folder closes what is below it", grant: "read=/d", target: at("/d/a"), closes: true },
  {
    why: "a link into a denied folder",
    grant: "read=/d",
    target: at("/o/l", { canonical: "/d/a" }),
    closes: true,
  },
  {
    why: "a name below a denied folder that leads out",
    grant: "read=/d",
    target: at("/d/l", { canonical: "/o/a" }),
    closes: true,
  },
  {
    why: "a deny through a link closes the real name",
    grant: "read=/l",
    resolved: "/d",
    target: at("/d/a"),
    closes: true,
  },
  {
    why: "a deny through a link closes the written name",
    grant: "read=/l",
    resolved: "/d",
    target: at("/l/a", { canonical: "/e/a" }),
    closes: true,
  },
  { why: "the neighbour stays open", grant: "read=/d", target: at("/d2"), closes: false },
  { why: "a parent stays open", grant: "read=/d/e", target: at("/d", { type: "folder" }), closes: false },
  {
    why: "a whole tree with something denied in it",
    grant: "write=/d/e",
    target: at("/d", { kind: "write", tree: true }),
    closes: true,
  },
  {
    why: "a whole tree beside it",
    grant: "write=/d/e",
    target: at("/d/f", { kind: "write", tree: true }),
    closes: false,
  },
  { why: "another kind", grant: "write=/d", target: at("/d/a"), closes: false },
  { why: "case, on systems that keep it", grant: "read=/d/S", target: at("/d/s"), closes: false },
  {
    why: "case, on systems that do not",
    grant: "read=/d/S",
    target: at("/d/s"),
    closes: true,
    foldCase: true,
  },
  {
    why: "an accent composed differently, on systems that do not tell",
    grant: "read=/d/é",
    target: at("/d/é"),
    closes: true,
    foldCase: true,
  },
  { why: "a variable", grant: "env=A_*", target: { kind: "env", name: "A_B", words: "" }, closes: true },
  {
    why: "the listing of variables is not one of them",
    grant: "env=A_*",
    target: { kind: "env", name: "*", words: "" },
    closes: false,
  },
  {
    why: "a field among others",
    grant: "data=c.a",
    target: { kind: "data", dataset: "c", fields: ["z", "a"], access: "read", words: "" },
    closes: true,
  },
  {
    why: "a data set as a whole",
    grant: "data=c",
    target: { kind: "data", dataset: "c", fields: ["z"], access: "read", words: "" },
    closes: true,
  },
  { why: "everything of a kind", grant: "read", target: at("/x"), closes: true },
];
describe("a deny closes:", () => {
  test.each(closing)("$why", ({ grant, resolved, target, closes: expected, foldCase = false }) => {
    expect(closes(grantOf(grant, resolved), target, [], { ...places, foldCase })).toBe(expected);
  });
});

test("an operation list narrows what a grant speaks about", () => {
  const grant = grantOf("read=/d,ops=stat");
  expect(opens(grant, at("/d/a"), ["stat"], places)).toBe(true);
  expect(opens(grant, at("/d/a"), ["readFile", "readTextFile"], places)).toBe(false);
  expect(closes(grant, at("/d/a"), ["stat"], places)).toBe(true);
  expect(closes(grant, at("/d/a"), ["readFile"], places)).toBe(false);
});

test("whole names count, never a mere beginning", () => {
  expect([
    within("/a/b", "/a"),
    within("/ab", "/a"),
    within("/a", "/a"),
    within("/a", "/"),
    within("/", "/"),
  ]).toEqual([true, false, true, true, true]);
  expect([nameFits("A*", "AB"), nameFits("A", "AB"), nameFits("*", "x")]).toEqual([true, false, true]);
});
