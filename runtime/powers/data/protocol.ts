/** What the broker says to the data server and what it answers, in frames of the engine's channel. The server is another process of the
 *  same executable: a query cannot be interrupted inside SQLite, but its process can be ended at any moment. */
import type { Field, Source, Summary } from "../../core/catalog.ts";
import type { Condition } from "../../core/condition.ts";
import type { AggregateQuery, Row, RowsQuery } from "../../core/query.ts";

/** A data set as the server needs it. */
export interface ServedSet {
  readonly name: string;
  readonly source: Source;
  readonly writable: boolean;
  readonly filter: Condition | null;
  readonly fields: readonly Field[];
  readonly summaries: readonly Summary[];
  /** Hexadecimal; of the mask `hash`. */
  readonly hashKey: string;
}

/** Who asks must have checked the queries: fields, types and masks (core/fields.ts). */
export type DataRequest =
  | { readonly op: "sets"; readonly sets: readonly ServedSet[]; readonly timeout: number }
  | { readonly op: "rows"; readonly set: string; readonly query: RowsQuery }
  | { readonly op: "aggregate"; readonly set: string; readonly query: AggregateQuery }
  | { readonly op: "summary"; readonly set: string; readonly name: string }
  | { readonly op: "count"; readonly set: string; readonly where: Condition | null }
  | {
      readonly op: "insert";
      readonly set: string;
      readonly fields: readonly string[];
      readonly rows: readonly Row[];
    }
  | { readonly op: "update"; readonly set: string; readonly values: Row; readonly where: Condition | null }
  | { readonly op: "remove"; readonly set: string; readonly where: Condition | null }
  /** More of a cursor that the answer to `rows`, `aggregate` or `summary` named. */
  | { readonly op: "next"; readonly cursor: number }
  | { readonly op: "close"; readonly cursor: number }
  /** Does the source have what the catalog says? */
  | { readonly op: "check"; readonly set: string };

/** Rows stand in the body: JSON, a list of lists in the order of `columns`. `cursor` is null when there are no more. */
export interface PageHead {
  readonly columns: readonly string[];
  readonly cursor: number | null;
}

export interface FailureHead {
  /** Of the closed list of error codes. */
  readonly code: string;
  readonly message: string;
  /** What a plugin may not know: what the source said. */
  readonly why?: string;
}

export const TO_DATA = { request: 1 } as const;
export const FROM_DATA = { ok: 1, failed: 2 } as const;
