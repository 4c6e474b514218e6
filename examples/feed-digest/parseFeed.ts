/** RSS 2.0 and Atom (RFC 4287), as far as a digest needs them: titles, links, dates. Not a validating XML parser. */
import { childrenOf, parseXml, textOf, type XmlElement } from "./parseXml.ts";

export interface Entry {
  readonly title: string;
  readonly link: string;
  /** ISO 8601 in UTC; null when the feed gives none that can be read. */
  readonly date: string | null;
}

export interface Feed {
  readonly title: string;
  readonly entries: readonly Entry[];
}

function isoDate(text: string): string | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function first(element: XmlElement, ...names: string[]): string {
  for (const name of names) {
    const [found] = childrenOf(element, name);
    if (found !== undefined) return textOf(found).trim();
  }
  return "";
}

function rssEntry(item: XmlElement): Entry {
  const guid = first(item, "guid");
  const link = first(item, "link") || (/^https?:/.test(guid) ? guid : "");
  return { title: first(item, "title") || link, link, date: isoDate(first(item, "pubDate", "dc:date")) };
}

function atomEntry(entry: XmlElement): Entry {
  const links = childrenOf(entry, "link");
  const best =
    links.find(({ attributes }) => (attributes.get("rel") ?? "alternate") === "alternate") ?? links[0];
  const link = best?.attributes.get("href") ?? "";
  return { title: first(entry, "title") || link, link, date: isoDate(first(entry, "published", "updated")) };
}

/** @throws Error when it is neither. */
export function parseFeed(text: string): Feed {
  const root = parseXml(text);
  const [channel] = childrenOf(root, "channel");
  if (root.name === "rss" && channel !== undefined) {
    return { title: first(channel, "title"), entries: childrenOf(channel, "item").map(rssEntry) };
  }
  if (root.name === "feed") {
    return { title: first(root, "title"), entries: childrenOf(root, "entry").map(atomEntry) };
  }
  throw new Error(`neither RSS nor Atom: the root element is ${root.name}`);
}
