/** What a plugin hands to `sbx:fs` and what it gets back: paths out of texts and file URLs, bytes out of texts and views, dates out of
 *  numbers. Knows no operation. */
import { host, isBytes, primordials } from "sbx:chunk/boot";

const { apply, Date, exec, getDescriptor, toLowerCase, TypeError } = primordials;
const decodePercent = decodeURIComponent;

type Text = typeof import("sbx:chunk/text");
const text = (): Text => host.chunk("text") as unknown as Text;

let decoder: { decode(bytes: Uint8Array): string } | undefined;

/** Text of UTF-8. What is not UTF-8 becomes U+FFFD, and a byte order mark stays. */
export function decodeUtf8(bytes: Uint8Array): string {
  decoder ??= new (text().TextDecoder)("utf-8", { ignoreBOM: true });
  return decoder.decode(bytes);
}

/** Facts as operations give them. */
export interface RawInfo {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  readonly size: number;
  readonly mtime: number | null;
  readonly atime: number | null;
  readonly birthtime: number | null;
  readonly mode: number | null;
}

const date = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

/** The same with dates. */
export function infoOf(raw: RawInfo) {
  const { isFile, isDirectory, isSymlink, size, mode } = raw;
  return {
    isFile,
    isDirectory,
    isSymlink,
    size,
    mtime: date(raw.mtime),
    atime: date(raw.atime),
    birthtime: date(raw.birthtime),
    mode,
  };
}

/** @throws TypeError */
export function bytesOf(data: unknown): unknown {
  if (typeof data === "string") return new (text().TextEncoder)().encode(data);
  if (isBytes(data)) return data;
  throw new TypeError("a file is written from a string, a Uint8Array or an ArrayBuffer");
}

/** @throws TypeError */
export function pathOf(path: unknown): string {
  if (typeof path === "string") return path;
  const href = hrefOf(path);
  if (href === undefined) throw new TypeError("a path is a string or a file: URL");
  const parts = exec(/^file:\/\/([^/?#]*)(\/[^?#]*)/, href);
  if (!parts || (parts[1] !== "" && toLowerCase(parts[1] as string) !== "localhost"))
    throw new TypeError("only a file: URL of this machine can be a path");
  if (exec(/%2f|%5c|%00/i, parts[2] as string))
    throw new TypeError("a file: URL cannot hold an encoded slash or NUL");
  return decodePercent(parts[2] as string);
}

/** The text of a real URL object, however its class was changed since; undefined for anything else. */
function hrefOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { URL } = host.chunk("url") as unknown as typeof import("sbx:chunk/url");
  try {
    const href = getDescriptor(URL.prototype, "href")?.get;
    return href && (apply(href, value, []) as string);
  } catch {
    return undefined;
  }
}
