/** Indexes a folder of Markdown notes: index.json for programs, index.md for people.
 *  Arguments: the folder, then where the index goes. Needs to read the one and to write the other. */
import { mkdir, readTextFile, writeTextFile } from "sbx:fs";
import { args } from "sbx:plugin";
import { buildIndex } from "./buildIndex.ts";
import { findMarkdown } from "./findMarkdown.ts";
import { type Note, parseNote } from "./parseNote.ts";
import { renderPage } from "./renderPage.ts";

/** How many files are read at once. */
const AT_ONCE = 32;

async function readNotes(folder: string, paths: readonly string[]): Promise<Note[]> {
  const notes: Note[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const batch = paths.slice(at, at + AT_ONCE);
    const texts = await Promise.all(batch.map((path) => readTextFile(`${folder}/${path}`)));
    notes.push(...batch.map((path, i) => parseNote(path, texts[i] ?? "")));
  }
  return notes;
}

const [folder = "notes", out = "index"] = args;
const index = buildIndex(await readNotes(folder, await findMarkdown(folder)));

await mkdir(out, { recursive: true });
await writeTextFile(`${out}/index.json`, `${JSON.stringify(index, null, 2)}\n`);
await writeTextFile(`${out}/index.md`, renderPage(index));

const { notes, words, links, broken, tags } = index.totals;
console.log(`${notes} notes, ${words} words, ${tags} tags, ${links} links, ${broken} of them broken`);
console.log(`written: ${out}/index.json, ${out}/index.md`);
