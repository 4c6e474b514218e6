/** The catalog (CONTRACT 7): which data sets there are, where they lie, what their fields mean and which labels they carry. From the text
 *  of a file to a model, with every fault of the file told at its line and column. Pure. */
import { type Condition, joiners, readCondition } from "./condition.ts";
import { isSbxError } from "./errors.ts";
import { checkComputed, checkField, checkWhere } from "./fields.ts";
import { type JsonKey, JsonText, type JsonNode as Node } from "./jsonc.ts";
import { checkLabel } from "./labels.ts";
import { type Aggregate, type Computed, computed, isFieldName } from "./query.ts";

export const fieldTypes = ["text", "integer", "number", "boolean", "date", "datetime"] as const;
export type FieldType = (typeof fieldTypes)[number];

/** What is given instead of the value: the part behind the @, the last four characters, year or month of a date, first letters, a keyed
 *  hash that is the same for the same value in one plugin and data set of one installation. */
export const masks = ["domain", "last4", "year", "month", "initials", "hash"] as const;
export type Mask = (typeof masks)[number];

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** What the source calls it. */
  readonly column: string;
  readonly description?: string;
  readonly labels: readonly string[];
  readonly mask?: Mask;
}

export type Source =
  | { readonly type: "sqlite"; readonly path: string; readonly table: string }
  | { readonly type: "csv" | "json" | "ndjson"; readonly path: string }
  | {
      readonly type: "postgres";
      /** A connection string, or the name of the variable of sbx's own environment that holds it. */
      readonly url: { readonly text: string } | { readonly variable: string };
      readonly schema: string;
      readonly table: string;
    }
  | { readonly type: "host" };

/** A grouping that the catalog's owner lets out: fixed filter, fixed groups, none of them smaller than `minGroup`, so many times. */
export interface Summary {
  readonly name: string;
  readonly groupBy: readonly string[];
  readonly compute: Computed;
  readonly filter: Condition | null;
  readonly minGroup: number;
  readonly uses: number;
}

export interface Dataset {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly source: Source;
  readonly writable: boolean;
  /** Rows that it does not hold for do not exist for a plugin. */
  readonly filter: Condition | null;
  /** Ids of the only plugins that may be granted it; null: any. */
  readonly allow: readonly string[] | null;
  /** Of every row, whatever is asked of it. */
  readonly labels: readonly string[];
  readonly fields: ReadonlyMap<string, Field>;
  readonly summaries: ReadonlyMap<string, Summary>;
  /** `catalog.json:3:5`, and of its `allow`. */
  readonly at: string;
}

export interface Catalog {
  readonly datasets: ReadonlyMap<string, Dataset>;
}

export interface CatalogContext {
  /** Absolute. @throws E_USAGE for an unknown variable */
  path(text: string): string;
}

const MAX_DATASETS = 1000;
const defaultMinGroup = 10;
const defaultUses = 5;

/** @throws E_CATALOG with every fault of the text */
export function parseCatalog(text: string, name: string, context: CatalogContext): Catalog {
  const file = new CatalogText(text, name, context);
  const catalog = file.catalog();
  file.settle();
  return catalog;
}

const sourceKeys: Readonly<Record<Source["type"], readonly string[]>> = {
  sqlite: ["type", "path", "table"],
  csv: ["type", "path"],
  json: ["type", "path"],
  ndjson: ["type", "path"],
  postgres: ["type", "url", "env", "schema", "table"],
  host: ["type"],
};

class CatalogText extends JsonText {
  readonly #context: CatalogContext;

  constructor(text: string, name: string, context: CatalogContext) {
    super(text, name, "E_CATALOG");
    this.#context = context;
  }

