/** Guest chunks: a file of stdlib/web as the text of a function of (exports, require, module).
 *
 *  Made from esbuild's ES module output and not from its CommonJS output, whose helper code calls built-ins by name: a chunk is often
 *  evaluated after a plugin had the chance to replace them. */
import type { BuildOptions } from "esbuild";

/** All but the entry point. */
export const chunkOptions: BuildOptions = {
  bundle: true,
  write: false,
  format: "esm",
  platform: "neutral",
  target: "es2023",
  mainFields: ["module", "main"],
  external: ["sbx:*"],
  charset: "ascii",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
};

const importing = /(?<=^|[;\n}])import(?:\{([^}]*)\}from)?("sbx:[^"]+");/g;
const exporting = /export\{([^}]*)\};?\s*$/;

/** `a as b, c` → pairs of [outside, inside] for imports, [inside, outside] for exports. */
const names = (list: string): [string, string][] =>
  list.split(",").map((entry) => {
    const [first = "", second = first] = entry.trim().split(/\s+as\s+/);
    return [first, second];
  });

/** @throws Error for a form of import or export that esbuild has not been seen to write */
export function chunkFunction(esm: string): string {
  const exported = exporting.exec(esm);
  const body = (exported ? esm.slice(0, exported.index) : esm).replace(
    importing,
    (_, list: string | undefined, from: string) => {
      if (list === undefined) return `require(${from});`;
      const bound = names(list).map(([outside, inside]) =>
        outside === inside ? outside : `${outside}:${inside}`,
      );
      return `const{${bound.join(",")}}=require(${from});`;
    },
  );
  const left = /(?:^|[;\n}])(?:import|export)[\s{*"]/.exec(body);
  if (left) throw new Error(`cannot turn into a function: ${body.slice(left.index, left.index + 80)}`);
  const sets = names(exported?.[1] ?? "").filter(([inside]) => inside !== "");
  const tail = sets.map(([inside, outside]) => `exports.${outside}=${inside};`).join("");
  return `(function (exports, require, module) {"use strict";${body};${tail}\n})`;
}
