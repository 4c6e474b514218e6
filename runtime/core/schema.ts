/** The shapes of operations' arguments and results. The only file that knows the schema library. Parsing copies, refuses unknown keys
 *  and bounds every string, list and depth, so that what was checked cannot change and cannot grow. */
import { en } from "zod/locales";
import * as z from "zod/mini";
import { fail } from "./errors.ts";

z.config(en());

export type Schema<T = unknown> = z.core.$ZodType<T>;
export type Shape = Record<string, z.core.$ZodType>;
export type Infer<A extends Shape> = z.infer<z.ZodMiniObject<A, z.core.$strict>>;
export type InferSchema<S extends Schema> = z.infer<S>;

const MAX_TEXT = 64 * 1024;
const MAX_LIST = 10_000;

const described = <S extends z.ZodMiniType>(schema: S, description: string): S => {
  z.globalRegistry.add(schema, { description });
  return schema;
};

/** JSON as a plugin may hand it over. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export const s = {
  text: (max = MAX_TEXT) => z.string().check(z.maxLength(max)),
  /** A path as the plugin writes it. NUL and lone surrogates can name no file. */
  path: () =>
    described(
      z.string().check(
        z.minLength(1, "a path cannot be empty"),
        z.maxLength(32_768, "a path cannot be longer than 32768 characters"),
        z.refine(
          (text) => !text.includes("\0") && text.isWellFormed(),
          "a path cannot hold NUL or broken Unicode",
        ),
      ),
      "path",
    ),
  url: () => described(z.string().check(z.maxLength(65_536)), "url"),
  int: (min = 0, max = Number.MAX_SAFE_INTEGER) => z.int().check(z.minimum(min), z.maximum(max)),
  /** Bytes. */
  size: () => described(z.int().check(z.minimum(0)), "bytes"),
  number: () => z.number(),
  bool: () => z.boolean(),
  handle: () => described(z.int().check(z.minimum(1)), "handle"),
  literal: <const T extends string | number | boolean>(value: T) => z.literal(value),
  /** With a description for whoever reads the published schema. */
  said: <S extends z.ZodMiniType>(description: string, schema: S): S => described(schema, description),
  oneOf: <const T extends readonly [string, ...string[]]>(...values: T) => z.enum(values),
  list: <S extends Schema>(of: S, max = MAX_LIST) => z.array(of).check(z.maxLength(max)),
  pair: <A extends Schema, B extends Schema>(a: A, b: B) => z.tuple([a, b]),
  object: <A extends Shape>(shape: A) => z.strictObject(shape),
  record: <S extends Schema>(of: S) => z.record(z.string().check(z.maxLength(MAX_TEXT)), of),
  json: () => described(z.json(), "json") as unknown as Schema<Json>,
  nothing: () => z.null(),
  nullable: <S extends Schema>(of: S) => z.nullable(of),
  optional: <S extends Schema>(of: S) => z.optional(of),
  union: <T extends readonly [Schema, ...Schema[]]>(...of: T) => z.union(of),
};

const objects = new WeakMap<Shape, z.ZodMiniObject<Shape, z.core.$strict>>();

/** Arguments by their shape: a copy, or the first thing that is wrong with them. @throws E_INVALID */
export function parseArguments<A extends Shape>(shape: A, value: unknown, what: string): Infer<A> {
  let schema = objects.get(shape);
  if (!schema) {
    schema = z.strictObject(shape) as z.ZodMiniObject<Shape, z.core.$strict>;
    objects.set(shape, schema);
  }
  return parseWith(schema, value, what) as Infer<A>;
}

/** @throws E_INVALID */
export function parseWith<T>(schema: Schema<T>, value: unknown, what: string): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw fail("E_INVALID", `${what}: ${firstProblem(result.error)}`);
}

/** The first problem in words: where and what, without the value. */
export function firstProblem(error: z.core.$ZodError): string {
  const issue = error.issues[0];
  if (!issue) return "not valid";
  const where = issue.path.length ? `${issue.path.map(String).join(".")}: ` : "";
  return `${where}${issue.message}`;
}

/** JSON Schema (draft 2020-12) of a shape, for the published schemas and the printers. */
export const toJsonSchema = (schema: Schema): Record<string, unknown> =>
  z.toJSONSchema(schema, { unrepresentable: "any" }) as Record<string, unknown>;

export const objectOf = (shape: Shape): Schema => z.strictObject(shape);
