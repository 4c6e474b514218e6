/** Joins single notes to an index: who links to whom, which links lead nowhere, what carries which tag. Pure. */
import type { Note } from "./parseNote.ts";

export interface Entry extends Note {
  /** Paths of the notes that link here. */
  readonly linkedFrom: readonly string[];
  /** Links whose target is not among the notes. */
  readonly broken: readonly string[];
}

export interface Index {
  readonly totals: {
    readonly notes: number;
    readonly words: number;
    readonly tags: number;
    readonly links: number;
    readonly broken: number;
  };
  readonly tags: Readonly<Record<string, readonly string[]>>;
  readonly notes: readonly Entry[];
}

/** `[[Name]]` means the note with that file name or title, wherever it lies. */
function nameTable(notes: readonly Note[]): Map<string, string> {
  const table = new Map<string, string>();
  for (const { path, title } of notes) {
    const name = (path.split("/").pop() ?? path).replace(/\.md$/i, "");
    for (const key of [title, name]) table.set(`[[${key}]]`.toLowerCase(), path);
  }
  return table;
}

export function buildIndex(found: readonly Note[]): Index {
  const names = nameTable(found);
  const known = new Set(found.map(({ path }) => path));
  const target = (link: string): string => names.get(link.toLowerCase()) ?? link;
  const linkedFrom = new Map<string, string[]>();
  for (const { path, links } of found) {
    for (const to of new Set(links.map(target))) linkedFrom.set(to, [...(linkedFrom.get(to) ?? []), path]);
  }
  const notes = found.map((note) => {
    const links = note.links.map(target);
    const broken = links.filter((link) => !known.has(link) && /\.md$|^\[\[/i.test(link));
    return { ...note, links, broken, linkedFrom: linkedFrom.get(note.path) ?? [] };
  });
  const tags: Record<string, string[]> = {};
  for (const tag of [...new Set(found.flatMap((note) => note.tags))].sort()) {
    tags[tag] = found.filter((note) => note.tags.includes(tag)).map(({ path }) => path);
  }
  const sum = (of: (note: Entry) => number): number => notes.reduce((total, note) => total + of(note), 0);
  const totals = {
    notes: notes.length,
    words: sum(({ words }) => words),
    tags: Object.keys(tags).length,
    links: sum(({ links }) => links.length),
    broken: sum(({ broken }) => broken.length),
  };
  return { totals, tags, notes };
}
