/** Data sets of a catalog as powers: what a query may name was decided by the gate; here it is checked against the catalog and handed to
 *  the data server. The plugin's own store, `kv`, is passed on. */

import { type DataNeed, type DataTarget, type Target, withFields } from "../../core/capability.ts";
import type { Catalog, Dataset, Field } from "../../core/catalog.ts";
import type {
  DatasetDescription,
  DatasetPower,
  FieldDescription,
  RowCursor,
  RowPage,
  StorePower,
} from "../../core/dataPowers.ts";
import { fail, type SbxError } from "../../core/errors.ts";
import { checkAggregate, checkRows, checkStored, checkWhere } from "../../core/fields.ts";
import type { Lease, PowerSource } from "../../core/powers.ts";
import type { DataAnswer } from "./client.ts";
import type { DataRequest, PageHead } from "./protocol.ts";

/** What answers queries. */
export interface DataAsker {
  ask(set: string, request: DataRequest): Promise<DataAnswer>;
  /** Another one: cursors of before are gone. */
  readonly generation: unknown;
}

export interface DatasetOptions {
  readonly catalog: Catalog;
  readonly client: DataAsker;
  readonly store: PowerSource<DataNeed, StorePower>;
  /** One use of a summary by this plugin; false: there are none left. */
  useSummary(dataset: string, summary: string, most: number): boolean;
}

type DataPower = StorePower | DatasetPower;

export function datasets(options: DatasetOptions): PowerSource<DataNeed, DataPower> {
  const { catalog, store } = options;
  return {
    async resolve(need) {
      if (need.dataset === "kv") return await store.resolve(need);
      return targetOf(catalog, need);
    },
    async open(target, lease) {
      if (target.kind !== "data" || target.dataset === "kv") return await store.open(target, lease);
      return power(options, target, lease);
    },
    release: () => undefined,
  };
}

function targetOf({ datasets: sets }: Catalog, need: DataNeed): DataTarget {
  const { dataset, fields = [] } = need;
  const words = fields.length ? `${dataset}.${fields.join("+")}` : dataset;
  if (dataset === "*") return { ...need, words: "any data set" };
  const found = sets.get(dataset);
  const known = found !== undefined && fields.every((field) => found.fields.has(field));
  if (!known) return { ...need, words, unknown: true };
  const labelled = fields.filter((field) => (found.fields.get(field)?.labels ?? []).length > 0);
  return { ...need, words, labelled };
}

function power(options: DatasetOptions, target: DataTarget, lease: Lease): DatasetPower {
  const { catalog, client } = options;
  const set = (): Dataset => {
    lease.alive();
    const found = catalog.datasets.get(target.dataset);
    if (found === undefined) throw fail("E_INTERNAL", "a data set that was granted and is unknown");
    return found;
  };
  const ask = async (request: DataRequest): Promise<{ head: unknown; body: Uint8Array }> => {
    const answer = await whileAlive(lease, client.ask(target.dataset, request));
    lease.spend(answer.body.length, "in");
    return answer;
  };
  const cursor = async (request: DataRequest): Promise<RowCursor> => {
    const first = await ask(request);
    return new Cursor(client, target.dataset, lease, first);
  };
  const changed = async (request: DataRequest): Promise<number> => {
    if (!set().writable) throw readOnly(target.dataset);
    lease.spend(JSON.stringify(request).length, "out");
    try {
      return ((await ask(request)).head as { changes: number }).changes;
    } finally {
      lease.learn({ ...target, access: "read" });
    }
  };
  return {
    describe: () => describe(set(), target, lease),
    list: () => {
      lease.alive();
      return [...catalog.datasets.values()].flatMap((one) => listed(one, target, lease));
    },
    async rows(query) {
      checkRows(query, set().fields);
      return await cursor({ op: "rows", set: target.dataset, query });
    },
    async aggregate(query) {
      checkAggregate(query, set().fields);
      return await cursor({ op: "aggregate", set: target.dataset, query });
    },
    async summary(name) {
      const summary = set().summaries.get(name);
      if (!summary) throw fail("E_INVALID", `the data set ${target.dataset} declares no summary "${name}"`);
      if (!options.useSummary(target.dataset, name, summary.uses)) throw usedUp(target.dataset, name);
      return await cursor({ op: "summary", set: target.dataset, name });
    },
    async count(where) {
      checkWhere(where, set().fields, "plugin");
      const { head } = await ask({ op: "count", set: target.dataset, where });
      return (head as { count: number }).count;
    },
    async insert(fields, rows) {
      for (const row of rows) checkStored(row, set().fields);
      return await changed({ op: "insert", set: target.dataset, fields, rows });
    },
    async update(values, where) {
      checkStored(values, set().fields);
      checkWhere(where, set().fields, "plugin");
      return await changed({ op: "update", set: target.dataset, values, where });
    },
    async remove(where) {
      checkWhere(where, set().fields, "plugin");
      return await changed({ op: "remove", set: target.dataset, where });
    },
  };
}

