/** Blob, File and FormData; and for fetch, their encodings. */
export { Blob, blobOf, bytesOfBlob, copyOfBlob, File, isBlob, joinBytes } from "../blob/blob.ts";
export { type Entry, entriesOfForm, FormData, isFormData } from "../blob/form-data.ts";
export { decodeMultipart, encodeMultipart } from "../blob/multipart.ts";
export { loadStreams, streamOf } from "../blob/stream.ts";
