/** The options of `run`, each once: its name, what it does, and therefore whether it takes a value. Refuses to know how words are read. */
import type { Kind } from "../runtime/core/capability.ts";
import { type LimitName, limitRows } from "./limits.ts";

export type Effect = "allow" | "deny" | "ignore";
export type Switch = "noPrompt" | "quiet" | "json" | "watch" | "strictFlow" | "explainFlow";
export type Text = "policy" | "catalog" | "audit" | "report" | "trace" | "caFile" | "proxy" | "deterministic";

/** What an option does, and therefore whether it takes a value. */
export type OptionRow =
  | { readonly does: "grant"; readonly effect: Effect; readonly kind: Kind }
  | { readonly does: "all" }
  | { readonly does: "switch"; readonly sets: Switch }
  | { readonly does: "text"; readonly sets: Text; readonly example: string }
  | { readonly does: "limit"; readonly sets: LimitName }
  | { readonly does: "prompts" }
  | { readonly does: "label"; readonly sets: "labels" | "clear"; readonly example: string };

export const shortKinds: Readonly<Record<string, Kind>> = {
  R: "read",
  W: "write",
  N: "net",
  D: "data",
  E: "env",
  H: "host",
};

const text = (sets: Text, example: string): OptionRow => ({ does: "text", sets, example });
const grant = (effect: Effect, kind: Kind): OptionRow => ({ does: "grant", effect, kind });

function buildTable(): ReadonlyMap<string, OptionRow> {
  const table = new Map<string, OptionRow>();
  for (const [short, kind] of Object.entries(shortKinds)) {
    table.set(`--allow-${kind}`, grant("allow", kind)).set(`-${short}`, grant("allow", kind));
    table.set(`--deny-${kind}`, grant("deny", kind));
  }
  table.set("--ignore-read", grant("ignore", "read")).set("--ignore-env", grant("ignore", "env"));
  table.set("-A", { does: "all" }).set("--allow-all", { does: "all" });
  for (const [name, limit] of limitRows) table.set(`--${limit.flag}`, { does: "limit", sets: name });
  table.set("--policy", text("policy", "FILE")).set("--catalog", text("catalog", "FILE"));
  table.set("--audit", text("audit", "FILE")).set("--report", text("report", "FILE"));
  table.set("--trace", text("trace", "FILE")).set("--ca-file", text("caFile", "FILE"));
  table.set("--proxy", text("proxy", "http://proxy.example:3128"));
  table.set("--deterministic", text("deterministic", "SEED"));
  table.set("--prompts", { does: "prompts" });
  table.set("--label", { does: "label", sets: "labels", example: "read=./private:personal" });
  table.set("--clear", { does: "label", sets: "clear", example: "net=api.example.com:personal" });
  const switches: Record<string, Switch> = {
    "--no-prompt": "noPrompt",
    "--quiet": "quiet",
    "--json": "json",
    "--watch": "watch",
    "--strict-flow": "strictFlow",
    "--explain-flow": "explainFlow",
  };
  for (const [flag, sets] of Object.entries(switches)) table.set(flag, { does: "switch", sets });
  return table;
}

export const optionTable: ReadonlyMap<string, OptionRow> = buildTable();

/** What a scope of each kind looks like, for messages. */
export const scopeExample: Readonly<Record<Kind, string>> = {
  read: "./docs",
  write: "./out",
  net: "api.example.com",
  data: "kv",
  env: "LANG",
  host: "math.double",
};
