/** Values of a source as a plugin gets them: of the declared type, masked where the catalog says so. What does not fit its type is a fault
 *  of the source, told without the value. */
import { createHmac } from "node:crypto";
import type { Field, FieldType, Mask } from "../../../core/catalog.ts";
import type { Scalar } from "../../../core/condition.ts";
import { fail, type SbxError } from "../../../core/errors.ts";
import { isDate, isDateTime } from "../../../core/fields.ts";

export type Present = (raw: unknown) => Scalar;

/** @param key of the mask `hash` */
export function presenter(field: Field, dataset: string, key: Buffer): Present {
  const { type, mask } = field;
  const typed: Present = (raw) => {
    if (raw === null || raw === undefined) return null;
    const value = readers[type](raw);
    if (value === undefined) throw misfit(dataset, field.name, type);
    return value;
  };
  if (mask === undefined) return typed;
  return (raw) => {
    const value = typed(raw);
    return value === null ? null : maskers[mask](value, key);
  };
}

export const misfit = (dataset: string, field: string, type: FieldType): SbxError =>
  fail("E_UNAVAILABLE", `the data set ${dataset} holds something in "${field}" that is no ${type}`);

const readers: Readonly<Record<FieldType, (raw: unknown) => Scalar | undefined>> = {
  text: (raw) => (typeof raw === "string" ? raw : isNumeric(raw) ? String(raw) : undefined),
  integer(raw) {
    const value = typeof raw === "string" && /^[+-]?\d{1,16}$/.test(raw.trim()) ? Number(raw) : raw;
    return Number.isSafeInteger(value) ? (value as number) : undefined;
  },
  number(raw) {
    const value = typeof raw === "string" && raw.trim() !== "" ? Number(raw) : raw;
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  },
  boolean(raw) {
    if (typeof raw === "boolean") return raw;
    const word = String(raw).trim().toLowerCase();
    if (word === "1" || word === "true") return true;
    return word === "0" || word === "false" ? false : undefined;
  },
  date: (raw) => (typeof raw === "string" && isDate(raw) ? raw : undefined),
  datetime: (raw) => (typeof raw === "string" && isDateTime(raw) ? raw : undefined),
};

const isNumeric = (raw: unknown): boolean => typeof raw === "number" || typeof raw === "bigint";

const maskers: Readonly<Record<Mask, (value: Exclude<Scalar, null>, key: Buffer) => string>> = {
  domain: (value) => {
    const text = String(value);
    return text.includes("@") ? text.slice(text.lastIndexOf("@") + 1) : "";
  },
  last4: (value) => {
    const characters = [...String(value)];
    // Of a short text the last four would be all of it.
    return characters.length > 4 ? characters.slice(-4).join("") : "";
  },
  year: (value) => String(value).slice(0, 4),
  month: (value) => String(value).slice(0, 7),
  initials: (value) =>
    String(value)
      .split(/[\s.-]+/)
      .filter((word) => word !== "")
      .slice(0, 8)
      .map((word) => `${[...word][0]}.`)
      .join(""),
  hash: (value, key) =>
    createHmac("sha256", key)
      .update(`${typeof value}:${String(value)}`)
      .digest("hex")
      .slice(0, 32),
};
