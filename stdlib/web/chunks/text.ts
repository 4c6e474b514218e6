/** Text encodings and base64. */
export { atob, btoa } from "../text/base64.ts";
export { TextDecoder } from "../text/decoder.ts";
export { decodeUtf8, encodeUtf8, TextEncoder } from "../text/encoder.ts";
