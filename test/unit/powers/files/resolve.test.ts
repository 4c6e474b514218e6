import { readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { World } from "./world.ts";

const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

describe.each(["handles", "names"] as const)("paths held by %s", (hold) => {
  let world: World;
  beforeEach(() => {
    world = new World(hold).make(
      "a.txt",
      "sub/b.txt",
      "to-file -> a.txt",
      "to-folder -> sub",
      "absolute -> /etc",
      "dangling -> sub/none",
      "dangling-far -> none/none",
      "up -> sub/..",
      "circle -> circle",
      "chain -> to-folder/../to-file",
      "fifo |",
    );
  });
  afterEach(() => world.end());

  interface Row {
    why: string;
    path: string;
    entry?: boolean;
    canonical: string;
    type: string;
  }
  const rows: Row[] = [
    { why: "a plain file is itself", path: "a.txt", canonical: "a.txt", type: "file" },
    { why: "a folder is itself", path: "sub", canonical: "sub", type: "folder" },
    { why: "the working directory", path: ".", canonical: "", type: "folder" },
    {
      why: "dots are worked off before links are followed",
      path: "to-folder/../a.txt",
      canonical: "a.txt",
      type: "file",
    },
    { why: "a link to a file is the file", path: "to-file", canonical: "a.txt", type: "file" },
    {
      why: "a link in the middle is followed",
      path: "to-folder/b.txt",
      canonical: "sub/b.txt",
      type: "file",
    },
    { why: "a link of links is followed", path: "chain", canonical: "a.txt", type: "file" },
    { why: "a link that ends in .. is its folder", path: "up", canonical: "", type: "folder" },
    { why: "an entry is the link itself", path: "to-file", entry: true, canonical: "to-file", type: "link" },
    {
      why: "an entry below a link lies in the real folder",
      path: "to-folder/b.txt",
      entry: true,
      canonical: "sub/b.txt",
      type: "file",
    },
    {
      why: "an entry may be missing",
      path: "to-folder/none",
      entry: true,
      canonical: "sub/none",
      type: "missing",
    },
    { why: "a missing file is where it would be", path: "none", canonical: "none", type: "missing" },
    {
      why: "missing below a link is below its target",
      path: "to-folder/x/y",
      canonical: "sub/x/y",
      type: "missing",
    },
    {
      why: "a dangling link is what it would make",
      path: "dangling",
      canonical: "sub/none",
      type: "missing",
    },
    {
      why: "a dangling link into nowhere too",
      path: "dangling-far",
      canonical: "none/none",
      type: "missing",
    },
    { why: "a circle is missing", path: "circle", canonical: "circle", type: "missing" },
    { why: "below a file is nothing", path: "a.txt/x", canonical: "a.txt/x", type: "missing" },
    {
      why: "a name that is too long is missing",
      path: "n".repeat(300),
      canonical: "n".repeat(300),
      type: "missing",
    },
    { why: "a FIFO is known without opening it", path: "fifo", canonical: "fifo", type: "fifo" },
  ];
  for (const kind of ["read", "write"] as const)
    for (const { why, path, entry, canonical, type } of rows)
      test(`${why} (${kind})`, async () => {
        const target = await world.target(kind, path, entry ? { entry } : {});
        expect(target).toMatchObject({
          words: path,
          type,
          canonical: world.at(canonical).replace(/\/$/, ""),
        });
        world.files[kind].release(target);
      });

  const places: [string, string, string, string?][] = [
    ["memory of a process is closed", "/proc/self/mem", "forbidden"],
    ["so is another process", "/proc/1/environ", "forbidden"],
    ["whether it exists or not", "/proc/99999999/environ", "forbidden"],
    ["and the thread's own door", "/proc/thread-self/fd/0", "forbidden"],
    ["descriptors are closed", "/dev/fd/0", "forbidden"],
    ["standard input is closed", "/dev/stdin", "forbidden"],
    ["standard error is closed", "/dev/stderr", "forbidden"],
    ["the terminal is closed", "/dev/tty", "forbidden"],
    ["pseudo terminals are closed", "/dev/pts/0", "forbidden"],
    ["the rest of /proc is the kernel's", "/proc/cpuinfo", "kernel", "/proc/cpuinfo"],
    ["so is /sys", "/sys/kernel", "kernel", "/sys/kernel"],
    ["a device is a device", "/dev/zero", "device", "/dev/zero"],
    ["nothing is a plain file", "/dev/null", "file", "/dev/null"],
  ];
  for (const [why, path, type, canonical] of places)
    test(why, async () => {
      const target = await world.target("read", path);
      expect(target).toMatchObject({ type, ...(canonical ? { canonical } : {}) });
      world.files.read.release(target);
    });

  test("a link into /proc/self does not hide where it leads", async () => {
    symlinkSync("/proc/self", world.at("door"));
    const target = await world.target("read", "door/environ");
    expect(target.type).toBe("forbidden");
    expect(target.canonical).toMatch(/^\/proc\/\d+\/environ$/);
    world.files.read.release(target);
  });

  test("grants get both forms of a path, from their own base", async () => {
    expect(await world.files.canonical("b.txt", world.at("to-folder"))).toEqual({
      lexical: world.at("to-folder/b.txt"),
      canonical: world.at("sub/b.txt"),
      type: "file",
    });
  });

  test("a file that was exchanged for a link elsewhere is refused", async () => {
    const swap = (): void => {
      rmSync(world.at("a.txt"));
      symlinkSync("sub/b.txt", world.at("a.txt"));
    };
    await expect(world.reading("a.txt", (file) => file.bytes(100), { before: swap })).rejects.toMatchObject({
      code: "E_UNAVAILABLE",
      message: expect.stringContaining('"a.txt"'),
    });
  });

  test("a folder that became a link between check and write is not followed", async () => {
    const swap = (): void => {
      renameSync(world.at("sub"), world.at("moved"));
      symlinkSync("/tmp", world.at("sub"));
    };
    const write = world.writing("sub/new.txt", (file) => file.replace(Buffer.from("x"), {}), {
      before: swap,
    });
    await expect(write).rejects.toMatchObject({ code: "E_UNAVAILABLE" });
    expect(readdirSync(world.at("moved"))).toEqual(["b.txt"]);
  });

  test("a file that was replaced in its place is read as it is now", async () => {
    const swap = (): void => {
      writeFileSync(world.at("tmp"), "new");
      renameSync(world.at("tmp"), world.at("a.txt"));
    };
    const bytes = await world.reading("a.txt", (file) => file.bytes(100), { before: swap });
    expect(Buffer.from(bytes).toString()).toBe("new");
  });

  test("a file that was replaced by a FIFO is refused", async () => {
    const swap = (): void => {
      renameSync(world.at("fifo"), world.at("a.txt"));
    };
    await expect(world.reading("a.txt", (file) => file.bytes(9), { before: swap })).rejects.toThrow(/moved/);
  });

  test("nothing stays open once targets are released", async () => {
    const before = openDescriptors();
    for (const { path, entry } of rows)
      for (const kind of ["read", "write"] as const) {
        const target = await world.target(kind, path, entry ? { entry } : {});
        world.files[kind].release(target);
        world.files[kind].release(target);
      }
    expect(openDescriptors()).toBe(before);
  });
});
