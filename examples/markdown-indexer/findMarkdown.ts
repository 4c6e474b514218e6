/** Finds the Markdown files below a folder. Hidden folders are left out; links to folders are not entered. */
import { readDir } from "sbx:fs";

/** Paths relative to `root`, in the order of a printed book: files of a folder before its sub-folders. */
export async function findMarkdown(root: string, below = ""): Promise<string[]> {
  const files: string[] = [];
  const folders: string[] = [];
  for await (const entry of readDir(below === "" ? root : `${root}/${below}`)) {
    if (entry.name.startsWith(".")) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory) folders.push(path);
    else if (entry.isFile && entry.name.toLowerCase().endsWith(".md")) files.push(path);
  }
  for (const folder of folders) files.push(...(await findMarkdown(root, folder)));
  return files;
}
