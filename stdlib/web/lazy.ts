/** Globals that cost nothing until they are touched: an accessor on the global object that loads its chunk and becomes a
 *  plain data property, as if it had always been there. */
import type { Host } from "./host.ts";
import { primordials } from "./primordials.ts";

const { defineProperty, keys } = primordials;

/** Chunk → the globals that it exports. */
export const lazyGlobals: { readonly [chunk: string]: readonly string[] } = {
  url: ["URL", "URLSearchParams"],
  text: ["TextEncoder", "TextDecoder", "atob", "btoa"],
  events: [
    "Event",
    "EventTarget",
    "CustomEvent",
    "ErrorEvent",
    "PromiseRejectionEvent",
    "AbortController",
    "AbortSignal",
    "addEventListener",
    "removeEventListener",
    "dispatchEvent",
  ],
  clone: ["structuredClone"],
  crypto: ["crypto", "Crypto"],
  streams: [
    "ReadableStream",
    "ReadableStreamDefaultReader",
    "ReadableStreamBYOBReader",
    "ReadableStreamDefaultController",
    "ReadableByteStreamController",
    "ReadableStreamBYOBRequest",
    "WritableStream",
    "WritableStreamDefaultWriter",
    "WritableStreamDefaultController",
    "TransformStream",
    "TransformStreamDefaultController",
    "ByteLengthQueuingStrategy",
    "CountQueuingStrategy",
    "TextEncoderStream",
    "TextDecoderStream",
  ],
  blob: ["Blob", "File", "FormData"],
  fetch: ["fetch", "Headers", "Request", "Response"],
};

export function installLazyGlobals(host: Host): void {
  const chunks = keys(lazyGlobals);
  for (let i = 0; i < chunks.length; i++) {
    const chunk = chunks[i] as string;
    const names = lazyGlobals[chunk] as readonly string[];
    for (let j = 0; j < names.length; j++) installLazy(host, chunk, names[j] as string);
  }
}

function installLazy(host: Host, chunk: string, name: string): void {
  defineProperty(globalThis, name, {
    get: () => settle(name, host.chunk(chunk)[name]),
    set: (value: unknown) => void settle(name, value),
    configurable: true,
    enumerable: false,
  });
}

function settle(name: string, value: unknown): unknown {
  defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  return value;
}
