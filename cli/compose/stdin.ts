/** Standard input for the plugin, in pieces, only when it asks. */

type Read = (max: number) => Promise<{ bytes: Uint8Array; done: boolean }>;

/** `taken`: the program itself came that way, so that nothing is left. */
export function standardInput(taken: boolean): Read {
  let rest: Uint8Array = new Uint8Array(0);
  let iterator: AsyncIterator<Buffer> | undefined;
  let ended = taken;
  return async (max) => {
    while (rest.length === 0 && !ended) {
      iterator ??= process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      const next = await iterator.next().catch(() => ({ done: true as const, value: undefined }));
      if (next.done) ended = true;
      else rest = next.value;
    }
    const bytes = rest.subarray(0, max);
    rest = rest.subarray(bytes.length);
    return { bytes, done: ended && rest.length === 0 };
  };
}
