/** A request body on its way: the side that has the bytes writes, the side that sends them pulls, one chunk at a time, so that nobody
 *  buffers. Either side may end it. Pure. */
import { fail } from "./errors.ts";
import type { UploadSource } from "./powers.ts";

interface Offer {
  readonly bytes: Uint8Array;
  readonly taken: () => void;
  readonly refused: (why: unknown) => void;
}

export class Upload implements UploadSource {
  readonly #offers: Offer[] = [];
  #wanting: { give: (chunk: Uint8Array | undefined) => void; refuse: (why: unknown) => void } | undefined;
  #ended = false;
  #finish: () => void = () => {};
  /** Resolves when the last byte was taken or either side gave up. */
  readonly over: Promise<void> = new Promise((resolve) => {
    this.#finish = resolve;
  });
  #closed: { readonly why: unknown } | undefined;

  /** Resolves once the bytes were taken. Writes queue; they are refused once either side ended. @throws E_INVALID after `end`; why it was closed */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#ended) return Promise.reject(fail("E_INVALID", "the request body has ended"));
    if (this.#closed) return Promise.reject(this.#closed.why);
    if (this.#wanting) {
      const { give } = this.#wanting;
      this.#wanting = undefined;
      give(bytes);
      return Promise.resolve();
    }
    return new Promise((taken, refused) => this.#offers.push({ bytes, taken, refused }));
  }

  /** The body is complete, or (with `why`) broken off: then the request fails with it. */
  end(why?: unknown): void {
    if (why !== undefined) {
      this.close(why);
      return;
    }
    this.#ended = true;
    if (!this.#closed && this.#wanting) {
      this.#wanting.give(undefined);
      this.#wanting = undefined;
      this.#finish();
    }
  }

  next(): Promise<Uint8Array | undefined> {
    if (this.#closed) return Promise.reject(this.#closed.why);
    const offer = this.#offers.shift();
    if (offer) {
      offer.taken();
      return Promise.resolve(offer.bytes);
    }
    if (this.#ended) {
      this.#finish();
      return Promise.resolve(undefined);
    }
    return new Promise((give, refuse) => {
      this.#wanting = { give, refuse };
    });
  }

  close(why: unknown = fail("E_UNAVAILABLE", "the request body was given up")): void {
    if (this.#closed) return;
    this.#closed = { why };
    this.#finish();
    for (const offer of this.#offers.splice(0)) offer.refused(why);
    this.#wanting?.refuse(why);
    this.#wanting = undefined;
  }
}
