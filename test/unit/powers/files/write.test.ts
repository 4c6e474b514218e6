import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReplaceOptions, WritePower } from "../../../../runtime/core/powers.ts";
import { lease, World } from "./world.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe.each(["handles", "names"] as const)("writing, held by %s", (hold) => {
  let world: World;
  const put = (path: string, text: string, options: ReplaceOptions = {}): Promise<void> =>
    world.writing(path, (file) => file.replace(bytes(text), options));
  const content = (path: string): string => readFileSync(world.at(path), "utf8");
  const hidden = (): string[] =>
    readdirSync(world.root, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("sbx-tmp"));

  beforeEach(() => {
    world = new World(hold).make(
      "a.txt",
      "sub/b.txt",
      "link -> a.txt",
      "to-sub -> sub",
      "dangling -> sub/new",
      "outside/keep",
    );
  });
  afterEach(() => {
    expect(hidden()).toEqual([]);
    world.end();
  });

  describe("a whole file", () => {
    test("is made", async () => {
      await put("new.txt", "x");
      expect(content("new.txt")).toBe("x");
    });

    test("is replaced by another file, not overwritten", async () => {
      const { ino } = statSync(world.at("a.txt"));
      await put("a.txt", "new");
      expect(content("a.txt")).toBe("new");
      expect(statSync(world.at("a.txt")).ino).not.toBe(ino);
    });

    test("keeps its permission bits", async () => {
      chmodSync(world.at("a.txt"), 0o640);
      await put("a.txt", "new");
      expect(statSync(world.at("a.txt")).mode & 0o777).toBe(0o640);
    });

    test("gets the bits that were asked for", async () => {
      await put("new.txt", "x", { mode: 0o600 });
      expect(statSync(world.at("new.txt")).mode & 0o777).toBe(0o600);
    });

    test("behind a link is replaced where it is, and the link stays", async () => {
      await put("link", "new");
      expect(content("a.txt")).toBe("new");
      expect(readlinkSync(world.at("link"))).toBe("a.txt");
    });

    test("behind a dangling link is made where it leads", async () => {
      await put("dangling", "new");
      expect(content("sub/new")).toBe("new");
      expect(lstatSync(world.at("dangling")).isSymbolicLink()).toBe(true);
    });

    test("with a second name leaves that name alone", async () => {
      linkSync(world.at("a.txt"), world.at("outside/hard"));
      await put("a.txt", "new");
      expect(content("outside/hard")).toBe("a.txt");
    });

    test("can be written by many at once: one of them wins whole", async () => {
      await Promise.all(
        Array.from({ length: 20 }, (_, n) => put("a.txt", String.fromCharCode(97 + n).repeat(5000))),
      );
      expect(content("a.txt")).toMatch(/^([a-t])\1{4999}$/);
    });

    test("a link put in its place meanwhile is replaced, not followed", async () => {
      const swap = (): void => {
        renameSync(world.at("a.txt"), world.at("old"));
        symlinkSync("outside/keep", world.at("a.txt"));
      };
      await world
        .writing("a.txt", (file) => file.replace(bytes("new"), {}), { before: swap })
        .catch(() => {});
      expect(content("outside/keep")).toBe("outside/keep");
    });
  });

  const refusals: [string, string, ReplaceOptions, string][] = [
    ["createNew refuses what exists", "a.txt", { createNew: true }, "E_EXISTS"],
    ["createNew refuses a link to what exists", "link", { createNew: true }, "E_EXISTS"],
    ["without create it must exist", "none", { create: false }, "E_NOT_FOUND"],
    ["a missing folder is not made", "none/x", {}, "E_NOT_FOUND"],
    ["a folder is no file", "sub", {}, "E_INVALID"],
    ["a file is no folder", "a.txt/x", {}, "E_INVALID"],
    ["append without create needs the file", "none", { append: true, create: false }, "E_NOT_FOUND"],
  ];
  for (const [why, path, options, code] of refusals)
    test(why, async () => {
      await expect(put(path, "x", options)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(`"${path}"`),
      });
      expect(content("a.txt")).toBe("a.txt");
    });

  test("createNew makes exactly one of many", async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => put("new", `${n}`, { createNew: true })),
    );
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("append adds at the end, and makes the file", async () => {
    await put("a.txt", "+1", { append: true });
    await put("a.txt", "+2", { append: true });
    await put("log", "first", { append: true });
    expect([content("a.txt"), content("log")]).toEqual(["a.txt+1+2", "first"]);
  });

  test("append refuses a file with a second name", async () => {
    linkSync(world.at("outside/keep"), world.at("hard"));
    await expect(put("hard", "x", { append: true })).rejects.toMatchObject({ code: "E_INVALID" });
    expect(content("outside/keep")).toBe("outside/keep");
  });

  test("/dev/null swallows and stays a device", async () => {
    await put("/dev/null", "x");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test("bytes are charged before they are written", async () => {
    await expect(
      world.writing("a.txt", (file) => file.replace(bytes("12345"), {}), { lease: lease(4) }),
    ).rejects.toMatchObject({ code: "E_LIMIT_BYTES" });
    expect(content("a.txt")).toBe("a.txt");
  });

  test("a lease that ends during the write leaves the old file and nothing else", async () => {
    const ending = lease();
    const asked = ending.alive;
    let left = 2;
    ending.alive = () => {
      left -= 1;
      if (left < 0) ending.end();
      asked();
    };
    await expect(
      world.writing("a.txt", (file) => file.replace(Buffer.alloc(4 * 1024 * 1024), {}), { lease: ending }),
    ).rejects.toMatchObject({ code: "E_REVOKED" });
    expect(content("a.txt")).toBe("a.txt");
  });

  describe("copies", () => {
    const copy = (from: string, to: string, max = 1e9): Promise<void> =>
      world.reading(from, (source) => world.writing(to, (target) => target.replaceFrom(source, max)));

    test("a file with its permission bits", async () => {
      chmodSync(world.at("a.txt"), 0o600);
      await copy("a.txt", "sub/c.txt");
      expect(content("sub/c.txt")).toBe("a.txt");
      expect(statSync(world.at("sub/c.txt")).mode & 0o777).toBe(0o600);
    });

    test("a file onto itself", async () => {
      await copy("a.txt", "link");
      expect(content("a.txt")).toBe("a.txt");
    });

    const bad: [string, string, string, number, string, string][] = [
      ["not a folder", "sub", "c", 1e9, "E_INVALID", "sub"],
      ["not onto a folder", "a.txt", "sub", 1e9, "E_INVALID", "sub"],
      ["not what is missing", "none", "c", 1e9, "E_NOT_FOUND", "none"],
      ["not more than the limit", "a.txt", "c", 3, "E_LIMIT_BYTES", "a.txt"],
      ["not into a missing folder", "a.txt", "x/c", 1e9, "E_NOT_FOUND", "x/c"],
    ];
    for (const [why, from, to, max, code, named] of bad)
      test(why, async () => {
        await expect(copy(from, to, max)).rejects.toMatchObject({
          code,
          message: expect.stringContaining(`"${named}"`),
        });
        expect(existsSync(world.at("c"))).toBe(false);
      });

    test("charges both sides", async () => {
      const [from, to] = [lease(), lease()];
      await world.reading(
        "a.txt",
        (source) => world.writing("c", (target) => target.replaceFrom(source, 100), { lease: to }),
        { lease: from },
      );
      expect([from.in, to.out]).toEqual([5, 5]);
    });
  });

  describe("folders", () => {
    const make = (path: string, recursive = false): Promise<void> =>
      world.writing(path, (folder) => folder.makeFolder({ recursive }));

    test("one is made", async () => {
      await make("new");
      expect(statSync(world.at("new")).isDirectory()).toBe(true);
    });

    test("several are made at once, below a link too", async () => {
      await make("to-sub/x/y/z", true);
      expect(statSync(world.at("sub/x/y/z")).isDirectory()).toBe(true);
    });

    test("one that exists is fine when recursive", () => make("sub", true));

    const bad: [string, string, boolean, string][] = [
      ["one that exists is refused otherwise", "sub", false, "E_EXISTS"],
      ["a file in its place is refused", "a.txt", true, "E_EXISTS"],
      ["a missing parent is not made otherwise", "x/y", false, "E_NOT_FOUND"],
      ["nor below a file", "a.txt/x", true, "E_INVALID"],
    ];
    for (const [why, path, recursive, code] of bad)
      test(why, () => expect(make(path, recursive)).rejects.toMatchObject({ code }));

    test("temporary ones differ and belong to the user alone", async () => {
      const one = await world.writing("sub", (folder) => folder.makeTempFolder("p-"));
      const two = await world.writing("to-sub", (folder) => folder.makeTempFolder("p-"));
      expect(one).not.toBe(two);
      for (const path of [one, two]) {
        expect(path).toMatch(new RegExp(`^${world.at("sub")}/p-\\w{20,}$`));
        expect(statSync(path).mode & 0o777).toBe(0o700);
      }
    });
  });

  describe("removing", () => {
    const remove = (path: string, recursive = false): Promise<void> =>
      world.writing(path, (entry) => entry.remove({ recursive }), { entry: true });

    test("a file", async () => {
      await remove("a.txt");
      expect(existsSync(world.at("a.txt"))).toBe(false);
    });

    test("a link, and not what it leads to", async () => {
      await remove("link");
      await remove("to-sub", true);
      expect([content("a.txt"), content("sub/b.txt")]).toEqual(["a.txt", "sub/b.txt"]);
      expect(existsSync(world.at("to-sub"))).toBe(false);
    });

    test("a whole folder, whose links are not followed", async () => {
      world.make("tree/1/2/3/deep", "tree/1/file", "tree/1/out -> ../../outside", "tree/abs -> /etc");
      await remove("tree", true);
      expect(existsSync(world.at("tree"))).toBe(false);
      expect(content("outside/keep")).toBe("outside/keep");
    });

    test("an empty folder needs no more", async () => {
      world.make("empty/");
      await remove("empty");
      expect(existsSync(world.at("empty"))).toBe(false);
    });

    const bad: [string, string, string][] = [
      ["a full folder is kept", "sub", "E_INVALID"],
      ["what is missing is not found", "none", "E_NOT_FOUND"],
      ["nor below what is missing", "none/x", "E_NOT_FOUND"],
    ];
    for (const [why, path, code] of bad)
      test(why, () =>
        expect(remove(path)).rejects.toMatchObject({ code, message: expect.stringContaining(`"${path}"`) }),
      );
  });

  describe("moving", () => {
    const move = (from: string, to: string): Promise<void> =>
      world.writing(
        from,
        (source) =>
          world.writing(
            to,
            (target) => world.reading(from, (read) => source.moveTo(target, read), { entry: true }),
            { entry: true },
          ),
        {
          entry: true,
        },
      );

    test("a file into a folder", async () => {
      await move("a.txt", "sub/a.txt");
      expect(content("sub/a.txt")).toBe("a.txt");
      expect(existsSync(world.at("a.txt"))).toBe(false);
    });

    test("over another file", async () => {
      await move("a.txt", "sub/b.txt");
      expect(content("sub/b.txt")).toBe("a.txt");
    });

    test("a link itself, over a link itself", async () => {
      await move("link", "dangling");
      expect(readlinkSync(world.at("dangling"))).toBe("a.txt");
      expect(content("a.txt")).toBe("a.txt");
    });

    test("a folder", async () => {
      await move("sub", "moved");
      expect(content("moved/b.txt")).toBe("sub/b.txt");
    });

    const bad: [string, string, string, string, string][] = [
      ["what is missing", "none", "x", "E_NOT_FOUND", "none"],
      ["into a missing folder", "a.txt", "none/x", "E_NOT_FOUND", "none/x"],
      ["a folder into itself", "sub", "sub/x", "E_INVALID", "sub"],
      ["a file over a folder", "a.txt", "outside", "E_INVALID", "a.txt"],
    ];
    for (const [why, from, to, code, named] of bad)
      test(`not ${why}`, async () => {
        await expect(move(from, to)).rejects.toMatchObject({
          code,
          message: expect.stringContaining(`"${named}"`),
        });
        expect(content("a.txt")).toBe("a.txt");
      });
  });

  const dead: [string, (power: WritePower) => Promise<unknown>][] = [
    ["replace", (power) => power.replace(bytes("x"), {})],
    ["append", (power) => power.replace(bytes("x"), { append: true })],
    ["makeFolder", (power) => power.makeFolder({ recursive: true })],
    ["remove", (power) => power.remove({ recursive: true })],
    ["moveTo", (power) => world.reading(".", (read) => power.moveTo(power, read))],
    ["makeTempFolder", (power) => power.makeTempFolder("")],
  ];
  for (const [name, use] of dead)
    test(`${name} fails once the lease has ended`, async () => {
      const ending = lease();
      const power = await world.writing("a.txt", (file) => file, { lease: ending });
      ending.end();
      await expect((async () => use(power))()).rejects.toMatchObject({ code: "E_REVOKED" });
      expect(content("a.txt")).toBe("a.txt");
    });

  test("a full disk leaves the old file and nothing else", async () => {
    if (!existsSync("/dev/full")) return;
    writeFileSync(world.at("seed"), "");
    await expect(put("/dev/full", "x")).rejects.toMatchObject({
      code: "E_UNAVAILABLE",
      message: 'cannot write "/dev/full": the disk is full',
    });
  });
});
