/** Checked queries as SQL. Names come from the catalog and are quoted, values are bound; nothing of a plugin's is ever read as SQL. */
import type { Field, FieldType } from "../../../core/catalog.ts";
import type { Comparison, Condition, Membership, Scalar } from "../../../core/condition.ts";
import type { AggregateQuery, Computed, Order, Row, RowsQuery } from "../../../core/query.ts";

export interface Statement {
  readonly sql: string;
  readonly values: readonly Scalar[];
}

/** Where two databases differ. */
export interface Dialect {
  /** Of the n-th bound value, from 1. */
  placeholder(n: number, type: FieldType): string;
  /** A column as it is compared: texts by code point, whatever the table says. */
  compared(column: string, type: FieldType): string;
  /** A column as its least or largest value is looked for. */
  extreme(column: string, type: FieldType): string;
  /** What is compared or computed, as it is given out. */
  given(column: string, type: FieldType): string;
  startsWith(column: string, value: string): string;
  contains(column: string, value: string): string;
  /** `<>` that takes null for a value. */
  readonly differs: string;
  /** The order in which nulls come, written behind each column of an order: first when ascending. */
  nulls(descending: boolean): string;
  readonly noLimit: string;
  /** As the database stores it. */
  stored(value: Scalar): Scalar;
}

/** A table with what the catalog says of it. */
export interface Table {
  /** Quoted, with its schema. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
  /** Rows that it does not hold for do not exist. */
  readonly filter: Condition | null;
  /** What orders rows that compare equal, without telling of other columns: a column's name, or null where the table has none. */
  readonly tieBreak: string | null;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const signs: Readonly<Record<"eq" | "lt" | "lte" | "gt" | "gte", string>> = {
  eq: "=",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
};
/** What holds where the other does not. */
const opposite = { lt: "gte", lte: "gt", gt: "lte", gte: "lt" } as const;

export class Compiler {
  readonly #table: Table;
  readonly #dialect: Dialect;
  readonly #values: Scalar[] = [];

  constructor(table: Table, dialect: Dialect) {
    this.#table = table;
    this.#dialect = dialect;
  }

