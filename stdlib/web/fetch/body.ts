/** Bodies of requests and responses: bytes at hand, a stream of the plugin's, or a source that the broker holds open. A
 *  ReadableStream is made only when somebody asks for one, because the streams chunk is large. */

import {
  type Blob,
  blobOf,
  bytesOfBlob,
  decodeMultipart,
  encodeMultipart,
  FormData,
  isBlob,
  isFormData,
  joinBytes,
  loadStreams,
  streamOf,
} from "sbx:chunk/blob";
import { isBytes, primordials, toBytes } from "sbx:chunk/boot";
import { crypto } from "sbx:chunk/crypto";
import type { ReadableStream } from "sbx:chunk/streams";
import { decodeUtf8, encodeUtf8 } from "sbx:chunk/text";
import { isURLSearchParams, type Pair, parseForm } from "sbx:chunk/url";
import { usvString } from "../webidl.ts";
import { combined, type Headers, listOf } from "./headers.ts";
import { parameterOf, parseMime, serializeMime } from "./mime.ts";

const { parse, promiseThen, push, reject, TypeError, typedArrayBuffer, Uint8Array } = primordials;

export type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes that arrive bit by bit from the broker. */
export interface Source {
  /** The next bytes; undefined at the end. */
  read(): Promise<Bytes | undefined>;
  cancel(reason: unknown): Promise<void>;
}

/** A body that is there. At most one of `bytes` and `source` is left once a stream was made of it. */
export interface Body {
  bytes: Bytes | undefined;
  source: Source | undefined;
  stream: ReadableStream<Uint8Array> | undefined;
  used: boolean;
}

export interface Extracted {
  readonly body: Body;
  /** Content-Type that goes with it. */
  readonly type: string | undefined;
}

const ofBytes = (bytes: Bytes): Body => ({ bytes, source: undefined, stream: undefined, used: false });
export const ofSource = (source: Source): Body => ({
  bytes: undefined,
  source,
  stream: undefined,
  used: false,
});

/** A body from whatever a plugin may pass as one. @throws TypeError for streams that are in use */
export function extractBody(init: unknown): Extracted {
  if (isBlob(init))
    return { body: ofBytes(bytesOfBlob(init)), type: init.type === "" ? undefined : init.type };
  if (isBytes(init)) return { body: ofBytes(toBytes(init)), type: undefined };
  if (isFormData(init)) {
    const boundary = `----sbx-form-${crypto.randomUUID()}`;
    return {
      body: ofBytes(encodeMultipart(init, boundary)),
      type: `multipart/form-data; boundary=${boundary}`,
    };
  }
  if (isURLSearchParams(init)) {
    return { body: ofBytes(encodeUtf8(`${init}`)), type: "application/x-www-form-urlencoded;charset=UTF-8" };
  }
  if (isStream(init)) {
    if (init.locked || isDisturbed(init))
      throw new TypeError("Response body object should not be disturbed or locked");
    return { body: { bytes: undefined, source: undefined, stream: init, used: false }, type: undefined };
  }
  return { body: ofBytes(encodeUtf8(usvString(init))), type: "text/plain;charset=UTF-8" };
}

function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  if (typeof value !== "object" || value === null) return false;
  // Whoever has a stream has loaded the chunk.
  if (!("getReader" in value)) return false;
  return value instanceof loadStreams().ReadableStream;
}

/** The library keeps this flag under this name. */
const isDisturbed = (stream: object): boolean => (stream as { _disturbed?: boolean })._disturbed === true;

export function bodyUsed(body: Body | undefined): boolean {
  return body !== undefined && (body.used || (body.stream !== undefined && isDisturbed(body.stream)));
}

export function isUnusable(body: Body): boolean {
  return bodyUsed(body) || body.stream?.locked === true;
}

/** The body as a stream; always the same one. */
export function streamOfBody(body: Body): ReadableStream<Uint8Array> {
  if (body.stream === undefined) {
    const { bytes, source } = body;
    body.stream = bytes !== undefined ? streamOf(bytes) : streamOfSource(source as Source);
    body.bytes = undefined;
    body.source = undefined;
    if (body.used) void body.stream.cancel();
  }
  return body.stream;
}

