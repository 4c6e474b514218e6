/** Connections of a run: how many there may be, which of them are idle, and who waits for one. Knows nothing of requests; whoever
 *  takes an idle connection must have its address judged again. */
import type { Socket } from "node:net";
import type { Address } from "../../core/address.ts";
import type { SbxError } from "../../core/errors.ts";

/** More than a browser's six: plugins fetch in batches, and nobody else shares the connection. */
const PER_ORIGIN = 32;
const IN_ALL = 64;
/** Shorter than the keep-alive of common servers (5 s), so that the other side rarely closes first. */
const IDLE_MS = 4000;

/** Room for one connection, empty until somebody dialled. */
export interface Place {
  readonly origin: string;
  readonly id: string;
  connection: { readonly socket: Socket; readonly address: Address } | undefined;
  idle: boolean;
  /** How often the connection was taken again. */
  reused: number;
}

interface Waiting {
  readonly origin: string;
  readonly give: (place: Place) => void;
}

export class Places {
  readonly #places = new Set<Place>();
  readonly #waiting: Waiting[] = [];
  #made = 0;

  /** An idle connection, or room for a new one; waits while there is neither. */
  take(origin: string, onStop: (stop: (reason: SbxError) => void) => void): Promise<Place> {
    return new Promise((give) => {
      let given: Place | undefined;
      const waiting: Waiting = {
        origin,
        give: (place) => {
          given = place;
          give(place);
        },
      };
      this.#waiting.push(waiting);
      onStop(() => {
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
        // Given in the very moment in which the wait ended: nobody holds it.
        if (given) this.giveUp(given);
      });
      this.#serve();
    });
  }

  /** Puts a connected socket in its place. The place is given up when the socket closes. */
  fill(place: Place, socket: Socket, address: Address): void {
    place.connection = { socket, address };
    socket.once("close", () => this.giveUp(place));
    socket.on("timeout", () => place.idle && socket.destroy());
    // The agent's own listener decides first whether the connection can be kept.
    socket.on("free", () => process.nextTick(() => this.#rest(place, socket)));
  }

  giveUp(place: Place): void {
    if (!this.#places.delete(place)) return;
    place.connection?.socket.destroy();
    this.#serve();
  }

  close(): void {
    this.#waiting.length = 0;
    for (const place of this.#places) place.connection?.socket.destroy();
  }

  #rest(place: Place, socket: Socket): void {
    if (socket.destroyed || !this.#places.has(place)) return;
    place.idle = true;
    socket.setTimeout(IDLE_MS);
    socket.unref();
    this.#serve();
  }

  #serve(): void {
    for (let at = 0; at < this.#waiting.length; ) {
      const waiting = this.#waiting[at] as Waiting;
      const place = this.#find(waiting.origin);
      if (place) {
        this.#waiting.splice(at, 1);
        waiting.give(place);
      } else at += 1;
    }
  }

  #find(origin: string): Place | undefined {
    const same = [...this.#places].filter((place) => place.origin === origin);
    const idle = same.findLast((place) => place.idle);
    if (idle) {
      idle.idle = false;
      idle.reused += 1;
      idle.connection?.socket.setTimeout(0).ref();
      return idle;
    }
    if (same.length >= PER_ORIGIN) return undefined;
    if (this.#places.size >= IN_ALL) {
      const other = [...this.#places].find((place) => place.idle);
      if (!other) return undefined;
      this.#places.delete(other);
      other.connection?.socket.destroy();
    }
    this.#made += 1;
    const place: Place = { origin, id: String(this.#made), connection: undefined, idle: false, reused: 0 };
    this.#places.add(place);
    return place;
  }
}
