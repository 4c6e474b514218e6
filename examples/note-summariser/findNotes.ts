import { readDir } from "sbx:fs";

/** Markdown files of a folder and all below it, in name order. */
export async function findNotes(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of readDir(folder)) {
    if (isDirectory) found.push(...(await findNotes(`${folder}/${name}`)));
    else if (isFile && name.endsWith(".md")) found.push(`${folder}/${name}`);
  }
  return found;
}