function streamOfSource(source: Source): ReadableStream<Uint8Array> {
  return new (loadStreams().ReadableStream)(
    {
      type: "bytes",
      async pull(controller) {
        const bytes = await source.read();
        if (bytes !== undefined && bytes.length > 0) controller.enqueue(bytes);
        if (bytes === undefined) {
          controller.close();
          controller.byobRequest?.respond(0);
        }
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** All bytes; uses the body up. Rejects with TypeError when it is used or locked already. */
export async function consume(body: Body | undefined): Promise<Bytes> {
  if (body === undefined) return new Uint8Array(0);
  if (isUnusable(body)) throw new TypeError("Body is unusable: Body has already been read");
  body.used = true;
  if (body.bytes !== undefined) return body.bytes;
  const pieces: Bytes[] = [];
  const read =
    body.source !== undefined ? () => (body.source as Source).read() : reading(body.stream as ReadableStream);
  for (let piece = await read(); piece !== undefined; piece = await read()) push(pieces, piece);
  return joinBytes(pieces);
}

/** Reads a stream piece by piece, as bytes. */
export function reading(stream: ReadableStream): () => Promise<Bytes | undefined> {
  const reader = stream.getReader();
  return async () => {
    const { done, value } = await reader.read();
    if (done) return undefined;
    if (!isBytes(value)) {
      const error = new TypeError("Received non-Uint8Array chunk");
      void promiseThen(reader.cancel(error), undefined, () => {});
      throw error;
    }
    return toBytes(value);
  };
}

/** Two bodies of one, each with all its bytes. */
export function teeBody(body: Body): Body {
  if (body.bytes !== undefined) return ofBytes(body.bytes);
  const branches = streamOfBody(body).tee();
  body.stream = branches[0];
  return { bytes: undefined, source: undefined, stream: branches[1], used: false };
}

/** The methods that requests and responses share. */
export abstract class BodyOwner {
  /** The body, or undefined for none. */
  abstract get [bodyKey](): Body | undefined;
  abstract get headers(): Headers;

  get body(): ReadableStream<Uint8Array> | null {
    const body = this[bodyKey];
    return body === undefined ? null : streamOfBody(body);
  }

  get bodyUsed(): boolean {
    return bodyUsed(this[bodyKey]);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return promiseThen(consume(this[bodyKey]), (bytes) => typedArrayBuffer(toBytes(bytes)));
  }

  bytes(): Promise<Bytes> {
    return promiseThen(consume(this[bodyKey]), (bytes) => toBytes(bytes));
  }

  blob(): Promise<Blob> {
    return promiseThen(consume(this[bodyKey]), (bytes) => {
      const mime = parseMime(combined(listOf(this.headers), "content-type") ?? "");
      return blobOf(bytes, mime === undefined ? "" : serializeMime(mime));
    });
  }

  text(): Promise<string> {
    return promiseThen(consume(this[bodyKey]), decodeUtf8);
  }

  json(): Promise<unknown> {
    return promiseThen(consume(this[bodyKey]), (bytes) => parse(decodeUtf8(bytes)) as unknown);
  }

  formData(): Promise<FormData> {
    const mime = parseMime(combined(listOf(this.headers), "content-type") ?? "");
    const boundary = mime === undefined ? undefined : parameterOf(mime.parameters, "boundary");
    if (mime?.essence === "multipart/form-data" && boundary !== undefined) {
      return promiseThen(consume(this[bodyKey]), (bytes) => decodeMultipart(bytes, boundary));
    }
    if (mime?.essence === "application/x-www-form-urlencoded") {
      return promiseThen(consume(this[bodyKey]), (bytes) => formOf(parseForm(decodeUtf8(bytes))));
    }
    return reject(
      new TypeError(
        'Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".',
      ),
    );
  }
}

export const bodyKey: unique symbol = Symbol("body");

function formOf(pairs: readonly Pair[]): FormData {
  const form = new FormData();
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] as Pair;
    form.append(pair[0], pair[1]);
  }
  return form;
}
