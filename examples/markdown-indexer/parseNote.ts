/** What an index wants to know about one Markdown file. Code, be it fenced or in backticks, is neither text nor links. */
export interface Note {
  /** Relative to the indexed folder, with slashes. */
  readonly path: string;
  readonly title: string;
  /** From the front matter, as written there; null when it has none. */
  readonly date: string | null;
  /** Lower case, without `#`, in alphabetical order. */
  readonly tags: readonly string[];
  /** Targets of links to other notes and files, relative to the indexed folder, without fragment. */
  readonly links: readonly string[];
  /** Addresses outside. */
  readonly addresses: readonly string[];
  readonly words: number;
}

const FENCE = /^(`{3,}|~{3,}).*\n[\s\S]*?^\1[ \t]*$/gm;
const LINK = /!?\[([^\]]*)\]\(<?([^\s)>]+)>?(?:\s+"[^"]*")?\)/g;
const WIKI_LINK = /\[\[([^\]|#]+)(?:#[^\]|]*)?(?:\|([^\]]*))?\]\]/g;
const TAG = /(?<=^|\s)#(\p{L}[\p{L}\p{N}/_-]*)/gu;

interface FrontMatter {
  readonly fields: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The block between two `---` lines at the very start, as `key: value` lines and `- item` lists. */
function splitFrontMatter(text: string): FrontMatter {
  const found = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/.exec(text);
  if (found === null) return { fields: new Map(), body: text };
  const fields = new Map<string, string>();
  let key = "";
  for (const line of (found[1] ?? "").split(/\r?\n/)) {
    const item = /^\s+-\s+(.*)$/.exec(line);
    const pair = /^([\w-]+):\s*(.*)$/.exec(line);
    if (item !== null) fields.set(key, `${fields.get(key) ?? ""},${item[1]}`);
    else if (pair !== null) {
      key = (pair[1] ?? "").toLowerCase();
      fields.set(key, (pair[2] ?? "").replace(/^["'](.*)["']$/, "$1"));
    }
  }
  return { fields, body: text.slice(found[0].length) };
}

function tagsOf(fields: ReadonlyMap<string, string>, prose: string): string[] {
  const listed = (fields.get("tags") ?? "").replace(/[[\]"']/g, "").split(",");
  const inline = [...prose.matchAll(TAG)].map(([, tag = ""]) => tag);
  const tags = [...listed, ...inline].map((tag) => tag.trim().toLowerCase()).filter((tag) => tag !== "");
  return [...new Set(tags)].sort();
}

/** `to` as seen from the note at `from`; null when it leads out of the indexed folder. */
function resolveLink(from: string, to: string): string | null {
  const parts = to.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const part of to.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

function decode(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

function linksOf(path: string, prose: string): { links: string[]; addresses: string[] } {
  const links = new Set<string>();
  const addresses = new Set<string>();
  for (const [, , target = ""] of prose.matchAll(LINK)) {
    const [file = ""] = target.split("#");
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) addresses.add(target);
    else if (file !== "") links.add(resolveLink(path, decode(file)) ?? decode(file));
  }
  for (const [, name = ""] of prose.matchAll(WIKI_LINK)) links.add(`[[${name.trim()}]]`);
  return { links: [...links], addresses: [...addresses] };
}

function countWords(prose: string): number {
  const plain = prose
    .replace(LINK, "$1")
    .replace(WIKI_LINK, (_, name: string, label?: string) => label ?? name)
    .replace(/[#>*_|`~-]+/g, " ");
  return plain.match(/[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu)?.length ?? 0;
}

export function parseNote(path: string, text: string): Note {
  const { fields, body } = splitFrontMatter(text);
  const withoutFences = body.replace(FENCE, "");
  const prose = withoutFences.replace(/`[^`\n]+`/g, "");
  const heading = /^#[ \t]+(.+?)[ \t]*#*$/m.exec(withoutFences)?.[1];
  const name = (path.split("/").pop() ?? path).replace(/\.md$/i, "");
  return {
    path,
    title: fields.get("title") ?? heading ?? name,
    date: fields.get("date") ?? null,
    tags: tagsOf(fields, prose),
    ...linksOf(path, prose),
    words: countWords(prose),
  };
}
