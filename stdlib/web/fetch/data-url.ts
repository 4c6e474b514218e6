/** data: URLs, after the fetch standard: no authority, no network. */
import { primordials } from "sbx:chunk/boot";
import { atob, encodeUtf8 } from "sbx:chunk/text";
import { type MimeType, parseMime, serializeMime } from "./mime.ts";

const { charCodeAt, exec, slice, startsWith, stringIndexOf, typedArrayLength, typedArraySlice, Uint8Array } =
  primordials;

const DEFAULT: MimeType = { essence: "text/plain", parameters: [["charset", "US-ASCII"]] };

/** `href`: a parsed URL's text without fragment. Undefined when it is malformed. */
export function readDataUrl(
  href: string,
): { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined {
  const rest = slice(href, "data:".length);
  const comma = stringIndexOf(rest, ",");
  if (comma < 0) return undefined;
  let type = slice(rest, 0, comma).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "");
  let bytes = percentDecode(slice(rest, comma + 1));
  const base64 = exec(/; *base64$/i, type);
  if (base64 !== null) {
    const decoded = decodeBase64(bytes);
    if (decoded === undefined) return undefined;
    bytes = decoded;
    type = slice(type, 0, base64.index);
  }
  if (startsWith(type, ";")) type = `text/plain${type}`;
  return { type: serializeMime(parseMime(type) ?? DEFAULT), bytes };
}

function percentDecode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = encodeUtf8(text);
  let to = 0;
  for (let i = 0; i < typedArrayLength(bytes); i++) {
    const high = bytes[i] === 37 ? hex(bytes[i + 1]) : -1;
    const low = high < 0 ? -1 : hex(bytes[i + 2]);
    if (low < 0) bytes[to++] = bytes[i] as number;
    else {
      bytes[to++] = high * 16 + low;
      i += 2;
    }
  }
  return typedArraySlice(bytes, 0, to);
}

function hex(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function decodeBase64(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  let text = "";
  for (let i = 0; i < typedArrayLength(bytes); i++) text += primordials.fromCharCode(bytes[i] as number);
  let decoded: string;
  try {
    decoded = atob(text);
  } catch {
    return undefined;
  }
  const made = new Uint8Array(decoded.length);
  for (let i = 0; i < decoded.length; i++) made[i] = charCodeAt(decoded, i);
  return made;
}
