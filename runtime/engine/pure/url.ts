/** The URL standard, by Node's own parser. Results are JSON of a URL's parts in a fixed order, or "" for failure. */

const PARTS = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;

/** `arg`: JSON of [input, base?]. */
export function parseUrl(arg: string): string {
  const [input, base] = JSON.parse(arg) as [string, string?];
  const url = URL.parse(input, base);
  return url === null ? "" : parts(url);
}

/** `arg`: JSON of [href, part, value]: the URL after assigning to one of its parts; "" when href itself is refused. */
export function setUrl(arg: string): string {
  const [href, part, value] = JSON.parse(arg) as [string, (typeof PARTS)[number], string];
  const url = URL.parse(href);
  if (url === null || part === "origin" || !PARTS.includes(part)) return "";
  if (part === "href") {
    const other = URL.parse(value);
    return other === null ? "" : parts(other);
  }
  url[part] = value;
  return parts(url);
}

function parts(url: URL): string {
  return JSON.stringify(PARTS.map((part) => url[part]));
}

/** Form-encoded text (JSON string, without "?") to JSON of its pairs. */
export function parseForm(arg: string): string {
  // A further "?" keeps the first character, which the constructor would drop.
  return JSON.stringify([...new URLSearchParams(`?${JSON.parse(arg) as string}`)]);
}

/** JSON of pairs to form-encoded text. */
export function serializeForm(arg: string): string {
  return new URLSearchParams(JSON.parse(arg) as [string, string][]).toString();
}