  catalog(): Catalog {
    this.checkKeys(this.root, ["$schema", "version", "datasets"]);
    const version = this.member(this.root, "version");
    if (version?.value !== 1) this.note(this.wrong(version ?? this.root, '"version" must be 1'));
    if (this.member(this.root, "datasets") === undefined)
      this.note(this.wrong(this.root, '"datasets" is missing'));
    const entries = this.entries(this.root, "datasets");
    if (entries.length > MAX_DATASETS)
      this.note(this.wrong(this.root, `a catalog holds at most ${MAX_DATASETS} data sets`));
    const found = entries.flatMap(({ key, value }) => this.attempt(() => this.#dataset(key, value)) ?? []);
    return { datasets: new Map(found.map((set) => [set.name, set])) };
  }

  #dataset(key: JsonKey, node: Node): Dataset {
    if (!/^[A-Za-z_][\w-]{0,127}$/.test(key.value) || key.value === "kv")
      throw this.wrong(key, 'a data set is named by letters, digits, "_" and "-"; "kv" is the own store');
    if (node.type !== "object") throw this.wrong(node, "a data set is an object");
    this.checkKeys(node, [
      ...["title", "description", "source", "writable", "filter", "allow", "label", "fields", "summaries"],
    ]);
    const source = this.attempt(() => this.#source(node)) ?? { type: "host" as const };
    const writable = this.#flag(node, "writable");
    if (writable && (source.type === "csv" || source.type === "json" || source.type === "ndjson"))
      this.note(
        this.wrong(
          this.member(node, "writable") as Node,
          `a ${source.type} source is only read; sqlite and postgres can be written`,
        ),
      );
    const fields = this.#fields(node);
    const allow = this.member(node, "allow");
    const filter = this.member(node, "filter");
    const set = {
      name: key.value,
      ...this.#said(node, "title"),
      ...this.#said(node, "description"),
      source,
      writable,
      filter: (filter && this.attempt(() => this.#filter(filter, fields))) ?? null,
      allow: allow === undefined ? null : this.texts(allow, "an id is a text"),
      labels: this.#labels(node, fields),
      fields,
      summaries: new Map<string, Summary>(),
      at: this.at(allow ?? key),
    };
    return { ...set, summaries: this.#summaries(node, fields) };
  }

  /** What is said of the whole, and what every field carries. */
  #labels(node: Node, fields: ReadonlyMap<string, Field>): string[] {
    const own = this.#labelsOf(node);
    const [first, ...others] = [...fields.values()].filter(({ mask }) => mask === undefined);
    const common = (first?.labels ?? []).filter((label) =>
      others.every(({ labels }) => labels.includes(label)),
    );
    return [...new Set([...own, ...common])];
  }

  #labelsOf(node: Node): string[] {
    const label = this.member(node, "label");
    if (label === undefined) return [];
    return this.texts(label, 'a label is a text, such as "personal"').flatMap(
      (text) => this.attempt(() => this.explained(label, () => checkLabel(text))) ?? [],
    );
  }

  #source(node: Node): Source {
    const source = this.expect(node, "source", "object", '"source" is an object');
    if (source === undefined) throw this.wrong(node, '"source" is missing');
    const type = this.member(source, "type");
    const known = Object.keys(sourceKeys) as Source["type"][];
    const found = known.find((one) => one === type?.value);
    if (found === undefined) throw this.wrong(type ?? source, `"type" is one of ${known.join(", ")}`);
    this.checkKeys(source, sourceKeys[found]);
    switch (found) {
      case "sqlite":
        return { type: found, path: this.#path(source), table: this.#text(source, "table") };
      case "csv":
      case "json":
      case "ndjson":
        return { type: found, path: this.#path(source) };
      case "postgres":
        return {
          type: found,
          url: this.#url(source),
          schema: this.member(source, "schema") ? this.#text(source, "schema") : "public",
          table: this.#text(source, "table"),
        };
      case "host":
        return { type: found };
      default:
        return found satisfies never;
    }
  }

  #path(source: Node): string {
    const node = this.member(source, "path");
    const text = this.#text(source, "path");
    return this.explained(node as Node, () => this.#context.path(text));
  }

  #url(source: Node): { text: string } | { variable: string } {
    const [url, env] = [this.member(source, "url"), this.member(source, "env")];
    if ((url === undefined) === (env === undefined))
      throw this.wrong(source, 'say where the server is: "url", or "env", the variable that holds the URL');
    if (env !== undefined) return { variable: this.#text(source, "env") };
    const text = this.#text(source, "url");
    if (!/^postgres(ql)?:\/\//.test(text))
      throw this.wrong(url as Node, "write postgres://user@host:5432/database");
    return { text };
  }

  #fields(node: Node): Map<string, Field> {
    const entries = this.entries(node, "fields");
    if (entries.length === 0)
      this.note(this.wrong(this.member(node, "fields") ?? node, '"fields" names the fields'));
    const found = entries.flatMap(({ key, value }) => this.attempt(() => this.#field(key, value)) ?? []);
    return new Map(found.map((field) => [field.name, field]));
  }

  #field(key: JsonKey, node: Node): Field {
    if (!isFieldName(key.value) || joiners.includes(key.value))
      throw this.wrong(key, `a field is named by letters, digits and "_"; not ${joiners.join(", ")}`);
    if (node.type !== "object") throw this.wrong(node, 'a field is an object, such as { "type": "text" }');
    this.checkKeys(node, ["type", "description", "label", "mask", "column"]);
    const type = this.#oneOf(node, "type", fieldTypes);
    if (type === undefined) throw this.wrong(node, `"type" is missing: one of ${fieldTypes.join(", ")}`);
    const mask = this.#oneOf(node, "mask", masks);
    if (mask !== undefined && !maskFits(mask, type))
      this.note(
        this.wrong(this.member(node, "mask") as Node, `the mask ${mask} does not fit the type ${type}`),
      );
    return {
      name: key.value,
      type,
      column: this.member(node, "column") ? this.#text(node, "column") : key.value,
      ...this.#said(node, "description"),
      labels: this.#labelsOf(node),
      ...(mask === undefined ? {} : { mask }),
    };
  }

  #filter(node: Node, fields: ReadonlyMap<string, Field>): Condition | null {
    return this.#checked(node, () => {
      const filter = readCondition(this.plain(node), "filter");
      checkWhere(filter, fields, "owner");
      return filter;
    });
  }

  #summaries(node: Node, fields: ReadonlyMap<string, Field>): Map<string, Summary> {
    const found = this.entries(node, "summaries").flatMap(
      ({ key, value }) => this.attempt(() => this.#summary(key, value, fields)) ?? [],
    );
    return new Map(found.map((summary) => [summary.name, summary]));
  }

  #summary(key: JsonKey, node: Node, fields: ReadonlyMap<string, Field>): Summary {
    if (!isFieldName(key.value)) throw this.wrong(key, 'a summary is named by letters, digits and "_"');
    if (node.type !== "object") throw this.wrong(node, "a summary is an object");
    this.checkKeys(node, ["groupBy", "aggregate", "filter", "minGroup", "uses"]);
    const groupNode = this.member(node, "groupBy");
    const groupBy = groupNode ? this.texts(groupNode, "a field is a text") : [];
    const aggregate = this.member(node, "aggregate");
    const compute = this.#checked(aggregate ?? node, () => {
      const read = computed("value", aggregate === undefined ? "count" : this.plain(aggregate));
      checkComputed(read, fields, "aggregate", "owner");
      return { ...read, name: nameOf(read.of, groupBy) };
    });
    this.#checked(groupNode ?? node, () => {
      for (const field of groupBy) checkField(fields, field, "groupBy", "owner");
    });
    const filter = this.member(node, "filter");
    return {
      name: key.value,
      groupBy,
      compute,
      filter: filter ? this.#filter(filter, fields) : null,
      minGroup: this.#count(node, "minGroup", defaultMinGroup),
      uses: this.#count(node, "uses", defaultUses),
    };
  }

  /** What a query would be refused for is wrong here. */
  #checked<T>(node: Node, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isSbxError(error) && error.code === "E_INVALID") throw this.wrong(node, error.message);
      throw error;
    }
  }

  #text(node: Node, key: string): string {
    const found = this.member(node, key);
    if (typeof found?.value === "string" && found.value !== "" && !found.value.includes("\0"))
      return found.value;
    throw this.wrong(found ?? node, found ? `"${key}" is a text` : `"${key}" is missing`);
  }

  #said(node: Node, key: "title" | "description"): { [K in typeof key]?: string } {
    return this.expect(node, key, "string", `"${key}" is a text`) ? { [key]: this.#text(node, key) } : {};
  }

  #flag(node: Node, key: string): boolean {
    return this.expect(node, key, "boolean", `"${key}" is true or false`)?.value === true;
  }

  #count(node: Node, key: string, otherwise: number): number {
    const found = this.member(node, key);
    if (found === undefined) return otherwise;
    if (Number.isSafeInteger(found.value) && found.value >= 1) return found.value;
    throw this.wrong(found, `"${key}" is a whole number, 1 or more`);
  }

  #oneOf<T extends string>(node: Node, key: string, known: readonly T[]): T | undefined {
    const found = this.member(node, key);
    if (found === undefined) return undefined;
    const one = known.find((word) => word === found.value);
    if (one === undefined) throw this.wrong(found, `"${key}" is one of ${known.join(", ")}`);
    return one;
  }
}

/** The column of a summary; a field of that name may be grouped by. */
const nameOf = (of: Aggregate, groupBy: readonly string[]): string => (groupBy.includes(of) ? `${of}_` : of);

const maskFits = (mask: Mask, type: FieldType): boolean =>
  mask === "year" || mask === "month"
    ? type === "date" || type === "datetime"
    : mask === "hash" || type === "text";
