/** A schema as a TypeScript type, for the reference page. */
import { type Schema, toJsonSchema } from "../core/schema.ts";

interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
  readonly prefixItems?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly $ref?: string;
}

export const printType = (schema: Schema): string => print(toJsonSchema(schema) as Node);

function print(node: Node): string {
  if (node.description === "json" || node.$ref) return "JsonValue";
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.anyOf) return node.anyOf.map(print).join(" | ");
  switch (node.type) {
    case "integer":
      return "number";
    case "array":
      return node.prefixItems
        ? `[${node.prefixItems.map(print).join(", ")}]`
        : `${wrap(print(node.items ?? {}))}[]`;
    case "object":
      return printObject(node);
    default:
      return node.type ?? "unknown";
  }
}

function printObject(node: Node): string {
  if (typeof node.additionalProperties === "object")
    return `Record<string, ${print(node.additionalProperties)}>`;
  const required = new Set(node.required);
  const members = Object.entries(node.properties ?? {}).map(
    ([name, of]) => `${name}${required.has(name) ? "" : "?"}: ${print(of)}`,
  );
  return members.length ? `{ ${members.join("; ")} }` : "{}";
}

const wrap = (type: string): string => (type.includes(" ") && !type.startsWith("{") ? `(${type})` : type);
