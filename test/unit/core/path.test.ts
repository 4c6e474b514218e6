import { describe, expect, test } from "vitest";
import { macos, type PathRules, pathRules, posix, windows } from "../../../runtime/core/path.ts";

interface Absolute {
  why: string;
  rules: PathRules;
  path: string;
  base: string;
  gives: string | RegExp;
}

const absolutes: Absolute[] = [
  {
    why: "a relative path starts at its base",
    rules: posix,
    path: "a/b",
    base: "/home/u",
    gives: "/home/u/a/b",
  },
  {
    why: "an absolute path forgets its base",
    rules: posix,
    path: "/etc/x",
    base: "/home/u",
    gives: "/etc/x",
  },
  { why: "dots are worked off", rules: posix, path: "./a/../b/.", base: "/h", gives: "/h/b" },
  { why: "nothing is above the root", rules: posix, path: "../../../../etc", base: "/h", gives: "/etc" },
  {
    why: "doubled and trailing slashes mean nothing",
    rules: posix,
    path: "//a///b//",
    base: "/h",
    gives: "/a/b",
  },
  { why: "a tilde is a name", rules: posix, path: "~/.ssh", base: "/h", gives: "/h/~/.ssh" },
  {
    why: "a file URL as text is a strange relative path",
    rules: posix,
    path: "file:///etc",
    base: "/h",
    gives: "/h/file:/etc",
  },
  { why: "a backslash is part of a name", rules: posix, path: "a\\..\\b", base: "/h", gives: "/h/a\\..\\b" },
  { why: "the root stays the root", rules: posix, path: "/", base: "/h", gives: "/" },
  {
    why: "a space at either end is part of the name",
    rules: posix,
    path: " a ",
    base: "/h",
    gives: "/h/ a ",
  },
  {
    why: "windows paths turn their slashes",
    rules: windows,
    path: "a\\b/../c",
    base: "C:/u",
    gives: "C:/u/a/c",
  },
  { why: "drive letters are upper case", rules: windows, path: "c:\\x", base: "C:/u", gives: "C:/x" },
  {
    why: "a path from the root stays on its base's drive",
    rules: windows,
    path: "\\x",
    base: "D:/u",
    gives: "D:/x",
  },
  {
    why: "a share is a root that .. cannot leave",
    rules: windows,
    path: "\\\\srv\\share\\a\\..\\..\\b",
    base: "C:/",
    gives: "//srv/share/b",
  },
  {
    why: "a share alone is a root",
    rules: windows,
    path: "\\\\srv\\share",
    base: "C:/",
    gives: "//srv/share/",
  },
  {
    why: "a drive without a slash would depend on hidden state",
    rules: windows,
    path: "C:x",
    base: "C:/u",
    gives: /drive/,
  },
  {
    why: "the verbatim prefix switches checks off",
    rules: windows,
    path: "\\\\?\\C:\\x",
    base: "C:/u",
    gives: /device space/,
  },
  {
    why: "the device prefix opens devices",
    rules: windows,
    path: "//./PhysicalDrive0",
    base: "C:/u",
    gives: /device space/,
  },
  {
    why: "the object manager's prefix too",
    rules: windows,
    path: "\\??\\C:\\x",
    base: "C:/u",
    gives: /device space/,
  },
  { why: "NUL is a device in every folder", rules: windows, path: "a\\nul", base: "C:/u", gives: /device/ },
  {
    why: "an extension does not turn a device into a file",
    rules: windows,
    path: "CON.txt",
    base: "C:/u",
    gives: /device/,
  },
  { why: "superscript digits name ports too", rules: windows, path: "com¹", base: "C:/u", gives: /device/ },
  {
    why: "a device name in the middle counts",
    rules: windows,
    path: "aux\\x",
    base: "C:/u",
    gives: /device/,
  },
  {
    why: "a longer name is no device",
    rules: windows,
    path: "console.txt",
    base: "C:/u",
    gives: "C:/u/console.txt",
  },
  { why: "a stream is another file", rules: windows, path: "a.txt:hidden", base: "C:/u", gives: /stream/ },
  {
    why: "the unnamed stream is a second spelling",
    rules: windows,
    path: "a.txt::$DATA",
    base: "C:/u",
    gives: /stream/,
  },
  {
    why: "trailing dots are trimmed by the system",
    rules: windows,
    path: "secret.",
    base: "C:/u",
    gives: /dot or a space/,
  },
  { why: "trailing spaces too", rules: windows, path: "secret \\x", base: "C:/u", gives: /dot or a space/ },
  { why: "wild cards name nothing", rules: windows, path: "a*", base: "C:/u", gives: /character/ },
];

describe("absolute", () => {
  for (const { why, rules, path, base, gives } of absolutes)
    test(`${why}: ${path}`, () => {
      if (typeof gives === "string") expect(rules.absolute(path, base)).toBe(gives);
      else expect(() => rules.absolute(path, base)).toThrow(gives);
    });
});

describe("contains", () => {
  const table: [string, PathRules, string, string, boolean][] = [
    ["a folder contains itself", posix, "/a", "/a", true],
    ["and what is below", posix, "/a", "/a/b/c", true],
    ["not a sibling with the same beginning", posix, "/a", "/a-evil/x", false],
    ["not its parent", posix, "/a/b", "/a", false],
    ["the root contains everything", posix, "/", "/x", true],
    ["case counts on Linux", posix, "/a", "/A/x", false],
    ["case does not count on Windows", windows, "C:/Users", "C:/USERS/x", true],
    ["a drive contains its files", windows, "C:/", "C:/x", true],
    ["not another drive's", windows, "C:/", "D:/x", false],
    ["composed and decomposed accents are one name on macOS", macos, "/p\u00f6", "/po\u0308/x", true],
  ];
  for (const [why, rules, scope, path, gives] of table)
    test(why, () => expect(rules.contains(scope, path)).toBe(gives));
});

describe("pieces", () => {
  const table: [string, unknown, unknown][] = [
    ["the parent of a file", posix.parent("/a/b"), "/a"],
    ["the parent at the top", posix.parent("/a"), "/"],
    ["the root is its own parent", posix.parent("/"), "/"],
    ["the parent on a share", windows.parent("//srv/share/a"), "//srv/share/"],
    ["the parent on a drive", windows.parent("C:/a/b"), "C:/a"],
    ["the last name", posix.basename("/a/b"), "b"],
    ["a root has no last name", posix.basename("/"), ""],
    ["names from the root", windows.names("//srv/share/a/b"), ["a", "b"]],
    ["joining to a root", posix.join("/", "a"), "/a"],
    ["joining to a folder", posix.join("/a", "b"), "/a/b"],
    [
      "rules by platform",
      [pathRules("win32"), pathRules("darwin"), pathRules("linux")],
      [windows, macos, posix],
    ],
  ];
  for (const [why, got, wanted] of table) test(why, () => expect(got).toEqual(wanted));
});
