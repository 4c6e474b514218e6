/** Bytes at hand as a ReadableStream of bytes. */
import { host, primordials } from "sbx:chunk/boot";
import type * as streams from "sbx:chunk/streams";

const { min, typedArrayLength, typedArraySlice } = primordials;
const PIECE = 65_536;

/** The streams chunk, which is large: loaded when a stream is really made. */
export const loadStreams = (): typeof streams => host.chunk("streams") as unknown as typeof streams;

export function streamOf(bytes: Uint8Array<ArrayBuffer>): streams.ReadableStream<Uint8Array> {
  let at = 0;
  return new (loadStreams().ReadableStream)({
    type: "bytes",
    pull(controller) {
      const length = typedArrayLength(bytes);
      if (at < length) {
        const to = min(at + PIECE, length);
        controller.enqueue(typedArraySlice(bytes, at, to));
        at = to;
      }
      if (at >= length) {
        controller.close();
        controller.byobRequest?.respond(0);
      }
    },
  });
}
