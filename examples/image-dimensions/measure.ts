/** Format and size of a picture from its first bytes: PNG, JPEG, GIF, WebP, BMP. Pure; damaged input gives null. */
export interface Picture {
  readonly format: "PNG" | "JPEG" | "GIF" | "WebP" | "BMP";
  /** In pixels, as displayed: a JPEG that its EXIF data turns on its side is measured standing. */
  readonly width: number;
  readonly height: number;
}

type Head = DataView<ArrayBuffer>;

function ascii(head: Head, at: number, length: number): string {
  let text = "";
  for (let i = at; i < at + length; i += 1) text += String.fromCharCode(head.getUint8(i));
  return text;
}

/** PNG (ISO/IEC 15948): the IHDR chunk comes first. */
function measurePng(head: Head): Picture | null {
  if (head.getUint32(4) !== 0x0d0a1a0a || ascii(head, 12, 4) !== "IHDR") return null;
  return { format: "PNG", width: head.getUint32(16), height: head.getUint32(20) };
}

function measureGif(head: Head): Picture | null {
  if (!/^GIF8[79]a$/.test(ascii(head, 0, 6))) return null;
  return { format: "GIF", width: head.getUint16(6, true), height: head.getUint16(8, true) };
}

/** BMP: a core header has 16-bit sizes, all others 32-bit ones; a negative height means top to bottom. */
function measureBmp(head: Head): Picture | null {
  if (head.getUint32(14, true) === 12) {
    return { format: "BMP", width: head.getUint16(18, true), height: head.getUint16(20, true) };
  }
  return { format: "BMP", width: head.getInt32(18, true), height: Math.abs(head.getInt32(22, true)) };
}

/** WebP (RFC 9649): lossy, lossless and extended files each put the size elsewhere. */
function measureWebp(head: Head): Picture | null {
  if (ascii(head, 8, 4) !== "WEBP") return null;
  const format = "WebP";
  switch (ascii(head, 12, 4)) {
    case "VP8 ":
      return { format, width: head.getUint16(26, true) & 0x3fff, height: head.getUint16(28, true) & 0x3fff };
    case "VP8L": {
      const bits = head.getUint32(21, true);
      return { format, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X": {
      const width = (head.getUint32(24, true) & 0xffffff) + 1;
      return { format, width, height: (head.getUint32(26, true) >>> 8) + 1 };
    }
    default:
      return null;
  }
}

/** Is the EXIF segment at `at` one that turns the picture by 90 or 270 degrees? */
function isTurned(head: Head, at: number, length: number): boolean {
  if (length < 16 || ascii(head, at, 4) !== "Exif") return false;
  const tiff = at + 6;
  const little = ascii(head, tiff, 2) === "II";
  const directory = tiff + head.getUint32(tiff + 4, little);
  const entries = head.getUint16(directory, little);
  for (let i = 0; i < entries; i += 1) {
    const entry = directory + 2 + i * 12;
    if (head.getUint16(entry, little) === 0x0112) return head.getUint16(entry + 8, little) >= 5;
  }
  return false;
}

/** JPEG (ITU-T T.81): segments until a frame header, C0–CF without the three that are tables. */
function measureJpeg(head: Head): Picture | null {
  let turned = false;
  for (let at = 2; head.getUint8(at) === 0xff; ) {
    const marker = head.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = head.getUint16(at + 2);
    if (marker === 0xe1) turned ||= isTurned(head, at + 4, length - 2);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [head.getUint16(at + 5), head.getUint16(at + 7)];
      return turned ? { format: "JPEG", width: height, height: width } : { format: "JPEG", width, height };
    }
    at += 2 + length;
  }
  return null;
}

function measurerOf(start: number): ((head: Head) => Picture | null) | null {
  if (start === 0x89504e47) return measurePng;
  if (start === 0x52494646) return measureWebp;
  if (start === 0x47494638) return measureGif;
  if (start >>> 8 === 0xffd8ff) return measureJpeg;
  return start >>> 16 === 0x424d ? measureBmp : null;
}

export function measure(head: Head): Picture | null {
  try {
    const picture = measurerOf(head.getUint32(0))?.(head) ?? null;
    return picture !== null && picture.width > 0 && picture.height > 0 ? picture : null;
  } catch (error) {
    // The file ends before its header does.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
