/** What crosses the border of an instance, besides texts and bytes. */

/** Pointer to a value inside the instance. */
export type Value = number;

/** The guest threw `value`, which the catcher now owns. */
export class Thrown {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** The guest's memory has no room for something of ours. */
export class NoRoom extends Error {
  override name = "NoRoom";
}
