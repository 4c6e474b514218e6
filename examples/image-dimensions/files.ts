/** The files below a folder, and their first bytes. */
import { open, readDir } from "sbx:fs";

/** A JPEG may carry a preview and colour profile before its frame header; nearly always it lies within this. */
const HEAD_BYTES = 256 * 1024;

export async function findFiles(root: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isFile, isDirectory } of readDir(below === "" ? root : `${root}/${below}`)) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) found.push(...(await findFiles(root, path)));
    else if (isFile) found.push(path);
  }
  return found;
}

export async function readHead(path: string): Promise<DataView<ArrayBuffer>> {
  await using file = await open(path);
  const buffer = new Uint8Array(HEAD_BYTES);
  let length = 0;
  while (length < buffer.length) {
    const count = await file.read(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new DataView(buffer.buffer, 0, length);
}
