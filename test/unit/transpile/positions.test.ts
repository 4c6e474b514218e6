import { afterAll, describe, expect, it } from "vitest";
import { loadProgram } from "../../../runtime/engine/transpile/load.ts";
import { positionsOf } from "../../../runtime/engine/transpile/positions.ts";
import { findProgram } from "../../../runtime/powers/program.ts";
import { runInQuickJs } from "./quickjs.ts";
import { removeFolders, tempFolder, worldWith, writeFiles } from "./support.ts";

afterAll(removeFolders);

const thrower = `interface Wide {
  readonly a: number;
}

export class Deep {
  constructor(readonly wide: Wide) {}
  fall(): never {
    throw new RangeError("fell");
  }
}
`;

const program = async (files: { readonly [path: string]: string }) =>
  loadProgram(findProgram(writeFiles(tempFolder(), files)), worldWith());

describe("positions of what the engine says", () => {
  it("a thrown error's stack names the TypeScript lines of its files", async () => {
    const { source, map, name } = await program({
      "main.ts": `import { Deep } from "./lib/deep.ts";\n\nenum Kind { A }\n\nfunction go(kind: Kind): void {\n  if (kind === Kind.A) new Deep({ a: 1 }).fall();\n}\n\ngo(Kind.A);\n`,
      "lib/deep.ts": thrower,
    });
    const { stack } = await runInQuickJs(source, name);
    const positions = positionsOf(map, name);
    expect(positions.frames(stack ?? "").map(({ name: at, file, line }) => [at, file, line])).toEqual([
      ["fall", "lib/deep.ts", 8],
      ["go", "main.ts", 6],
      [undefined, "main.ts", 9],
    ]);
    expect(positions.text(stack ?? "")).toMatch(
      /^ {4}at fall \(lib\/deep\.ts:8:\d+\)\n {4}at go \(main\.ts:6:\d+\)\n {4}at main\.ts:9:\d+$/,
    );
  });

  const odd: { why: string; stack: string }[] = [
    {
      why: "frames of sbx's own guest code are dropped",
      stack: "    at call (sbx:chunk/boot:1:1)\n    at <anonymous> (<prelude>:3:1)",
    },
    { why: "native frames are dropped", stack: "    at map (native)" },
    { why: "places beyond the module are dropped", stack: "    at x (main.ts:99999:1)" },
    { why: "what is no frame is dropped", stack: 'main.ts:1:1\n{"a":1}\nat\n    at (main.ts:x:y)' },
    { why: "very long lines are dropped", stack: `    at ${"x".repeat(5000)} (main.ts:1:1)` },
    { why: "an empty stack has no frames", stack: "" },
  ];
  it.each(odd)("$why", async ({ stack }) => {
    const { map, name } = await program({ "main.ts": "print(1);\n" });
    expect(positionsOf(map, name).frames(stack)).toEqual([]);
  });

  it("a stack without end is bounded in frames and time", async () => {
    const { map, name } = await program({ "main.ts": "print(1);\n" });
    const begin = performance.now();
    const frames = positionsOf(map, name).frames("    at f (main.ts:2:1)\n".repeat(1_000_000));
    expect(frames.length).toBeLessThanOrEqual(50);
    expect(performance.now() - begin).toBeLessThan(500);
  });

  it("without a map there are no positions, and nothing throws", () => {
    expect(positionsOf("", "main.ts").text("    at f (main.ts:1:1)")).toBe("");
  });
});