  rows({ select, where, orderBy, limit, offset }: RowsQuery): Statement {
    const columns = select.map((name) => this.#given(name)).join(", ");
    const { tieBreak } = this.#table;
    const order = orderBy.map(({ by, descending }) => this.#ordered(this.#compared(by), descending));
    // Without it the order could be that of an index over a column that was not named.
    if (tieBreak !== null) order.push(tieBreak);
    else for (const name of select) order.push(this.#ordered(this.#compared(name), false));
    const sql = `SELECT ${columns} FROM ${this.#table.name}${this.#where(where)} ORDER BY ${order.join(", ")}`;
    return this.#done(`${sql}${this.#page(limit, offset)}`);
  }

  count(where: Condition | null): Statement {
    return this.#done(`SELECT count(*) FROM ${this.#table.name}${this.#where(where)}`);
  }

  /** @param minGroup smaller groups are left out */
  aggregate({ groupBy, compute, where, orderBy, limit, offset }: AggregateQuery, minGroup = 0): Statement {
    const columns = [
      ...groupBy.map((name) => this.#given(name)),
      ...compute.map((one) => `${this.#computed(one)} AS ${quoted(one.name)}`),
    ];
    const groups = groupBy.map((name) => this.#compared(name));
    const ordered = orderBy.map((order) => this.#groupOrder(order, groupBy, compute));
    const rest = groupBy.filter((name) => !orderBy.some(({ by }) => by === name));
    const order = [...ordered, ...rest.map((name) => this.#ordered(this.#compared(name), false))];
    let sql = `SELECT ${columns.join(", ")} FROM ${this.#table.name}${this.#where(where)}`;
    if (groups.length > 0) sql += ` GROUP BY ${groups.join(", ")}`;
    if (minGroup > 0) sql += ` HAVING count(*) >= ${minGroup}`;
    if (order.length > 0) sql += ` ORDER BY ${order.join(", ")}`;
    return this.#done(`${sql}${this.#page(limit, offset)}`);
  }

  insert(fields: readonly string[], row: Row): Statement {
    const columns = fields.map((name) => quoted(this.#field(name).column)).join(", ");
    const values = fields.map((name) => this.#bound(row[name] ?? null, this.#field(name).type)).join(", ");
    return this.#done(`INSERT INTO ${this.#table.name} (${columns}) VALUES (${values})`);
  }

  update(values: Row, where: Condition | null): Statement {
    const changes = Object.entries(values).map(
      ([name, value]) =>
        `${quoted(this.#field(name).column)} = ${this.#bound(value, this.#field(name).type)}`,
    );
    return this.#done(`UPDATE ${this.#table.name} SET ${changes.join(", ")}${this.#where(where)}`);
  }

  remove(where: Condition | null): Statement {
    return this.#done(`DELETE FROM ${this.#table.name}${this.#where(where)}`);
  }

  /** How many of the rows that `extra` (our own SQL) picks are not there for a plugin. */
  outside(extra: string): Statement {
    const { filter } = this.#table;
    const inside = filter === null ? "TRUE" : this.#condition(filter, false);
    return this.#done(
      `SELECT count(*) FROM ${this.#table.name} WHERE ${extra} AND NOT coalesce(${inside}, FALSE)`,
    );
  }

  #done(sql: string): Statement {
    return { sql, values: this.#values };
  }

  #field(name: string): Field {
    const field = this.#table.fields.get(name);
    if (field === undefined) throw new Error(`the query names ${name}, which was to be checked before`);
    return field;
  }

  #compared(name: string): string {
    const { column, type } = this.#field(name);
    return this.#dialect.compared(quoted(column), type);
  }

  #given(name: string): string {
    const { column, type } = this.#field(name);
    return this.#dialect.given(this.#dialect.compared(quoted(column), type), type);
  }

  #ordered(expression: string, descending: boolean): string {
    return `${expression} ${descending ? "DESC" : "ASC"}${this.#dialect.nulls(descending)}`;
  }

  #groupOrder({ by, descending }: Order, groupBy: readonly string[], compute: readonly Computed[]): string {
    const column = compute.find(({ name }) => name === by);
    const expression = column && !groupBy.includes(by) ? this.#computed(column) : this.#compared(by);
    return this.#ordered(expression, descending);
  }

  #computed({ of, field }: Computed): string {
    if (field === null) return "count(*)";
    const { column, type } = this.#field(field);
    if (of === "count") return `count(${quoted(column)})`;
    if (of === "min" || of === "max") {
      const most = `${of}(${this.#dialect.extreme(quoted(column), type)})`;
      return this.#dialect.given(most, type);
    }
    return this.#dialect.given(`${of}(${quoted(column)})`, "number");
  }

  #where(where: Condition | null): string {
    const { filter } = this.#table;
    const parts = [filter, where].filter((part) => part !== null).map((part) => this.#condition(part, false));
    return parts.length === 0 ? "" : ` WHERE ${parts.join(" AND ")}`;
  }

  /** `negated`: written so that null, which SQL answers with neither, is false here and true there. */
  #condition(condition: Condition, negated: boolean): string {
    switch (condition.is) {
      case "and":
      case "or": {
        const word = (condition.is === "and") === negated ? " OR " : " AND ";
        return `(${condition.parts.map((part) => this.#condition(part, negated)).join(word)})`;
      }
      case "not":
        return this.#condition(condition.part, !negated);
      case "membership":
        return this.#membership(condition, negated);
      case "comparison":
        return this.#comparison(condition, negated);
      default:
        return condition satisfies never;
    }
  }

  #membership({ field, values }: Membership, negated: boolean): string {
    if (values.length === 0) return negated ? "TRUE" : "FALSE";
    const column = this.#compared(field);
    const { type } = this.#field(field);
    const list = values.map((value) => this.#bound(value, type)).join(", ");
    return negated ? `(${column} NOT IN (${list}) OR ${column} IS NULL)` : `${column} IN (${list})`;
  }

  #comparison({ field, op, value }: Comparison, negated: boolean): string {
    const column = this.#compared(field);
    const { type } = this.#field(field);
    switch (op) {
      case "isNull":
        return `${column} IS ${(value === true) === negated ? "NOT " : ""}NULL`;
      case "eq":
      case "ne": {
        const equal = (op === "eq") !== negated;
        if (value === null) return `${column} IS ${equal ? "" : "NOT "}NULL`;
        return `${column} ${equal ? "=" : this.#dialect.differs} ${this.#bound(value, type)}`;
      }
      case "startsWith":
      case "contains": {
        const test = this.#dialect[op](column, this.#bound(value, type));
        return negated ? `(NOT ${test} OR ${column} IS NULL)` : test;
      }
      case "lt":
      case "lte":
      case "gt":
      case "gte":
        return negated
          ? `(${column} ${signs[opposite[op]]} ${this.#bound(value, type)} OR ${column} IS NULL)`
          : `${column} ${signs[op]} ${this.#bound(value, type)}`;
      default:
        return op satisfies never;
    }
  }

  #bound(value: Scalar, type: FieldType): string {
    this.#values.push(this.#dialect.stored(value));
    return this.#dialect.placeholder(this.#values.length, type);
  }

  #page(limit: number | null, offset: number): string {
    if (limit === null && offset === 0) return "";
    return ` LIMIT ${limit ?? this.#dialect.noLimit}${offset > 0 ? ` OFFSET ${offset}` : ""}`;
  }
}
