import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openCache } from "../../../runtime/powers/cache.ts";
import { removeFolders, tempFolder } from "./support.ts";

afterAll(removeFolders);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);
const entries = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith(".entry"));
const onlyEntry = (folder: string): string => join(folder, entries(folder)[0] ?? "");

describe("what is kept", () => {
  it("comes back under exactly its key, also from another process's view", () => {
    const folder = tempFolder();
    openCache(folder).put("a", bytes("value"));
    expect(text(openCache(folder).get("a"))).toBe("value");
    expect(openCache(folder).get("b")).toBeUndefined();
  });

  it("is private: folder 0700, key and entries 0600", () => {
    const folder = join(tempFolder(), "new", "cache");
    openCache(folder).put("a", bytes("value"));
    const modes = [folder, join(folder, "key"), onlyEntry(folder)].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(["700", "600", "600"]);
  });
});

interface Poison {
  readonly why: string;
  readonly spoil: (folder: string) => void;
}

const poisons: Poison[] = [
  {
    why: "a flipped bit",
    spoil: (folder) => {
      const path = onlyEntry(folder);
      const content = readFileSync(path);
      content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
      writeFileSync(path, content);
    },
  },
  {
    why: "a truncated entry",
    spoil: (folder) => writeFileSync(onlyEntry(folder), readFileSync(onlyEntry(folder)).subarray(0, 33)),
  },
  { why: "an empty entry", spoil: (folder) => writeFileSync(onlyEntry(folder), "") },
  {
    why: "an entry of another installation",
    spoil: (folder) => {
      const other = tempFolder();
      openCache(other).put("a", bytes("evil"));
      copyFileSync(onlyEntry(other), onlyEntry(folder));
    },
  },
  {
    why: "another entry under this name",
    spoil: (folder) => {
      const name = onlyEntry(folder);
      openCache(folder).put("b", bytes("evil"));
      const other =
        entries(folder)
          .map((entry) => join(folder, entry))
          .find((path) => path !== name) ?? "";
      copyFileSync(other, name);
    },
  },
  { why: "an entry that others can write", spoil: (folder) => chmodSync(onlyEntry(folder), 0o666) },
  { why: "a replaced key", spoil: (folder) => writeFileSync(join(folder, "key"), Buffer.alloc(32)) },
  { why: "a key that others can read", spoil: (folder) => chmodSync(join(folder, "key"), 0o644) },
];

describe("what is not believed", () => {
  it.each(poisons)("$why is a miss, and the next put works", ({ spoil }) => {
    const folder = tempFolder();
    openCache(folder).put("a", bytes("good"));
    spoil(folder);
    const cache = openCache(folder);
    expect(cache.get("a")).toBeUndefined();
    cache.put("a", bytes("again"));
    expect(text(openCache(folder).get("a"))).toBe("again");
  });
});

describe("where nothing can be kept", () => {
  const unusable: { why: string; prepare: (folder: string) => string }[] = [
    {
      why: "a folder that others can write",
      prepare: (folder) => {
        chmodSync(folder, 0o777);
        return folder;
      },
    },
    {
      why: "a file in its place",
      prepare: (folder) => {
        writeFileSync(join(folder, "f"), "");
        return join(folder, "f");
      },
    },
    {
      why: "a link in its place",
      prepare: (folder) => {
        mkdirSync(join(folder, "real"));
        symlinkSync("real", join(folder, "link"));
        return join(folder, "link");
      },
    },
    { why: "no place at all", prepare: () => "/proc/nowhere/cache" },
  ];
  it.each(unusable)("$why: works without, and says so once", ({ prepare }) => {
    const said: string[] = [];
    const cache = openCache(prepare(tempFolder()), { warn: (message) => said.push(message) });
    cache.put("a", bytes("value"));
    cache.put("b", bytes("value"));
    expect(cache.get("a")).toBeUndefined();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^the cache folder .* is not used: /);
  });
});

describe("size", () => {
  it("the longest unused go first", () => {
    const folder = tempFolder();
    const cache = openCache(folder, { maxBytes: 5000 });
    for (const [index, key] of ["a", "b", "c"].entries()) {
      const before = new Set(entries(folder));
      cache.put(key, new Uint8Array(1500));
      const added = entries(folder).find((name) => !before.has(name)) ?? "";
      utimesSync(join(folder, added), 1000 + index, 1000 + index);
    }
    cache.get("a");
    cache.put("d", new Uint8Array(1500));
    expect(["a", "b", "c", "d"].map((key) => cache.get(key) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it("what is larger than everything is not kept", () => {
    const folder = tempFolder();
    openCache(folder, { maxBytes: 100 }).put("a", new Uint8Array(1000));
    expect(entries(folder)).toEqual([]);
  });
});
