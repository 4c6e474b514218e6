/** A policy file's text (CONTRACT 9) to rules. JSON with comments; every complaint names line and column. Knows nothing of where the
 *  file lies or which other policies there are. */
import { isSbxError } from "../core/errors.ts";
import { type Grant, type GrantContext, parseGrant } from "../core/grant.ts";
import { JsonText, type JsonNode as Node } from "../core/jsonc.ts";
import { checkLabel } from "../core/labels.ts";
import { parseSize, parseTime } from "../core/units.ts";
import { type ClearRule, type LabelRule, parseSink } from "./flow.ts";
import type { RunLimits } from "./limits.ts";

export interface PolicyRules {
  readonly allow: readonly Written[];
  readonly deny: readonly Written[];
  readonly ignore: readonly Written[];
  readonly ceiling: readonly Grant[] | null;
  readonly labels: readonly LabelRule[];
  readonly clear: readonly ClearRule[] | null;
  readonly limits: Partial<RunLimits>;
}

/** A grant and where it stands: `policy.json:4:14`. */
export interface Written {
  readonly grant: Grant;
  readonly at: string;
}

const sizes = ["memory", "stack", "output", "body", "traffic", "kv"] as const;
const times = ["timeout", "cpu", "requestTimeout"] as const;
const counts = ["handles", "inflight", "prompts"] as const;
const known = ["version", "allow", "deny", "ignore", "ceiling", "labels", "clear", "limits"];
const later = ["plugins", "when", "trust", "monitor"];

/** @throws E_POLICY with file, line and column */
export function parsePolicy(text: string, name: string, context: GrantContext): PolicyRules {
  const file = new PolicyText(text, name, "E_POLICY");
  const { root } = file;
  for (const key of file.keys(root)) {
    if (later.includes(key.value)) throw file.wrong(key, `"${key.value}" is not available in this version`);
    if (!known.includes(key.value))
      throw file.wrong(key, `unknown key "${key.value}" (known: ${known.join(", ")})`);
  }
  const version = file.member(root, "version");
  if (version?.value !== 1) throw file.wrong(version ?? root, `"version" must be 1`);
  const grants = (key: string, effect: Grant["effect"]): Written[] =>
    file
      .list(root, key)
      .flatMap((node) => file.grants(node, context, effect).map((grant) => ({ grant, at: file.at(node) })));
  return {
    allow: grants("allow", "allow"),
    deny: grants("deny", "deny"),
    ignore: grants("ignore", "ignore"),
    ceiling: file.member(root, "ceiling") ? grants("ceiling", "allow").map(({ grant }) => grant) : null,
    labels: file
      .entries(root, "labels")
      .flatMap(({ key, value }) =>
        file
          .labels(value)
          .flatMap((label) => file.grants(key, context, "deny").map((source) => ({ source, label }))),
      ),
    clear: file.member(root, "clear")
      ? file.entries(root, "clear").flatMap(({ key, value }) => clearOf(file, key, value, context))
      : null,
    limits: limitsOf(file, root),
  };
}

function clearOf(file: PolicyText, key: Node, value: Node, context: GrantContext): ClearRule[] {
  const labels = file.labels(value);
  return file.explained(key, () => parseSink(key.value as string, context).map((sink) => ({ sink, labels })));
}

function limitsOf(file: PolicyText, root: Node): Partial<RunLimits> {
  const limits: Record<string, number> = {};
  for (const { key, value } of file.entries(root, "limits")) {
    const name = key.value as string;
    limits[name] = file.explained(value, () => {
      if ((sizes as readonly string[]).includes(name)) return parseSize(String(value.value));
      if ((times as readonly string[]).includes(name)) return parseTime(String(value.value));
      if (
        (counts as readonly string[]).includes(name) &&
        Number.isSafeInteger(value.value) &&
        value.value >= 0
      )
        return value.value as number;
      throw file.wrong(
        key,
        `"${name}" is no limit, or not a whole number (${[...sizes, ...times, ...counts].join(", ")})`,
      );
    });
  }
  return limits as Partial<RunLimits>;
}

/** A policy's text, with its lists, grants and labels. */
class PolicyText extends JsonText {
  list(root: Node, key: string): Node[] {
    const node = this.member(root, key);
    if (node === undefined) return [];
    if (node.type !== "array") throw this.wrong(node, `"${key}" is a list of grants`);
    return node.children ?? [];
  }

  entries(root: Node, key: string): { key: Node; value: Node }[] {
    const node = this.member(root, key);
    if (node === undefined) return [];
    if (node.type !== "object") throw this.wrong(node, `"${key}" is an object`);
    return this.keys(node).map((name) => ({ key: name, value: this.member(node, name.value) as Node }));
  }

  grants(node: Node, context: GrantContext, effect: Grant["effect"]): Grant[] {
    if (node.type !== "string") throw this.wrong(node, 'a grant is a text, such as "read=./docs"');
    return this.explained(node, () => parseGrant(node.value as string, context, effect));
  }

  labels(node: Node): string[] {
    const nodes = node.type === "array" ? (node.children ?? []) : [node];
    return nodes.map((one) => this.explained(one, () => checkLabel(String(one.value))));
  }

  /** What is wrong below is wrong here. */
  explained<T>(node: Node, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (isSbxError(error) && error.code === "E_USAGE") throw this.wrong(node, error.message);
      throw error;
    }
  }
}
