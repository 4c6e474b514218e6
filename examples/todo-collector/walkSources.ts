/** The source files below a folder that its .todoignore does not leave out. */

import { readDir, readTextFile } from "sbx:fs";
import ignore from "@example/ignore";

const ALWAYS = "node_modules/\n.git/\n";

async function readPatterns(root: string): Promise<string> {
  for await (const { name, isFile } of readDir(root)) {
    if (isFile && name === ".todoignore") return ALWAYS + (await readTextFile(`${root}/${name}`));
  }
  return ALWAYS;
}

/** Paths relative to `root`, folder by folder, in name order. */
export async function* walkSources(root: string, wanted: (name: string) => boolean): AsyncGenerator<string> {
  const leftOut = ignore(await readPatterns(root));
  const folders = [""];
  for (let below = folders.shift(); below !== undefined; below = folders.shift()) {
    const inner: string[] = [];
    for await (const { name, isFile, isDirectory } of readDir(below === "" ? root : `${root}/${below}`)) {
      const path = below === "" ? name : `${below}/${name}`;
      if (leftOut(path, isDirectory)) continue;
      if (isDirectory) inner.push(path);
      else if (isFile && wanted(name)) yield path;
    }
    folders.unshift(...inner);
  }
}
