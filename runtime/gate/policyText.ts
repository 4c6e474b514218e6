/** The parts that policy files are made of: lists of grants, labels, clearances, limits. Every complaint shows its place; all of a file
 *  are told at once. */
import { type Grant, type GrantContext, parseGrant } from "../core/grant.ts";
import { JsonText, type JsonNode as Node } from "../core/jsonc.ts";
import { checkLabel } from "../core/labels.ts";
import { parseSize, parseTime } from "../core/units.ts";
import { type ClearRule, type LabelRule, parseSink } from "./flow.ts";
import type { RunLimits } from "./limits.ts";

/** A grant and where it stands: `policy.json:4:14`. */
export interface Written {
  readonly grant: Grant;
  readonly at: string;
}

/** Rules that apply together: of a whole file, of one plugin, or under one condition. null: it says nothing about that. */
export interface PolicyRules {
  readonly allow: readonly Written[];
  readonly deny: readonly Written[];
  readonly ignore: readonly Written[];
  readonly ceiling: readonly Written[] | null;
  readonly labels: readonly LabelRule[];
  readonly clear: readonly ClearRule[] | null;
  readonly limits: Partial<RunLimits>;
}

export const ruleKeys = ["allow", "deny", "ignore", "ceiling", "labels", "clear", "limits"] as const;

/** How each limit is written (CONTRACT 5). */
export const limitForms = {
  memory: "size",
  stack: "size",
  output: "size",
  body: "size",
  traffic: "size",
  kv: "size",
  timeout: "time",
  cpu: "time",
  requestTimeout: "time",
  handles: "count",
  inflight: "count",
  prompts: "count",
} as const satisfies Record<string, "size" | "time" | "count">;

const isLimit = (name: string): name is keyof typeof limitForms => Object.hasOwn(limitForms, name);

export class PolicyText extends JsonText {
  readonly #context: GrantContext;

  constructor(text: string, name: string, context: GrantContext) {
    super(text, name, "E_POLICY");
    this.#context = context;
  }

  rules(node: Node): PolicyRules {
    return {
      allow: this.#grants(node, "allow", "allow"),
      deny: this.#grants(node, "deny", "deny"),
      ignore: this.#grants(node, "ignore", "ignore"),
      ceiling: this.member(node, "ceiling") ? this.#grants(node, "ceiling", "allow") : null,
      labels: this.entries(node, "labels").flatMap(({ key, value }) => this.#label(key, value)),
      clear: this.member(node, "clear")
        ? this.entries(node, "clear").flatMap(({ key, value }) => this.#clear(key, value))
        : null,
      limits: this.#limits(node),
    };
  }

  #grants(node: Node, key: string, effect: Grant["effect"]): Written[] {
    return this.list(node, key, "grants").flatMap((one) =>
      this.#parsed(one, effect).map((grant) => ({ grant, at: this.at(one) })),
    );
  }

  #parsed(node: Node, effect: Grant["effect"]): Grant[] {
    return (
      this.attempt(() => {
        if (node.type !== "string") throw this.wrong(node, 'a grant is a text, such as "read=./docs"');
        return this.explained(node, () => parseGrant(node.value as string, this.#context, effect));
      }) ?? []
    );
  }

  #label(key: Node, value: Node): LabelRule[] {
    const labels = this.#labels(value);
    return this.#parsed(key, "deny").flatMap((source) => labels.map((label) => ({ source, label })));
  }

  #labels(value: Node): string[] {
    return this.texts(value, 'a label is a text, such as "personal"').flatMap(
      (name) => this.attempt(() => this.explained(value, () => checkLabel(name))) ?? [],
    );
  }

  /** `["personal"]`, or `{ "labels": ["personal"], "release": true }`. */
  #clear(key: Node & { value: string }, value: Node): ClearRule[] {
    let release = false;
    let named: Node | undefined = value;
    if (value.type === "object") {
      this.checkKeys(value, ["labels", "release"]);
      named = this.member(value, "labels");
      release = this.expect(value, "release", "boolean", '"release" is true or false')?.value === true;
      if (named === undefined) this.note(this.wrong(value, '"labels" is missing'));
    }
    const labels = named === undefined ? [] : this.#labels(named);
    const sinks = this.attempt(() => this.explained(key, () => parseSink(key.value, this.#context)));
    return (sinks ?? []).map((sink) => ({ sink, labels, ...(release ? { release } : {}) }));
  }

  #limits(node: Node): Partial<RunLimits> {
    const limits: Record<string, number> = {};
    const names = Object.keys(limitForms);
    for (const { key, value } of this.entries(node, "limits")) {
      const limit = this.attempt(() => {
        if (!isLimit(key.value)) throw this.wrong(key, `"${key.value}" is no limit (${names.join(", ")})`);
        return this.#limit(key.value, value);
      });
      if (limit !== undefined) limits[key.value] = limit;
    }
    return limits as Partial<RunLimits>;
  }

  #limit(name: keyof typeof limitForms, node: Node): number {
    const form = limitForms[name];
    switch (form) {
      case "size":
        return this.explained(node, () => parseSize(String(node.value)));
      case "time":
        return this.explained(node, () => parseTime(String(node.value)));
      case "count":
        if (Number.isSafeInteger(node.value) && node.value >= 0) return node.value;
        throw this.wrong(node, `"${name}" is a whole number`);
      default:
        return form satisfies never;
    }
  }
}
