/** One data set behind one interface, wherever it lies. Queries arrive checked; masks, filters, order and limits are applied here. */
import type { Condition } from "../../../core/condition.ts";
import { fail, isSbxError, type SbxError } from "../../../core/errors.ts";
import type { AggregateQuery, Computed, Row, RowsQuery } from "../../../core/query.ts";
import type { ServedSet } from "../protocol.ts";
import type { Cursor } from "./pages.ts";
import { type Present, presenter } from "./present.ts";

export interface Served {
  rows(query: RowsQuery): Promise<Cursor>;
  /** @param minGroup smaller groups are left out */
  aggregate(query: AggregateQuery, minGroup: number): Promise<Cursor>;
  count(where: Condition | null): Promise<number>;
  insert(fields: readonly string[], rows: readonly Row[]): Promise<number>;
  update(values: Row, where: Condition | null): Promise<number>;
  remove(where: Condition | null): Promise<number>;
  /** @throws E_UNAVAILABLE for what the source lacks */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What the source said goes to a person only. */
export class SourceError extends Error {
  readonly said: SbxError;
  readonly why: string;
  constructor(said: SbxError, why: string) {
    super(said.message);
    this.said = said;
    this.why = why;
  }
}

/** @param why may hold paths and names that a plugin does not know */
export const unavailable = (set: ServedSet, what: string, why: string): SourceError =>
  new SourceError(fail("E_UNAVAILABLE", `the data set ${set.name} ${what}`), why);

export const isOurs = (error: unknown): boolean => isSbxError(error) || error instanceof SourceError;

/** How the columns of a query are given out. */
export function presentersOf(set: ServedSet, names: readonly string[]): Present[] {
  const key = Buffer.from(set.hashKey, "hex");
  return names.map((name) => {
    const field = set.fields.find((one) => one.name === name);
    if (field === undefined) throw fail("E_INTERNAL", "a query that was not checked");
    return presenter(field, set.name, key);
  });
}

const numeric: Present = (raw) => (raw === null || raw === undefined ? null : Number(raw));

export function aggregatePresenters(set: ServedSet, { groupBy, compute }: AggregateQuery): Present[] {
  const value = ({ of, field }: Computed): Present =>
    field !== null && (of === "min" || of === "max") ? (presentersOf(set, [field])[0] as Present) : numeric;
  return [...presentersOf(set, groupBy), ...compute.map(value)];
}

export const columnsOf = ({ groupBy, compute }: AggregateQuery): string[] => [
  ...groupBy,
  ...compute.map(({ name }) => name),
];
