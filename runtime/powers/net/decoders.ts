/** What undoes a Content-Encoding, and how much memory that may take in a run. */
import type { Transform } from "node:stream";
import type { NetTarget } from "../../core/capability.ts";
import { fail } from "../../core/errors.ts";

/** More layers than this only a decompression bomb has. */
const MAX_CODINGS = 4;

/** Each of these may keep 16 MB for as long as its body is open; nobody nests them but who wants just that. */
const largeWindow: ReadonlySet<string> = new Set(["br", "zstd"]);

/** Does undoing this Content-Encoding keep such a window? */
export const isCostly = (encoding: string): boolean =>
  encoding
    .toLowerCase()
    .split(",")
    .some((name) => largeWindow.has(name.trim()));

/** Large windows that a run has open at once: 16 MB each. */
const MOST = 8;

/** Who needs a large window while all are taken waits for one, so that many answers at once cannot fill the memory. */
export class Windows {
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  /** Gives what gives it back, once; more calls do nothing. */
  take(onStop: (stop: () => void) => void): Promise<() => void> {
    return new Promise((given) => {
      let held = false;
      const enter = (): void => {
        held = true;
        this.#open += 1;
        given(leave);
      };
      const leave = (): void => {
        if (!held) return;
        held = false;
        this.#open -= 1;
        this.#waiting.shift()?.();
      };
      onStop(() => {
        const at = this.#waiting.indexOf(enter);
        if (at >= 0) this.#waiting.splice(at, 1);
        leave();
      });
      if (this.#open < MOST) enter();
      else this.#waiting.push(enter);
    });
  }
}

/** The decoders for a Content-Encoding, in the order in which they are applied; none for what is not known. @throws E_UNAVAILABLE */
export function decoders(encoding: string, target: NetTarget, first: () => number): Transform[] {
  const names = encoding
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > MAX_CODINGS)
    throw fail("E_UNAVAILABLE", `the answer of ${target.host} is compressed more than ${MAX_CODINGS} times`);
  if (names.filter((name) => largeWindow.has(name)).length > 1)
    throw fail("E_UNAVAILABLE", `the answer of ${target.host} is compressed twice in a costly way`);
  if (names.length === 0) return [];
  const zlib = process.getBuiltinModule("node:zlib");
  // A stream that stops in the middle gives what it had, as browsers do.
  const lenient = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
  const flush = zlib.constants.BROTLI_OPERATION_FLUSH;
  const made = names.reverse().map((name, at) => {
    switch (name) {
      case "gzip":
      case "x-gzip":
        return zlib.createGunzip(lenient);
      case "deflate":
        // Half of the world sends it without the zlib header that RFC 9110 asks for.
        return at > 0 || (first() & 0x0f) === 8
          ? zlib.createInflate(lenient)
          : zlib.createInflateRaw(lenient);
      case "br":
        return zlib.createBrotliDecompress({ flush, finishFlush: flush });
      case "zstd":
        return zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } });
      default:
        return undefined;
    }
  });
  return made.includes(undefined) ? [] : (made as Transform[]);
}
