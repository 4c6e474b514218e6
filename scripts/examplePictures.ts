/** Pictures in five formats, as bytes: real headers, and as little behind them as the format lets one get away with. */
import { deflateSync } from "node:zlib";

function bytes(...parts: readonly (string | readonly number[] | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))),
  );
}

const be16 = (n: number): number[] => [(n >> 8) & 255, n & 255];
const le16 = (n: number): number[] => [n & 255, (n >> 8) & 255];
const le24 = (n: number): number[] => [n & 255, (n >> 8) & 255, (n >> 16) & 255];
const le32 = (n: number): number[] => [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >> 24) & 255];
const be32 = (n: number): number[] => le32(n).reverse();

function crc32(data: Uint8Array): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/** A picture that any program opens: grey, one bit a pixel. */
export function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = bytes(type, data);
    return bytes(be32(data.length), body, be32(crc32(body)));
  };
  const row = Math.ceil(width / 8) + 1;
  const header = bytes(be32(width), be32(height), [1, 0, 0, 0, 0]);
  const pixels = deflateSync(Buffer.alloc(row * height));
  return bytes(
    [0x89],
    "PNG\r\n\x1a\n",
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", new Uint8Array()),
  );
}

/** Headers as cameras write them; `turned` with the EXIF orientation of a phone that was held upright. */
export function jpeg(width: number, height: number, turned: boolean): Buffer {
  const exif = bytes("Exif\0\0II*\0", le32(8), le16(1), le16(0x0112), le16(3), le32(1), le32(6), le32(0));
  const segment = (marker: number, data: Uint8Array): Buffer =>
    bytes([0xff, marker], be16(data.length + 2), data);
  const frame = bytes([8], be16(height), be16(width), [1, 1, 0x11, 0]);
  const parts = [turned ? segment(0xe1, exif) : segment(0xe0, bytes("JFIF\0", [1, 1, 0, 0, 1, 0, 1, 0, 0]))];
  parts.push(segment(0xdb, Buffer.alloc(65)), segment(0xc4, Buffer.alloc(20)), segment(0xc2, frame));
  return bytes([0xff, 0xd8], ...parts, [0xff, 0xd9]);
}

export function webp(kind: "VP8 " | "VP8L" | "VP8X", width: number, height: number): Buffer {
  const data =
    kind === "VP8 "
      ? bytes([0, 0, 0, 0x9d, 0x01, 0x2a], le16(width), le16(height))
      : kind === "VP8L"
        ? bytes([0x2f], le32((width - 1) | ((height - 1) << 14)), [0])
        : bytes([0, 0, 0, 0], le24(width - 1), le24(height - 1));
  return bytes("RIFF", le32(data.length + 12), "WEBP", kind, le32(data.length), data);
}

export function gif(width: number, height: number): Buffer {
  return bytes("GIF89a", le16(width), le16(height), [0, 0, 0, 0x3b]);
}

/** A negative height means that the rows run from top to bottom. */
export function bmp(width: number, height: number): Buffer {
  const header = bytes(le32(40), le32(width), le32(height), le16(1), le16(24), Buffer.alloc(24));
  return bytes("BM", le32(54), le32(0), le32(54), header);
}
