/** Options of the small commands, read strictly. `run` has a grammar of its own (`flags.ts`). */
import { parseArgs } from "node:util";
import { fail } from "../runtime/core/errors.ts";
import { nearest } from "../runtime/core/nearest.ts";

export interface Words {
  readonly switches: ReadonlySet<string>;
  readonly values: Readonly<Record<string, string>>;
  readonly bare: readonly string[];
}

/** @throws E_USAGE for unknown or repeated options, missing values, and more bare words than `most` */
export function readWords(
  argv: readonly string[],
  spec: {
    readonly command: string;
    readonly switches?: readonly string[];
    readonly values?: readonly string[];
    readonly most: number;
  },
): Words {
  const switches = new Set<string>();
  const values: Record<string, string> = {};
  const bare: string[] = [];
  const known = [...(spec.switches ?? []), ...(spec.values ?? [])];
  const { tokens } = parseArgs({ args: [...argv], strict: false, allowPositionals: true, tokens: true });
  const remedy = `sbx ${spec.command} --help`;
  for (const token of tokens) {
    if (token.kind === "positional") bare.push(token.value);
    if (token.kind !== "option") continue;
    const { name, value } = token;
    if (!known.includes(name)) throw unknown(token.rawName, nearest(name, known), spec.command);
    const wantsValue = spec.values?.includes(name) === true;
    if (wantsValue && !value) throw fail("E_USAGE", `--${name} needs a value: --${name}=…`, { remedy });
    if (!wantsValue && value !== undefined) throw fail("E_USAGE", `--${name} takes no value`, { remedy });
    if (switches.has(name) || name in values)
      throw fail("E_USAGE", `--${name} stands there twice`, { remedy });
    if (value === undefined) switches.add(name);
    else values[name] = value;
  }
  const extra = bare[spec.most];
  if (extra !== undefined) throw fail("E_USAGE", `"${extra}" is one word too many`, { remedy });
  return { switches, values, bare };
}

function unknown(rawName: string, close: string | undefined, command: string) {
  const meant = close === undefined ? "" : ` Did you mean --${close}?`;
  return fail("E_USAGE", `${command} knows no ${rawName}.${meant}`, { remedy: `sbx ${command} --help` });
}
