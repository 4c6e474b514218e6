/** What a generator of cases promises. Each file beside this one is one: `test/fuzz/<name>.ts` exports `const fuzzer: Fuzzer`. What they
 *  share lies in test/support; what they find becomes a row of a table there where the mended thing is tested. */

export interface Fuzzer {
  /** Its file's name without `.ts`. */
  readonly name: string;
  /** What holds for every case, as a sentence; the name of its test. */
  readonly why: string;
  /** Cases that it runs within `npm test`, when 50 000 of them take longer than a few seconds. */
  readonly share?: number;
  /** Runs count generated cases from this seed; throws an error naming seed, case and what differs. The same seed gives the same cases. */
  batch(seed: number, count: number): Promise<void>;
}
