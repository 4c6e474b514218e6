/** Requests about data sets, one answer for each. Holds no grants and asks nobody; opens nothing but what the catalog names. */
import { fail, isSbxError } from "../../../core/errors.ts";
import type { DataRequest, FailureHead, PageHead, ServedSet } from "../protocol.ts";
import { FileSet } from "./file.ts";
import type { Cursor } from "./pages.ts";
import { PostgresSet } from "./postgres.ts";
import { type Served, SourceError, unavailable } from "./served.ts";
import { SqliteSet } from "./sqlite.ts";

export interface Answer {
  readonly head: object;
  readonly body?: string;
}

export class Server {
  readonly #sets = new Map<string, ServedSet>();
  /** Those that were asked for. */
  readonly #served = new Map<string, Served>();
  #timeout = 0;
  readonly #cursors = new Map<number, Cursor>();
  #next = 1;

  async answer(request: DataRequest): Promise<Answer> {
    switch (request.op) {
      case "sets":
        for (const set of request.sets) this.#sets.set(set.name, set);
        this.#timeout = request.timeout;
        return { head: {} };
      case "rows":
        return await this.#begin(await this.#serving(request.set).rows(request.query));
      case "aggregate":
        return await this.#begin(await this.#serving(request.set).aggregate(request.query, 0));
      case "summary":
        return await this.#summary(request.set, request.name);
      case "next":
        return await this.#page(request.cursor);
      case "close":
        await this.#close(request.cursor);
        return { head: {} };
      case "count":
        return { head: { count: await this.#serving(request.set).count(request.where) } };
      case "insert":
        return {
          head: { changes: await this.#serving(request.set).insert(request.fields, request.rows) },
        };
      case "update":
        return {
          head: { changes: await this.#serving(request.set).update(request.values, request.where) },
        };
      case "remove":
        return { head: { changes: await this.#serving(request.set).remove(request.where) } };
      case "check":
        await this.#serving(request.set).check();
        return { head: {} };
      default:
        return request satisfies never;
    }
  }

  async close(): Promise<void> {
    for (const number of [...this.#cursors.keys()]) await this.#close(number);
    for (const served of this.#served.values()) await served.close();
    this.#served.clear();
  }

  #set(name: string): ServedSet {
    const found = this.#sets.get(name);
    if (found === undefined) throw fail("E_INTERNAL", "a data set that the server was not told of");
    return found;
  }

  #serving(name: string): Served {
    const served = this.#served.get(name) ?? serve(this.#set(name), this.#timeout);
    this.#served.set(name, served);
    return served;
  }

  async #summary(set: string, name: string): Promise<Answer> {
    const summary = this.#set(set).summaries.find((one) => one.name === name);
    if (summary === undefined) throw fail("E_INTERNAL", "a summary that there is not");
    const { groupBy, compute, filter, minGroup } = summary;
    const query = { groupBy, compute: [compute], where: filter, orderBy: [], limit: null, offset: 0 };
    return await this.#begin(await this.#serving(set).aggregate(query, minGroup));
  }

  async #begin(cursor: Cursor): Promise<Answer> {
    const number = this.#next;
    this.#next += 1;
    this.#cursors.set(number, cursor);
    return await this.#page(number);
  }

  async #page(number: number): Promise<Answer> {
    const cursor = this.#cursors.get(number);
    if (cursor === undefined) throw fail("E_INTERNAL", "a cursor that there is not");
    try {
      const { json, last } = await cursor.next();
      if (last) await this.#close(number);
      return {
        head: { columns: cursor.columns, cursor: last ? null : number } satisfies PageHead,
        body: json,
      };
    } catch (error) {
      await this.#close(number);
      throw error;
    }
  }

  async #close(number: number): Promise<void> {
    const cursor = this.#cursors.get(number);
    this.#cursors.delete(number);
    await cursor?.close();
  }
}

function serve(set: ServedSet, timeout: number): Served {
  const { source } = set;
  switch (source.type) {
    case "sqlite":
      return new SqliteSet(set, source.path, source.table);
    case "csv":
    case "json":
    case "ndjson":
      return new FileSet(set, source.path, source.type);
    case "postgres":
      if (!("text" in source.url)) throw fail("E_INTERNAL", "a server without its address");
      return new PostgresSet(set, { ...source, url: source.url.text }, timeout);
    case "host":
      throw unavailable(
        set,
        "is served by nobody",
        'its source is "host": only an application that embeds sbx serves it',
      );
    default:
      return source satisfies never;
  }
}

export function failureOf(error: unknown): FailureHead {
  if (error instanceof SourceError) return { code: error.said.code, message: error.message, why: error.why };
  if (isSbxError(error)) return { code: error.code, message: error.message };
  return { code: "E_INTERNAL", message: "the data server failed", why: String(error) };
}
