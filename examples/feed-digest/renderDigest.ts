/** The digest as a Markdown page: the newest entries of all feeds by day, then what went wrong. Pure. */
import type { Fetched } from "./fetchFeed.ts";

interface Line {
  readonly day: string;
  readonly date: string;
  readonly text: string;
}

/** Markdown has no business in a foreign title. */
const plain = (text: string): string => text.replace(/\s+/g, " ").replace(/([\\`*_[\]<>#])/g, "\\$1");

function linesOf({ feed }: Fetched): Line[] {
  return (feed?.entries ?? []).map(({ title, link, date }) => ({
    day: date?.slice(0, 10) ?? "without a date",
    date: date ?? "",
    text: `- [${plain(title)}](<${link.replace(/[<>\s]/g, "")}>) — ${plain(feed?.title ?? "")}`,
  }));
}

export function renderDigest(feeds: readonly Fetched[], count: number): string {
  const newest = feeds
    .flatMap(linesOf)
    .sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0))
    .slice(0, count);
  const days = [...new Set(newest.map(({ day }) => day))];
  const body = days.flatMap((day) => [
    `## ${day}`,
    "",
    ...newest.filter((line) => line.day === day).map(({ text }) => text),
    "",
  ]);
  const failed = feeds.filter(({ problem }) => problem !== null);
  const notes = failed.map(({ address, problem }) => `- ${address}: ${plain(problem ?? "")}`);
  return ["# Digest", "", ...body, ...(notes.length > 0 ? ["## Not reached", "", ...notes, ""] : [])].join(
    "\n",
  );
}
