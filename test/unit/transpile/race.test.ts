import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { folderTree } from "../../../runtime/powers/program.ts";
import { removeFolders, tempFolder, writeFiles } from "./support.ts";

afterAll(removeFolders);

/** Puts a file or folder and a link that leads out in each other's place, as fast as it can. */
const swapper = `
  const fs = require("node:fs");
  const [place, own, link] = process.argv.slice(1);
  process.stdout.write("begun");
  for (const end = Date.now() + 3000; Date.now() < end; ) {
    fs.renameSync(place, own); fs.renameSync(link, place);
    fs.renameSync(place, link); fs.renameSync(own, place);
  }`;

interface Race {
  readonly why: string;
  readonly place: string;
  readonly asks: string;
}

const races: Race[] = [
  { why: "a file swapped for a link that leads out", place: "a.ts", asks: "a.ts" },
  { why: "a folder swapped for a link that leads out", place: "sub", asks: "sub/x.ts" },
];

describe("what is judged is what is read", () => {
  it.each(races)("$why gives the own file or a refusal, never the other", async ({ place, asks }) => {
    const outside = writeFiles(tempFolder(), { "x.ts": "outside", "a.ts": "outside" });
    const root = writeFiles(tempFolder(), {
      "a.ts": "own",
      "sub/x.ts": "own",
      link: `-> ${place === "sub" ? outside : join(outside, "a.ts")}`,
    });
    const args = [place, "moved", "link"].map((name) => join(root, name));
    const child = spawn(process.execPath, ["-e", swapper, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    const seen = new Map<string, number>();
    for (const end = performance.now() + 800; performance.now() < end; ) {
      const look = folderTree(root).look(asks);
      const answer = look.is === "file" ? new TextDecoder().decode(look.bytes) : look.is;
      seen.set(answer, (seen.get(answer) ?? 0) + 1);
    }
    child.kill("SIGKILL");
    expect(seen.get("outside")).toBeUndefined();
    expect(seen.get("own")).toBeGreaterThan(0);
    expect(seen.get("refused")).toBeGreaterThan(0);
  });
});
