import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isSbxError } from "../../../runtime/core/errors.ts";
import { sourceLimits } from "../../../runtime/core/sources.ts";
import { loadProgram } from "../../../runtime/engine/transpile/load.ts";
import { findProgram } from "../../../runtime/powers/program.ts";
import { removeFolders, tempFolder, worldWith, writeFiles } from "./support.ts";

afterAll(removeFolders);

interface Bomb {
  readonly why: string;
  readonly source: () => string;
  readonly gives: readonly string[];
  readonly bounds?: object;
}

const bombs: Bomb[] = [
  {
    why: "100 000 nested parentheses load or reach the memory bound",
    source: () => `const x = ${"(".repeat(100_000)}1${")".repeat(100_000)}; print(x);`,
    gives: ["loaded", "E_LIMIT_MEMORY"],
  },
  {
    why: "eight million open brackets reach the memory bound or are a syntax error",
    source: () => `const x = ${"[".repeat(8_000_000)}`,
    gives: ["E_LIMIT_MEMORY", "E_IMPORT"],
  },
  {
    why: "a 50 MB literal is refused before it is parsed",
    source: () => `const x = "${"a".repeat(50 << 20)}";`,
    gives: ["E_IMPORT"],
  },
  {
    why: "types that explode are not evaluated",
    source: () =>
      `type A<T> = T extends [infer H, ...infer R] ? [A<R>, A<R>] : []; type B = A<[${"1,".repeat(5000)}]>; print(1);`,
    gives: ["loaded"],
  },
  {
    why: "backtracking that takes long is ended by time",
    source: () => `let a = ${"x<".repeat(60_000)}1;`,
    gives: ["E_LIMIT_TIME"],
    bounds: { time: 700 },
  },
];

describe("hostile sources, each in bounded time and memory", () => {
  it.each(bombs)("$why", async ({ source, gives, bounds }) => {
    const folder = writeFiles(tempFolder(), { "main.ts": source() });
    const begin = performance.now();
    let outcome = "loaded";
    try {
      await loadProgram(findProgram(join(folder, "main.ts")), worldWith(bounds));
    } catch (error) {
      if (!isSbxError(error)) throw error;
      outcome = error.code;
    }
    expect(gives).toContain(outcome);
    expect(performance.now() - begin).toBeLessThan(12_000);
  });

  it("too many modules, and too many bytes together, are refused", async () => {
    const imports = Array.from({ length: 6 }, (_, i) => `import "./m${i}.ts";`).join("");
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`m${i}.ts`, "print(1);"]));
    const folder = writeFiles(tempFolder(), { "main.ts": imports, ...files });
    const load = async (limits: object): Promise<unknown> =>
      loadProgram(findProgram(folder, { ...sourceLimits, ...limits }), worldWith());
    await expect(load({ files: 5 })).rejects.toThrow("too many files or too many bytes");
    await expect(load({ total: 150 })).rejects.toThrow("too many files or too many bytes");
    await expect(load({ file: 100 })).rejects.toThrow("too large");
    await expect(load({})).resolves.toBeDefined();
  });
});

describe.runIf(process.platform === "linux")("the bundler's process", () => {
  /** Our children whose executable is not on any disk. */
  const bundlers = (): number[] =>
    readdirSync(`/proc/${process.pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${process.pid}/task/${task}/children`, "utf8")
        .split(" ")
        .filter(Boolean)
        .map(Number),
    );

  it("has no environment, no descriptors to spare, and bounds that the kernel holds", async () => {
    const before = new Set(bundlers());
    const bundler = worldWith().bundler();
    let seen: { limits: string; environ: string; cwd: string } | undefined;
    const inspect = async (): Promise<undefined> => {
      const pid = bundlers().find((child) => !before.has(child)) ?? 0;
      seen = {
        limits: readFileSync(`/proc/${pid}/limits`, "utf8"),
        environ: readFileSync(`/proc/${pid}/environ`, "utf8"),
        cwd: execFileSync("readlink", [`/proc/${pid}/cwd`], { encoding: "utf8" }).trim(),
      };
      return undefined;
    };
    const { build, stop } = await bundler;
    await build({
      entryPoints: ["x"],
      write: false,
      logLevel: "silent",
      plugins: [{ name: "look", setup: (it) => it.onStart(inspect) }],
    }).catch(() => {});
    stop();
    expect(seen?.limits).toMatch(/Max open files +0 +0/);
    expect(seen?.limits).toMatch(/Max file size +0 +0/);
    expect(seen?.limits).toMatch(/Max data size +402653184 +402653184/);
    expect(seen?.limits).toMatch(/Max core file size +0 +0/);
    expect(
      seen?.environ
        .split("\0")
        .filter(Boolean)
        .map((line) => line.split("=")[0]),
    ).toEqual(["GOMEMLIMIT", "GOTRACEBACK"]);
    expect(seen?.cwd).toBe("/");
  });

  it("cannot read a file even when it is told to", async () => {
    const folder = writeFiles(tempFolder(), { "main.ts": "print(1);" });
    const { build, stop } = await worldWith().bundler();
    const outcome = await build({
      entryPoints: [join(folder, "main.ts")],
      write: false,
      logLevel: "silent",
    }).then(
      () => "read it",
      (error: Error) => error.message,
    );
    stop();
    expect(outcome).toContain("Could not");
  });

  it("is gone after a load, whatever its outcome", async () => {
    const before = bundlers().length;
    const folder = writeFiles(tempFolder(), { "main.ts": "print(1);", "bad.ts": "print(" });
    await loadProgram(findProgram(join(folder, "main.ts")), worldWith());
    await loadProgram(findProgram(join(folder, "bad.ts")), worldWith()).catch(() => {});
    await expect.poll(() => bundlers().length).toBe(before);
  });
});
