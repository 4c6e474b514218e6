/** Removes a folder with all that is in it, from held folder to held folder, so that no link is ever followed. */
import type { Pinner } from "./pin.ts";
import * as system from "./system.ts";

/** `alive` throws to end it early; what was removed until then stays removed. */
export async function removeTree(
  pinner: Pinner,
  folder: string,
  name: string,
  alive: () => void,
): Promise<void> {
  const inside = await pinner.enter(folder, name);
  try {
    for await (const found of await system.opendir(inside.path, { bufferSize: 256 })) {
      alive();
      if (found.isDirectory()) await removeTree(pinner, inside.path, found.name, alive);
      else await removeEntry(pinner, inside.path, found.name, alive);
    }
  } finally {
    inside.close();
  }
  await system.rmdir(`${folder}/${name}`);
}

/** A name that was no folder when it was listed. */
async function removeEntry(pinner: Pinner, folder: string, name: string, alive: () => void): Promise<void> {
  try {
    await system.unlink(`${folder}/${name}`);
  } catch (error) {
    if (system.errnoOf(error) === "ENOENT") return;
    if (system.errnoOf(error) !== "EISDIR") throw error;
    await removeTree(pinner, folder, name, alive);
  }
}
