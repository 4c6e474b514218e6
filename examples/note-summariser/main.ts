/** Has a service write one sentence about each note of a folder. Arguments: the folder, and the service's address, which takes
 *  `{ title, text }` and answers `{ summary }`. Where the notes are labelled, a person is asked before the first of them leaves. */
import { readTextFile } from "sbx:fs";
import { args } from "sbx:plugin";
import { findNotes } from "./findNotes.ts";
import { summarise } from "./summarise.ts";

const [folder = ".", service = ""] = args;

let refused = 0;
for (const path of await findNotes(folder)) {
  const text = await readTextFile(path);
  const title = /^# (.+)$/m.exec(text)?.[1] ?? path;
  try {
    console.log(`${title}: ${await summarise(service, { title, text })}`);
  } catch (error) {
    if ((error as { code?: string }).code !== "E_FLOW") throw error;
    refused += 1;
  }
}
if (refused > 0) console.log(`${refused} notes stayed here`);
