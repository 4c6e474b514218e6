import { existsSync, linkSync, readFileSync, renameSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Lent, OpenFile, OpenOptions, ReadPower, WritePower } from "../../../../runtime/core/powers.ts";
import { type CountingLease, lease, World } from "./world.ts";

const none: OpenOptions = {
  read: false,
  write: false,
  append: false,
  truncate: false,
  create: false,
  createNew: false,
};
const text = ({ bytes }: Lent): string => Buffer.from(bytes).toString();

describe.each(["handles", "names"] as const)("open files, held by %s", (hold) => {
  let world: World;
  let reading: CountingLease;
  let writing: CountingLease;
  const left: OpenFile[] = [];

  beforeEach(() => {
    world = new World(hold).make("a.txt", "sub/b.txt", "link -> a.txt");
    reading = lease();
    writing = lease();
  });
  afterEach(async () => {
    for (const file of left.splice(0)) await file.close();
    world.end();
  });

  async function open(path: string, options: Partial<OpenOptions>): Promise<OpenFile> {
    const all = { ...none, ...options };
    const sides: { read?: ReadPower; write?: WritePower } = {};
    const targets: ["read" | "write", Awaited<ReturnType<World["target"]>>][] = [];
    for (const kind of ["read", "write"] as const) {
      if (kind === "read" ? !all.read : !all.write && !all.append) continue;
      const target = await world.target(kind, path);
      targets.push([kind, target]);
      if (kind === "read") sides.read = await world.files.read.open(target, reading);
      else sides.write = await world.files.write.open(target, writing);
    }
    try {
      const file = await world.files.opener.open(sides, all);
      left.push(file);
      return file;
    } finally {
      for (const [kind, target] of targets) world.files[kind].release(target);
    }
  }

  test("reads on from its position to the end", async () => {
    const file = await open("a.txt", { read: true });
    expect([text(await file.read(2)), text(await file.read(100)), text(await file.read(100))]).toEqual([
      "a.",
      "txt",
      "",
    ]);
    expect(reading.in).toBe(5);
  });

  test("seeks from all three places", async () => {
    const file = await open("a.txt", { read: true });
    expect(await file.seek(-3, "end")).toBe(2);
    expect(await file.seek(1, "current")).toBe(3);
    expect(text(await file.read(9))).toBe("xt");
    expect(await file.seek(0, "start")).toBe(0);
    await expect(file.seek(-1, "start")).rejects.toMatchObject({ code: "E_INVALID" });
  });

  test("calls that were not awaited take effect in their order", async () => {
    const file = await open("a.txt", { read: true });
    const parts = await Promise.all([file.read(1), file.read(1), file.seek(0, "start"), file.read(2)]);
    expect([parts[0], parts[1], parts[3]].map((part) => text(part as Lent))).toEqual(["a", ".", "a."]);
  });

  test("writes in place", async () => {
    const file = await open("link", { read: true, write: true });
    await file.seek(1, "start");
    expect(await file.write(Buffer.from("!!"))).toBe(2);
    expect(text(await file.read(9))).toBe("xt");
    expect(readFileSync(world.at("a.txt"), "utf8")).toBe("a!!xt");
    expect(writing.out).toBe(2);
  });

  test("append always writes at the end", async () => {
    const file = await open("a.txt", { append: true });
    await file.seek(0, "start");
    await file.write(Buffer.from("+"));
    expect(readFileSync(world.at("a.txt"), "utf8")).toBe("a.txt+");
  });

  test("truncates, on opening and later", async () => {
    const file = await open("a.txt", { write: true, truncate: true });
    await file.truncate(3);
    expect(readFileSync(world.at("a.txt"))).toEqual(Buffer.alloc(3));
  });

  test("makes a file when asked to", async () => {
    await (await open("new", { write: true, create: true })).write(Buffer.from("x"));
    await open("newer", { read: true, write: true, createNew: true });
    expect([readFileSync(world.at("new"), "utf8"), existsSync(world.at("newer"))]).toEqual(["x", true]);
  });

  const refusals: [string, string, Partial<OpenOptions>, string][] = [
    ["a missing file is not made unasked", "none", { write: true }, "E_NOT_FOUND"],
    ["a missing file cannot be read", "none", { read: true }, "E_NOT_FOUND"],
    ["createNew refuses what exists", "a.txt", { write: true, createNew: true }, "E_EXISTS"],
    ["a folder is not opened to read", "sub", { read: true }, "E_INVALID"],
    ["nor to write", "sub", { write: true }, "E_INVALID"],
    ["nothing is made below what is missing", "x/y", { write: true, create: true }, "E_NOT_FOUND"],
    ["neither side is no side", "a.txt", {}, "E_INVALID"],
  ];
  for (const [why, path, options, code] of refusals)
    test(why, () => expect(open(path, options)).rejects.toMatchObject({ code }));

  test("a file with a second name is not opened to write, and keeps its content", async () => {
    linkSync(world.at("a.txt"), world.at("second"));
    await expect(open("a.txt", { write: true, truncate: true })).rejects.toMatchObject({ code: "E_INVALID" });
    expect(readFileSync(world.at("second"), "utf8")).toBe("a.txt");
  });

  test("each side needs its own opening", async () => {
    const file = await open("a.txt", { read: true });
    await expect(file.write(Buffer.from("x"))).rejects.toMatchObject({ code: "E_INVALID" });
    await expect(file.truncate(0)).rejects.toMatchObject({ code: "E_INVALID" });
    const other = await open("a.txt", { write: true });
    await expect(other.read(1)).rejects.toMatchObject({ code: "E_INVALID" });
    await expect(other.stat()).rejects.toMatchObject({ code: "E_INVALID" });
  });

  test("a closed file does nothing more, and closes again in peace", async () => {
    const file = await open("a.txt", { read: true });
    await file.close();
    await file.close();
    await expect(file.read(1)).rejects.toMatchObject({
      code: "E_INVALID",
      message: expect.stringMatching(/closed/),
    });
  });

  test("when a lease ends, its side ends", async () => {
    const file = await open("a.txt", { read: true, write: true });
    reading.end();
    await expect(file.read(1)).rejects.toMatchObject({ code: "E_REVOKED" });
    expect(await file.write(Buffer.from("x"))).toBe(1);
    writing.end();
    await expect(file.write(Buffer.from("x"))).rejects.toMatchObject({ code: "E_REVOKED" });
  });

  test("stays the same file when its name goes to another", async () => {
    const file = await open("a.txt", { read: true });
    renameSync(world.at("sub/b.txt"), world.at("a.txt"));
    expect(text(await file.read(99))).toBe("a.txt");
  });
});
