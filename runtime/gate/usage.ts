/** What was used of a grant that outlives the run: counted outside, together with other runs that use it at the same time. */

export interface Counts {
  /** Operations that opened something. */
  readonly uses: number;
  readonly calls: number;
  readonly bytes: number;
}

export interface Usage {
  /** What is known of all runs together. Never more than there is. */
  readonly counts: Counts;
  /** One use, counted before it happens. false: none is left. @throws E_REVOKED when the grant is no more, E_UNAVAILABLE when nothing
   *  can be counted */
  take(opening: boolean): boolean;
  /** Bytes, counted before they are handed on. false: they are more than is left, and nothing was counted. @throws as `take` */
  spend(bytes: number): boolean;
}
