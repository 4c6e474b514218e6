/** State of one inspection: options as resolved, what is being shown, and how far the text is indented. */

export interface Context {
  depth: number;
  readonly showHidden: boolean;
  /** 0: every entry on a line of its own. n: up to n inner levels are joined on one line when they fit. */
  readonly compact: number;
  readonly breakLength: number;
  readonly sorted: boolean;
  readonly getters: boolean;
  readonly maxArrayLength: number;
  readonly maxStringLength: number;
  readonly seen: object[];
  /** Numbers of objects that were met again inside themselves. */
  readonly circular: Map<object, number>;
  indentation: number;
  currentDepth: number;
  /** Characters still to be written before inner levels are cut off. */
  budget: number;
}

/** How an entry is written: `key: value`, the value alone, or grouped in columns like an array's. */
export type EntryStyle = "object" | "array";
