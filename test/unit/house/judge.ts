/** Holds one source file against the table. Pure: the tree comes in as a set of paths. */
import { posix } from "node:path";
import { type Import, importsOf } from "./imports.ts";
import { type Layer, table } from "./table.ts";

export function layerOf(path: string): Layer | undefined {
  return table.find(({ files }) => files.test(path));
}

/** The package that a bare specifier names, without its subpath. */
export function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Why `layer` may not import this, or undefined when it may. */
function refusal(path: string, layer: Layer, { specifier, typeOnly }: Import): string | undefined {
  if (specifier.startsWith("<")) return specifier;
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(path), specifier);
    if (layer.doors?.includes(target)) return undefined;
    const other = layerOf(target);
    if (other === undefined) return `${target}, which has no layer`;
    if (other === layer ? !layer.alone : layer.layers.includes(other.name)) return undefined;
    if (typeOnly && layer.types?.includes(other.name)) return undefined;
    return `${target} of layer "${other.name}"`;
  }
  if (specifier.startsWith("node:")) {
    const name = specifier.slice("node:".length);
    return layer.node === "all" || layer.node?.includes(name) ? undefined : specifier;
  }
  const allowed = layer.packages ?? [];
  if (specifier.startsWith("sbx:")) return allowed.includes("sbx:*") ? undefined : specifier;
  return allowed.includes(packageOf(specifier)) ? undefined : `package ${packageOf(specifier)}`;
}

/** One sentence for each forbidden import of a file. */
export function violations(path: string, source: string): string[] {
  const layer = layerOf(path);
  if (layer === undefined) return [`${path} belongs to no layer: give it a row in the table`];
  return importsOf(source).flatMap((each) => {
    const reason = refusal(path, layer, each);
    return reason === undefined ? [] : [`${path}:${each.line} (layer "${layer.name}") imports ${reason}`];
  });
}
