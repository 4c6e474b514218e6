/** The index as a Markdown page: totals, notes by tag, what nobody links to, broken links. Pure. */
import type { Entry, Index } from "./buildIndex.ts";

const linkTo = ({ path, title }: Entry): string => `[${title.replace(/([[\]])/g, "\\$1")}](<${path}>)`;

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, "", ...lines, ""];
}

export function renderPage({ totals, tags, notes }: Index): string {
  const byPath = new Map(notes.map((note) => [note.path, note]));
  const tagLines = Object.entries(tags).map(([tag, paths]) => {
    const links = paths.flatMap((path) => byPath.get(path) ?? []).map(linkTo);
    return `- **#${tag}** (${paths.length}): ${links.join(" · ")}`;
  });
  const lonely = notes.filter(({ linkedFrom, links }) => linkedFrom.length === 0 && links.length === 0);
  const broken = notes.flatMap((note) => note.broken.map((to) => `- ${linkTo(note)} → \`${to}\``));
  return [
    "# Index",
    "",
    `${totals.notes} notes · ${totals.words} words · ${totals.links} links`,
    "",
    ...section("Tags", tagLines),
    ...section(
      "Linked from nowhere and linking nowhere",
      lonely.map((note) => `- ${linkTo(note)}`),
    ),
    ...section("Broken links", broken),
  ].join("\n");
}
