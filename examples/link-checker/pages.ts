/** The pages of a folder: their links with line numbers, and the anchors that links can point at. */
import { readDir } from "sbx:fs";

export interface Link {
  /** Counted from 1. */
  readonly line: number;
  readonly target: string;
}

export interface Page {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
}

const LINK = /\[[^\]]*\]\(<?([^\s)>]+)>?(?:\s+"[^"]*")?\)|<(https?:[^\s>]+)>|^\[[^\]]+\]:\s+(\S+)/g;

export async function findPages(root: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isFile, isDirectory } of readDir(below === "" ? root : `${root}/${below}`)) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) found.push(...(await findPages(root, path)));
    else if (isFile && name.endsWith(".md")) found.push(path);
  }
  return found;
}

/** A heading's anchor, as the usual renderers make it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[`*_[\]()]/g, "")
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

export function readPage(path: string, text: string): Page {
  const links: Link[] = [];
  const anchors = new Set<string>();
  let fence: string | null = null;
  for (const [i, line] of text.split("\n").entries()) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === null || line.trim() === fence)) fence = fence === null ? mark : null;
    if (fence !== null || mark !== undefined) continue;
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading !== undefined) addAnchor(anchors, anchorOf(heading));
    for (const [, inline, plain, named] of line.replace(/`[^`]*`/g, "").matchAll(LINK)) {
      links.push({ line: i + 1, target: inline ?? plain ?? named ?? "" });
    }
  }
  return { path, links, anchors };
}

/** The second heading of a name becomes `name-1`. */
function addAnchor(anchors: Set<string>, anchor: string): void {
  let unique = anchor;
  for (let n = 1; anchors.has(unique); n += 1) unique = `${anchor}-${n}`;
  anchors.add(unique);
}
