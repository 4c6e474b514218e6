import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PathTarget, Target } from "../../../../runtime/core/capability.ts";
import { within } from "../../../../runtime/core/cover.ts";
import type { FileEvent, FileWatcher } from "../../../../runtime/core/powers.ts";
import { type CountingLease, lease, World } from "./world.ts";

const openDescriptors = (): number => readdirSync("/proc/self/fd").length;

describe.each(["handles", "names"] as const)("watching, held by %s", (hold) => {
  let world: World;
  let counting: CountingLease;
  /** What may be told; everything until a test says otherwise. */
  let covered: (target: PathTarget) => boolean;
  const left: FileWatcher[] = [];

  beforeEach(() => {
    covered = () => true;
    counting = Object.assign(lease(), {
      permits: (target: Target) => covered(target as PathTarget),
    });
    world = new World(hold).make("in/a.txt", "in/b.txt", "in/sub/c.txt", "out/x", "in/link -> ../out");
  });
  afterEach(async () => {
    for (const watcher of left.splice(0)) await watcher.close();
    world.end();
  });

  async function watch(path = "in", recursive = true): Promise<FileWatcher> {
    const watcher = await world.reading(path, (power) => power.watch({ recursive }), { lease: counting });
    left.push(watcher);
    return watcher;
  }

  const line = ({ kind, paths }: FileEvent): string => [kind, ...paths].join(" ");

  /** Everything up to the mark, a file that is made at the end of what a test does. */
  async function heard(watcher: FileWatcher, act: () => void | Promise<void>): Promise<string[]> {
    await act();
    writeFileSync(world.at("in/mark"), "");
    const lines: string[] = [];
    for (;;) {
      const events = await watcher.next();
      if (events.length === 0) return [...lines, "over"];
      lines.push(...events.map(line));
      if (lines.some((said) => said.includes("in/mark")))
        return lines.filter((said) => !said.includes("in/mark"));
    }
  }
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

  const rows: readonly (readonly [why: string, act: () => void | Promise<void>, says: readonly string[]])[] =
    [
      ["a new file", () => writeFileSync(world.at("in/n"), "x"), ["create in/n"]],
      ["new content", () => writeFileSync(world.at("in/a.txt"), "y"), ["modify in/a.txt"]],
      ["new permissions", () => chmodSync(world.at("in/a.txt"), 0o600), ["modify in/a.txt"]],
      ["a removed file", () => unlinkSync(world.at("in/a.txt")), ["remove in/a.txt"]],
      ["a move", () => renameSync(world.at("in/a.txt"), world.at("in/z")), ["rename in/a.txt in/z"]],
      [
        "a move over another file",
        () => renameSync(world.at("in/a.txt"), world.at("in/b.txt")),
        ["rename in/a.txt in/b.txt"],
      ],
      [
        "a move between folders",
        () => renameSync(world.at("in/a.txt"), world.at("in/sub/a")),
        ["rename in/a.txt in/sub/a"],
      ],
      ["a file moved in", () => renameSync(world.at("out/x"), world.at("in/x")), ["create in/x"]],
      ["a file moved out", () => renameSync(world.at("in/a.txt"), world.at("out/a")), ["remove in/a.txt"]],
      [
        "a file that is replaced as a whole",
        () => {
          writeFileSync(world.at("out/tmp"), "new");
          renameSync(world.at("out/tmp"), world.at("in/a.txt"));
        },
        ["modify in/a.txt"],
      ],
      ["a second name for a file", () => linkSync(world.at("in/a.txt"), world.at("in/n")), ["create in/n"]],
      ["a folder below", () => writeFileSync(world.at("in/sub/d"), ""), ["create in/sub/d"]],
      [
        "a new folder with what is in it",
        () => {
          mkdirSync(world.at("in/n/deep"), { recursive: true });
          writeFileSync(world.at("in/n/deep/f"), "");
        },
        ["create in/n", "create in/n/deep", "create in/n/deep/f"],
      ],
      [
        "what happens in a new folder later",
        async () => {
          mkdirSync(world.at("in/n"));
          await pause();
          writeFileSync(world.at("in/n/f"), "");
          await pause();
        },
        ["create in/n", "create in/n/f"],
      ],
      [
        "what happens in a folder that was moved within",
        async () => {
          renameSync(world.at("in/sub"), world.at("in/moved"));
          await pause();
          writeFileSync(world.at("in/moved/f"), "");
          await pause();
        },
        ["rename in/sub in/moved", "create in/moved/f"],
      ],
      [
        "a folder with all that was in it, as one",
        () => {
          renameSync(world.at("in/sub"), world.at("out/sub"));
          rmSync(world.at("out/sub"), { recursive: true });
        },
        ["remove in/sub"],
      ],
      ["a new link, itself", () => symlinkSync("../out", world.at("in/l")), ["create in/l"]],
      ["nothing behind a link", () => writeFileSync(world.at("out/y"), ""), []],
      [
        "a folder that becomes a link, and nothing behind it",
        async () => {
          renameSync(world.at("in/sub"), world.at("out/sub"));
          symlinkSync("../out/sub", world.at("in/sub"));
          await pause();
          writeFileSync(world.at("out/sub/secret"), "");
          await pause();
        },
        ["remove in/sub", "create in/sub"],
      ],
      [
        "nothing in a folder that was moved out",
        async () => {
          renameSync(world.at("in/sub"), world.at("out/sub"));
          writeFileSync(world.at("out/sub/secret"), "");
          await pause();
          writeFileSync(world.at("out/sub/secret2"), "");
          await pause();
        },
        ["remove in/sub"],
      ],
      [
        "a name whose file came and went is not told",
        () => {
          writeFileSync(world.at("in/n"), "");
          unlinkSync(world.at("in/n"));
        },
        [],
      ],
    ];
  for (const [why, act, says] of rows)
    test(`tells of ${why}`, async () => {
      const said = await heard(await watch(), act);
      expect(said.sort()).toEqual([...says].sort());
    });

  test("tells nothing of folders below when not asked to", async () => {
    const said = await heard(await watch("in", false), () => {
      writeFileSync(world.at("in/sub/d"), "");
      mkdirSync(world.at("in/n"));
      writeFileSync(world.at("in/n/f"), "");
    });
    expect(said.filter((text) => !/^modify in\/sub$/.test(text))).toEqual(["create in/n"]);
  });

  test("tells nothing of what is not covered, whichever way it goes", async () => {
    covered = ({ canonical }) => !within(canonical, world.at("in/hidden")) && !canonical.endsWith(".env");
    mkdirSync(world.at("in/hidden"));
    const said = await heard(await watch(), async () => {
      writeFileSync(world.at("in/hidden/f"), "");
      writeFileSync(world.at("in/.env"), "");
      renameSync(world.at("in/a.txt"), world.at("in/hidden/a"));
      await pause();
      renameSync(world.at("in/hidden/a"), world.at("in/again"));
      await pause();
      renameSync(world.at("in/.env"), world.at("in/sub/.env"));
    });
    expect(said).toEqual(["remove in/a.txt", "create in/again"]);
  });

  test("judges when it hands over, not when it hears", async () => {
    const watcher = await watch();
    writeFileSync(world.at("in/n"), "");
    await pause();
    covered = ({ canonical }) => canonical.endsWith("/mark");
    expect(await heard(watcher, () => {})).toEqual([]);
  });

  const endings: readonly (readonly [why: string, act: () => void])[] = [
    ["removed", () => rmSync(world.at("in"), { recursive: true })],
    ["moved", () => renameSync(world.at("in"), world.at("elsewhere"))],
    [
      "replaced by a link",
      () => {
        renameSync(world.at("in"), world.at("elsewhere"));
        symlinkSync("out", world.at("in"));
        writeFileSync(world.at("out/secret"), "");
      },
    ],
  ];
  for (const [why, act] of endings)
    test(`is over when the folder was ${why}`, async () => {
      const watcher = await watch();
      act();
      const said: string[] = [];
      for (let events = await watcher.next(); events.length > 0; events = await watcher.next())
        said.push(...events.map(line));
      expect(said.at(-1)).toBe("remove in");
      expect(said.join()).not.toContain("secret");
    });

  test("a folder above that was exchanged is noticed before anything is told", async () => {
    world.make("top/in/sub/f");
    const watcher = await watch("top/in");
    renameSync(world.at("top"), world.at("gone"));
    world.make("top/in/sub/f");
    writeFileSync(world.at("gone/in/secret"), "");
    expect((await watcher.next()).map(line)).toEqual(["remove top/in"]);
    expect(await watcher.next()).toEqual([]);
  });

  test("one file is followed through being replaced, removed and made again", async () => {
    const watcher = await watch("in/a.txt");
    const said: string[] = [];
    const collect = async (): Promise<void> => {
      said.push(...(await watcher.next()).map(line));
    };
    writeFileSync(world.at("in/b.txt"), "not told");
    writeFileSync(world.at("in/tmp"), "new");
    renameSync(world.at("in/tmp"), world.at("in/a.txt"));
    await collect();
    unlinkSync(world.at("in/a.txt"));
    await collect();
    writeFileSync(world.at("in/a.txt"), "again");
    await collect();
    expect(said).toEqual(["modify in/a.txt", "remove in/a.txt", "create in/a.txt"]);
  });

  test("a link to a folder watches the folder, in the words of the link", async () => {
    world.make("way -> in");
    const watcher = await watch("way");
    writeFileSync(world.at("in/n"), "");
    expect((await watcher.next()).map(line)).toEqual(["create way/n"]);
  });

  test("what is missing cannot be watched", () =>
    expect(watch("in/none")).rejects.toMatchObject({ code: "E_NOT_FOUND" }));

  test("whoever waits learns that the lease ended", async () => {
    const controller = new AbortController();
    const ending = Object.assign(counting, { signal: controller.signal });
    const watcher = await watch();
    const waiting = watcher.next();
    ending.end();
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "E_REVOKED" });
  });

  test("closing ends the wait and gives every descriptor back", async () => {
    const before = openDescriptors();
    const watcher = await watch();
    const waiting = watcher.next();
    await watcher.close();
    expect(await waiting).toEqual([]);
    expect(await watcher.next()).toEqual([]);
    left.length = 0;
    await pause();
    // The process keeps one descriptor for all that the system tells it.
    expect(openDescriptors()).toBeLessThanOrEqual(before + 1);
  });

  test("more than can be told is said to be so, and what comes later is told again", async () => {
    const watcher = await watch();
    for (let n = 0; n < 9000; n += 1) writeFileSync(world.at(`in/${n}`), "");
    let said = "";
    for (; !said.includes("overflow"); ) said = (await watcher.next()).map(line).join();
    expect(said).toContain("overflow in");
    await pause();
    for (; !said.includes("in/late"); said = (await watcher.next()).map(line).join())
      writeFileSync(world.at("in/late"), "");
  });

  test("a plugin that does not ask makes nothing grow: each name waits once", async () => {
    const watcher = await watch();
    for (let round = 0; round < 12; round += 1) {
      for (let n = 0; n < 100; n += 1) writeFileSync(world.at(`in/f${n}`), String(round));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await pause();
    let told = 0;
    for (; told < 100; ) told += (await watcher.next()).length;
    expect(told).toBeLessThan(1024 + 256);
  });
});
