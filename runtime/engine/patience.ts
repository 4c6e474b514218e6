/** How long to look again and again before going to sleep. Falling asleep and being woken costs some 50 µs on either side of the
 *  channel, about as much as a call; looking costs a processor for nothing. So it pays only where answers come at once, and the last
 *  wait tells of the next one. */

/** What counts as at once, in ms: a call on a small file, a sleep included. */
const AT_ONCE = 0.25;

export class Patience {
  #ms = AT_ONCE;

  /** How long to look, in ms; 0 for not at all. */
  get ms(): number {
    return this.#ms;
  }

  /** A wait is over, slept through or not. */
  waited(ms: number): void {
    this.#ms = ms < AT_ONCE ? AT_ONCE : 0;
  }
}