const readOnly = (name: string): SbxError =>
  fail("E_INVALID", `the data set ${name} is only read: its catalog does not say "writable"`);

const usedUp = (set: string, name: string): SbxError =>
  fail("E_LIMIT_CALLS", `the summary ${name} of ${set} was asked for as often as its catalog allows`, {
    kind: "data",
    resource: set,
    remedy: 'more "uses" in the catalog',
  });

/** Only fields that are granted as things stand. */
function describe(set: Dataset, target: DataTarget, lease: Lease): DatasetDescription {
  const fields = [...set.fields.values()].filter((field) => lease.grants(asked(target, set, field, "read")));
  const writable = fields.filter((field) => lease.grants(asked(target, set, field, "write")));
  return {
    name: set.name,
    title: set.title ?? null,
    description: set.description ?? null,
    fields: fields.map(describeField),
    writable: set.writable ? writable.map(({ name }) => name) : [],
    summaries: [...set.summaries.keys()],
  };
}

const describeField = ({ name, type, description, labels, mask }: Field): FieldDescription => ({
  name,
  type,
  description: description ?? null,
  labels: [...labels],
  mask: mask ?? null,
});

/** Nothing of a set of which nothing is granted. */
function listed(set: Dataset, target: DataTarget, lease: Lease): DatasetDescription[] {
  const whole: Target = { ...target, dataset: set.name, fields: [], access: "count", words: set.name };
  const found = describe(set, { ...target, dataset: set.name }, lease);
  return found.fields.length > 0 || lease.grants(whole) ? [found] : [];
}

const asked = (target: DataTarget, set: Dataset, { name, labels }: Field, access: "read" | "write"): Target =>
  withFields({ ...target, dataset: set.name, access, labelled: labels.length > 0 ? [name] : [] }, [name]);

/** A cancelled operation does not wait for its query. */
async function whileAlive<T>({ signal }: Lease, work: Promise<T>): Promise<T> {
  let leave = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener("abort", leave);
    work.catch(() => undefined);
  }
}

class Cursor implements RowCursor {
  readonly #client: DataAsker;
  readonly #set: string;
  readonly #lease: Lease;
  readonly #generation: unknown;
  #page: RowPage | undefined;
  #number: number | null;
  readonly columns: readonly string[];

  constructor(client: DataAsker, set: string, lease: Lease, first: { head: unknown; body: Uint8Array }) {
    const { columns, cursor } = first.head as PageHead;
    this.#client = client;
    this.#generation = client.generation;
    this.#set = set;
    this.#lease = lease;
    this.columns = columns;
    this.#number = cursor;
    this.#page = { json: first.body, last: cursor === null };
  }

  async next(): Promise<RowPage> {
    this.#lease.alive();
    const first = this.#page;
    this.#page = undefined;
    if (first) return first;
    if (this.#number === null) return { json: Buffer.from("[]"), last: true };
    if (this.#client.generation !== this.#generation)
      throw fail("E_UNAVAILABLE", "what answers data sets was ended meanwhile; ask again");
    const asked = this.#client.ask(this.#set, { op: "next", cursor: this.#number });
    const { head, body } = await whileAlive(this.#lease, asked);
    this.#lease.spend(body.length, "in");
    this.#number = (head as PageHead).cursor;
    return { json: body, last: this.#number === null };
  }

  async close(): Promise<void> {
    const number = this.#number;
    this.#number = null;
    if (number === null || this.#client.generation !== this.#generation) return;
    await this.#client.ask(this.#set, { op: "close", cursor: number }).catch(() => undefined);
  }
}
