/** Makes one page of the latest entries of several RSS and Atom feeds. What was fetched is kept in the plugin's own store
 *  with its ETag, so that an unchanged feed costs one empty answer, and a feed that is down shows what it last had.
 *  Arguments: the list of feeds (one address a line), the page to write, and how many entries it shows. */
import { readTextFile, writeTextFile } from "sbx:fs";
import { args } from "sbx:plugin";
import { type Fetched, fetchFeed } from "./fetchFeed.ts";
import { renderDigest } from "./renderDigest.ts";

const [listFile = "feeds.txt", page = "digest.md", count = "20"] = args;

const addresses = (await readTextFile(listFile))
  .split("\n")
  .map((line) => line.replace(/#.*/, "").trim())
  .filter((line) => line !== "");
const feeds: Fetched[] = await Promise.all(addresses.map(fetchFeed));

await writeTextFile(page, renderDigest(feeds, Number(count)));

for (const { address, state, feed } of feeds) {
  console.log(`${state.padEnd(9)} ${address}${feed === null ? "" : ` (${feed.entries.length} entries)`}`);
}
const total = feeds.reduce((sum, { feed }) => sum + (feed?.entries.length ?? 0), 0);
console.log(`${Math.min(total, Number(count))} of ${total} entries written to ${page}`);
