import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FolderEntry, ReadPower } from "../../../../runtime/core/powers.ts";
import { lease, World } from "./world.ts";

const text = async (bytes: Promise<Uint8Array>): Promise<string> => Buffer.from(await bytes).toString();

describe.each(["handles", "names"] as const)("reading, held by %s", (hold) => {
  let world: World;
  beforeEach(() => {
    world = new World(hold).make(
      "a.txt",
      "sub/b.txt",
      "link -> a.txt",
      "dangling -> none",
      "empty",
      "fifo |",
    );
    writeFileSync(world.at("empty"), "");
  });
  afterEach(() => world.end());

  test("gives the whole file", async () => {
    expect(await world.reading("a.txt", (file) => text(file.bytes(100)))).toBe("a.txt");
  });

  test("gives an empty file", async () => {
    expect(await world.reading("empty", (file) => text(file.bytes(0)))).toBe("");
  });

  test("follows a link", async () => {
    expect(await world.reading("link", (file) => text(file.bytes(100)))).toBe("a.txt");
  });

  test("reads a file of several pieces whole", async () => {
    const content = Buffer.alloc(3 * 1024 * 1024 + 17, "piece");
    writeFileSync(world.at("big"), content);
    expect(content.equals(await world.reading("big", (file) => file.bytes(content.length)))).toBe(true);
  });

  test("reads files of the kernel, which do not tell their size", async () => {
    const bytes = await world.reading("/proc/cpuinfo", (file) => file.bytes(1e7));
    expect(bytes.byteLength).toBeGreaterThan(100);
  });

  test("/dev/null is empty", async () => {
    expect(await world.reading("/dev/null", (file) => text(file.bytes(10)))).toBe("");
  });

  test("an endless device ends at the limit", async () => {
    await expect(world.reading("/dev/zero", (file) => file.bytes(1_000_000))).rejects.toMatchObject({
      code: "E_LIMIT_BYTES",
    });
  });

  test("a huge sparse file is refused by its size, before anything is read or charged", async () => {
    writeFileSync(world.at("sparse"), "");
    truncateSync(world.at("sparse"), 64 * 1024 ** 3);
    const counting = lease();
    const started = performance.now();
    await expect(
      world.reading("sparse", (file) => file.bytes(64 * 1024 ** 2), { lease: counting }),
    ).rejects.toMatchObject({ code: "E_LIMIT_BYTES" });
    expect(counting.in).toBe(0);
    expect(performance.now() - started).toBeLessThan(500);
  });

  test("a FIFO that nobody writes to does not block", async () => {
    expect(await world.reading("fifo", (file) => text(file.bytes(10)))).toBe("");
  });

  test("bytes are charged before they are handed out", async () => {
    const counting = lease(4);
    await expect(
      world.reading("a.txt", (file) => file.bytes(100), { lease: counting }),
    ).rejects.toMatchObject({
      code: "E_LIMIT_BYTES",
    });
    const enough = lease(5);
    await world.reading("a.txt", (file) => file.bytes(100), { lease: enough });
    expect(enough.in).toBe(5);
  });

  test("what grows meanwhile is not followed", async () => {
    const grow = (): void => appendFileSync(world.at("a.txt"), "+more");
    expect(await world.reading("a.txt", (file) => text(file.bytes(100)), { before: grow })).toMatch(
      /^a\.txt/,
    );
  });

  const dead: [string, (file: ReadPower) => Promise<unknown>][] = [
    ["bytes", (file) => file.bytes(10)],
    ["stat", (file) => file.stat()],
    ["list", (file) => file.list()],
    ["exists", (file) => file.exists()],
    ["realPath", async (file) => file.realPath()],
  ];
  for (const [name, use] of dead)
    test(`${name} fails once the lease has ended`, async () => {
      const ending = lease();
      const power = await world.reading("a.txt", (file) => file, { lease: ending });
      ending.end();
      await expect((async () => use(power))()).rejects.toMatchObject({ code: "E_REVOKED" });
    });

  const failures: [string, string, (file: ReadPower) => unknown, string, RegExp][] = [
    [
      "a missing file is not found",
      "none",
      (file) => file.bytes(9),
      "E_NOT_FOUND",
      /^cannot read "none": there is no/,
    ],
    ["nor is it looked at", "none", (file) => file.stat(), "E_NOT_FOUND", /"none"/],
    ["nor does it have a path", "none", async (file) => file.realPath(), "E_NOT_FOUND", /"none"/],
    ["a dangling link leads nowhere", "dangling", (file) => file.bytes(9), "E_NOT_FOUND", /"dangling"/],
    ["a folder has no bytes", "sub", (file) => file.bytes(9), "E_INVALID", /"sub": it is a folder/],
    ["a file has no entries", "a.txt", (file) => file.list(), "E_INVALID", /"a.txt": it is not a folder/],
    ["below a file is nothing", "a.txt/x", (file) => file.bytes(9), "E_INVALID", /not a folder/],
  ];
  for (const [why, path, use, code, message] of failures)
    test(`${why}: ${path}`, async () => {
      const failed = world.reading(path, use);
      await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
      await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining(world.root) });
    });

  test("facts of a file, and of a link itself", async () => {
    expect(await world.reading("link", (file) => file.stat())).toMatchObject({
      isFile: true,
      isSymlink: false,
      size: 5,
    });
    expect(await world.reading("link", (file) => file.stat(), { entry: true })).toMatchObject({
      isFile: false,
      isSymlink: true,
    });
    const { mtime } = await world.reading("a.txt", (file) => file.stat());
    expect(Math.abs(Date.now() - (mtime ?? 0))).toBeLessThan(60_000);
  });

  test("existence is told without failing", async () => {
    const ask = (path: string): Promise<boolean> => world.reading(path, (file) => file.exists());
    expect(await Promise.all(["a.txt", "link", "sub", "none", "dangling", "a.txt/x"].map(ask))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test("the real path has every link followed", async () => {
    expect(await world.reading("link", (file) => file.realPath())).toBe(world.at("a.txt"));
  });

  test("a listing is in name order, in pages, and says what a link is", async () => {
    world.make("B", "\u00e9", "\u{1f600}", "\uffee");
    const names = await world.reading(".", async (folder) => {
      const cursor = await folder.list();
      const all: FolderEntry[] = [];
      for (let page = await cursor.next(3); page.length > 0; page = await cursor.next(3)) all.push(...page);
      expect(all.find(({ name }) => name === "link")).toEqual({
        name: "link",
        isFile: false,
        isDirectory: false,
        isSymlink: true,
      });
      expect(all.find(({ name }) => name === "sub")?.isDirectory).toBe(true);
      return all.map(({ name }) => name);
    });
    expect(names).toEqual([
      "B",
      "a.txt",
      "dangling",
      "empty",
      "fifo",
      "link",
      "sub",
      "\u00e9",
      "\u{1f600}",
      "\uffee",
    ]);
  });

  test("a file that is replaced over and over is read whole each time", async () => {
    let going = true;
    const replacing = (async () => {
      for (let n = 0; going; n += 1) {
        writeFileSync(world.at("next"), String(n % 10).repeat(1000));
        renameSync(world.at("next"), world.at("a.txt"));
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    writeFileSync(world.at("a.txt"), "0".repeat(1000));
    try {
      for (let n = 0; n < 200; n += 1) {
        const content = await world.reading("a.txt", (file) => text(file.bytes(1000)));
        expect(content).toMatch(/^(\d)\1{999}$/);
      }
    } finally {
      going = false;
      await replacing;
    }
  });

  test("a file removed after the check is not found or still its old self", async () => {
    const gone = (): void => rmSync(world.at("a.txt"));
    await expect(world.reading("a.txt", (file) => file.bytes(10), { before: gone })).rejects.toMatchObject({
      code: "E_NOT_FOUND",
    });
  });
});
