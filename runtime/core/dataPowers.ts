/** What powers over data can do: the plugin's own store, and the data sets of a catalog. */
import type { FieldType, Mask } from "./catalog.ts";
import type { Condition } from "./condition.ts";
import type { AggregateQuery, Row, RowsQuery } from "./query.ts";

export interface KvEntry {
  readonly key: string;
  readonly value: string;
}
export type KvChange =
  | { readonly op: "set"; readonly key: string; readonly value: string; readonly onlyIf?: string | null }
  | { readonly op: "delete"; readonly key: string }
  | { readonly op: "check"; readonly key: string; readonly value: string | null };

/** The plugin's own store. Values are JSON text. */
export interface StorePower {
  get(key: string): Promise<string | null>;
  /** Atomic: all or nothing. false when a check failed. @throws E_LIMIT_BYTES over the quota */
  apply(changes: readonly KvChange[]): Promise<boolean>;
  /** In key order (by UTF-8 bytes), after `after`, at most `limit`. */
  list(options: { prefix: string; after?: string; limit: number }): Promise<readonly KvEntry[]>;
}

export interface FieldDescription {
  readonly name: string;
  readonly type: FieldType;
  readonly description: string | null;
  readonly labels: string[];
  readonly mask: Mask | null;
}

/** What a catalog says of a data set, as far as it is granted. */
export interface DatasetDescription {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** Those that may be read. */
  readonly fields: FieldDescription[];
  /** Names of those that may be written. */
  readonly writable: string[];
  readonly summaries: string[];
}

/** Rows as JSON text: a list of lists in the order of the cursor's columns. */
export interface RowPage {
  readonly json: Uint8Array;
  readonly last: boolean;
}

export interface RowCursor {
  readonly columns: readonly string[];
  next(): Promise<RowPage>;
  close(): Promise<void>;
}

/** One data set of the catalog, with the access and the fields that were granted. @throws E_INVALID for a query that does not fit it;
 *  E_UNAVAILABLE for its source; E_LIMIT_TIME */
export interface DatasetPower {
  describe(): DatasetDescription;
  /** Every data set of which something is granted. */
  list(): readonly DatasetDescription[];
  rows(query: RowsQuery): Promise<RowCursor>;
  aggregate(query: AggregateQuery): Promise<RowCursor>;
  /** A grouping that the catalog declares, a few times. @throws E_LIMIT_CALLS */
  summary(name: string): Promise<RowCursor>;
  count(where: Condition | null): Promise<number>;
  /** All or none. Gives the number of rows. */
  insert(fields: readonly string[], rows: readonly Row[]): Promise<number>;
  update(values: Row, where: Condition | null): Promise<number>;
  remove(where: Condition | null): Promise<number>;
}
