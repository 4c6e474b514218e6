/** Guesses what a column holds from its values, and turns a field into such a value. A few bad fields do not change the guess. */
export type ColumnType = "integer" | "number" | "boolean" | "date" | "text";
export type Value = string | number | boolean | null;

/** This share of the filled fields must agree. */
const AGREE = 0.9;

const shapes: Readonly<Record<Exclude<ColumnType, "text">, RegExp>> = {
  integer: /^[+-]?(0|[1-9]\d{0,14})$/,
  number: /^[+-]?(\d{1,15}(\.\d+)?|\.\d+)([eE][+-]?\d{1,3})?$/,
  boolean: /^(true|false|yes|no)$/i,
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
};

const order = ["integer", "number", "boolean", "date"] as const;

export function guessType(fields: readonly string[]): ColumnType {
  const filled = fields.filter((field) => field.trim() !== "");
  if (filled.length === 0) return "text";
  // A leading zero is part of a code (a post code, a telephone number), not of a number.
  if (filled.some((field) => /^0\d/.test(field.trim()))) return "text";
  const agrees = (type: (typeof order)[number]): boolean =>
    filled.filter((field) => shapes[type].test(field.trim())).length >= filled.length * AGREE;
  return order.find(agrees) ?? "text";
}

/** The field as a value of that type; undefined when it is none. Empty fields are null. */
export function toValue(field: string, type: ColumnType): Value | undefined {
  const text = field.trim();
  if (text === "") return null;
  if (type === "text") return field;
  if (!shapes[type].test(text)) return undefined;
  if (type === "boolean") return /^(true|yes)$/i.test(text);
  return type === "date" ? text : Number(text);
}
