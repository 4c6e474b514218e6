/** Memory for the pieces of one stream, used again for the next ones: fresh memory for each would have to be found, cleared and
 *  collected, and a long stream would hold more of it than a short one. */
import type { Lent } from "../../core/powers.ts";

/** The size that is worth keeping, in bytes: what a stream asks for at a time. */
const PIECE = 1024 * 1024;
/** A stream reads two pieces ahead, and one is on its way. */
const MAX_KEPT = 4;

export class Pieces {
  readonly #kept: Uint8Array[] = [];

  /** What is in it is left over from before. */
  take(size: number): Lent {
    if (size !== PIECE) return { bytes: Buffer.allocUnsafeSlow(size), back: () => {} };
    const piece = this.#kept.pop() ?? Buffer.allocUnsafeSlow(PIECE);
    let out = true;
    return {
      bytes: piece,
      back: () => {
        if (out && this.#kept.length < MAX_KEPT) this.#kept.push(piece);
        out = false;
      },
    };
  }
}
