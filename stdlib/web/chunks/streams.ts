/** Web streams, by the one library that passes their tests in this engine; and text streams over them. Large: loaded
 *  only when a stream is used. */

import { primordials } from "sbx:chunk/boot";
import { TextDecoder, TextEncoder } from "sbx:chunk/text";
import {
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
} from "web-streams-polyfill";
import { finishClass, showAs } from "../webidl.ts";

export {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
} from "web-streams-polyfill";

const { charCodeAt, slice, String } = primordials;

export class TextEncoderStream {
  readonly #transform: TransformStream<unknown, Uint8Array>;

  constructor() {
    const encoder = new TextEncoder();
    let high = "";
    this.#transform = new TransformStream<unknown, Uint8Array>({
      transform(chunk, controller) {
        let text = high + String(chunk);
        high = "";
        const last = charCodeAt(text, text.length - 1);
        if (last >= 0xd800 && last <= 0xdbff) {
          high = slice(text, -1);
          text = slice(text, 0, -1);
        }
        if (text !== "") controller.enqueue(encoder.encode(text));
      },
      flush(controller) {
        if (high !== "") controller.enqueue(encoder.encode(high));
      },
    });
  }

  get encoding(): string {
    return "utf-8";
  }
  get readable(): TransformStream<unknown, Uint8Array>["readable"] {
    return this.#transform.readable;
  }
  get writable(): TransformStream<unknown, Uint8Array>["writable"] {
    return this.#transform.writable;
  }
}
finishClass(TextEncoderStream, "TextEncoderStream");

export class TextDecoderStream {
  readonly #decoder: TextDecoder;
  readonly #transform: TransformStream<unknown, string>;

  constructor(label?: unknown, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }) {
    const decoder = new TextDecoder(label, options);
    this.#decoder = decoder;
    this.#transform = new TransformStream<unknown, string>({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        if (text !== "") controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== "") controller.enqueue(text);
      },
    });
  }

  get encoding(): string {
    return this.#decoder.encoding;
  }
  get fatal(): boolean {
    return this.#decoder.fatal;
  }
  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM;
  }
  get readable(): TransformStream<unknown, string>["readable"] {
    return this.#transform.readable;
  }
  get writable(): TransformStream<unknown, string>["writable"] {
    return this.#transform.writable;
  }
}
finishClass(TextDecoderStream, "TextDecoderStream");

/** What the library's objects keep under these names is of no interest to anybody else. */
interface Internals {
  readonly _state: string;
  readonly _backpressure: boolean;
  readonly _readableStreamController: object;
}
const inside = (stream: object): Internals => stream as Internals;

showAs(ReadableStream, (stream) => ({
  locked: stream.locked,
  state: inside(stream)._state,
  supportsBYOB: inside(stream)._readableStreamController instanceof ReadableByteStreamController,
}));
showAs(WritableStream, (stream) => ({ locked: stream.locked, state: inside(stream)._state }));
showAs(TransformStream, (stream) => ({
  readable: stream.readable,
  writable: stream.writable,
  backpressure: inside(stream)._backpressure,
}));
const OPAQUE: readonly { readonly prototype: object }[] = [
  ReadableByteStreamController,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStreamDefaultController,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
];
for (let i = 0; i < OPAQUE.length; i++) showAs(OPAQUE[i] as (typeof OPAQUE)[number], () => ({}));
showAs(TextEncoderStream, ({ encoding }) => ({ encoding }));
showAs(TextDecoderStream, ({ encoding, fatal, ignoreBOM }) => ({ encoding, fatal, ignoreBOM }));
