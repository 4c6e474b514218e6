/** Globals that the engine itself has and the language's own type library does not know. */
declare class DOMException extends Error {
  constructor(message?: string, name?: string);
  readonly code: number;
}
declare function queueMicrotask(job: () => void): void;
declare const performance: { now(): number; readonly timeOrigin: number };
declare const TextDecoder: typeof import("./text/decoder.ts").TextDecoder;
declare const TextEncoder: typeof import("./text/encoder.ts").TextEncoder;
declare var fetch: typeof import("./fetch/fetch.ts").fetch;
