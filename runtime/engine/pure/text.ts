/** Text encodings by Node's own decoders. Text arguments are JSON, so that any string crosses unharmed. */

/** UTF-8 of `arg`, a JSON string. */
export function encodeText(arg: string): Uint8Array {
  return new TextEncoder().encode(JSON.parse(arg) as string);
}

/** Name of the encoding behind a label (JSON), or "" for none. */
export function encodingOf(arg: string): string {
  try {
    return new TextDecoder(JSON.parse(arg) as string).encoding;
  } catch {
    return "";
  }
}

/** Decodes `bytes`; `arg`: JSON of [label, fatal, ignoreBOM]. JSON of the text, or "" when fatal and malformed. */
export function decodeText(arg: string, bytes: Uint8Array = new Uint8Array()): string {
  const [label, fatal, ignoreBOM] = JSON.parse(arg) as [string, boolean, boolean];
  const decoder = new TextDecoder(label, { fatal, ignoreBOM });
  try {
    return JSON.stringify(decoder.decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return "";
    throw error;
  }
}
