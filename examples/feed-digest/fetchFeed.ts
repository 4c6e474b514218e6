/** Gets one feed, asking only for what is new. A feed that fails is a result, not an exception; a denial passes. */
import { kv } from "sbx:data";
import { type Feed, parseFeed } from "./parseFeed.ts";

export interface Fetched {
  readonly address: string;
  readonly state: "new" | "unchanged" | "failed";
  /** The last good content; null when there never was one. */
  readonly feed: Feed | null;
  readonly problem: string | null;
}

interface Kept {
  readonly etag: string | null;
  readonly modified: string | null;
  readonly feed: Feed;
}

/** For one feed, from the request to the last byte. */
const PATIENCE_MS = 5000;

function conditions(kept: Kept | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    accept: "application/atom+xml, application/rss+xml, text/xml;q=0.5",
  };
  if (kept?.etag) headers["if-none-match"] = kept.etag;
  else if (kept?.modified) headers["if-modified-since"] = kept.modified;
  return headers;
}

export async function fetchFeed(address: string): Promise<Fetched> {
  const key = `feed/${address}`;
  const kept = (await kv.get(key)) as Kept | undefined;
  try {
    const response = await fetch(address, {
      headers: conditions(kept),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status === 304 && kept !== undefined) {
      return { address, state: "unchanged", feed: kept.feed, problem: null };
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    const feed = parseFeed(await response.text());
    const { headers } = response;
    const keep = { etag: headers.get("etag"), modified: headers.get("last-modified"), feed };
    await kv.set(key, JSON.parse(JSON.stringify(keep)));
    return { address, state: "new", feed, problem: null };
  } catch (error) {
    if (!(error instanceof Error) || error.name === "PermissionDenied") throw error;
    return { address, state: "failed", feed: kept?.feed ?? null, problem: error.message };
  }
}
