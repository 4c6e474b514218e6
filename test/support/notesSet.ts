/** A data set for tests: `notes`, in a SQLite file of its own, behind the real data server without its process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { servedSet } from "../../cli/compose/catalog.ts";
import { type Catalog, parseCatalog } from "../../runtime/core/catalog.ts";
import { isSbxError } from "../../runtime/core/errors.ts";
import type { DataAsker } from "../../runtime/powers/data/datasets.ts";
import { Server } from "../../runtime/powers/data/server/server.ts";

/** More than one page of rows. */
export const NOTES = 5000;

const text = (file: string): string => `{ "version": 1, "datasets": { "notes": {
  "title": "Notes", "writable": true, "source": { "type": "sqlite", "path": "${file}", "table": "notes" },
  "fields": { "title": { "type": "text" }, "stars": { "type": "integer" }, "secret": { "type": "text", "label": "personal" } },
  "summaries": { "perStars": { "groupBy": ["stars"], "minGroup": 2, "uses": 3 } } } } }`;

export interface NotesSet {
  readonly catalog: Catalog;
  readonly client: DataAsker;
}

let made: NotesSet | undefined;

/** One for all tests of a file. */
export function notesSet(): NotesSet {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), "sbx-notes-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "notes.db");
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE notes (title TEXT, stars INTEGER, secret TEXT)");
  database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${NOTES})
    INSERT INTO notes SELECT 'note ' || i, i % 7, 'secret ' || i FROM n`);
  database.close();
  const catalog = parseCatalog(text(file), "catalog.json", { path: (path) => path });
  made = { catalog, client: inProcess(catalog) };
  return made;
}

function inProcess({ datasets }: Catalog): DataAsker {
  const server = new Server();
  const ready = server.answer({
    op: "sets",
    sets: [...datasets.values()].map((set) => servedSet(set, "00")),
    timeout: 30_000,
  });
  return {
    generation: server,
    async ask(_set, request) {
      await ready;
      const { head, body = "" } = await server.answer(request).catch((error: unknown) => {
        throw isSbxError(error) ? error : ((error as { said?: Error }).said ?? error);
      });
      return { head, body: Buffer.from(body) };
    },
  };
}
