/** A policy file's text (CONTRACT 9) to rules. Knows nothing of where the file lies, which other policies there are, or who runs. */
import type { GrantContext } from "../core/grant.ts";
import type { JsonNode as Node } from "../core/jsonc.ts";
import { type MonitorAction, monitorActions } from "./monitor.ts";
import { type PolicyRules, PolicyText, ruleKeys } from "./policyText.ts";

/** Applies where every condition that it states holds. */
export interface Conditional {
  readonly at: string;
  readonly user: readonly string[] | null;
  readonly host: readonly string[] | null;
  readonly session: readonly string[] | null;
  readonly rules: PolicyRules;
}

/** About one plugin. */
export interface PluginRules {
  readonly at: string;
  readonly id: string;
  /** Key of who published it; null: whoever. */
  readonly publisher: string | null;
  /** SHA-256 of its content as it is written: `sha256-` and hex in lower case, or base64; null: whatever. */
  readonly content: string | null;
  readonly rules: PolicyRules;
}

/** What must be true of a plugin before it may run at all; each with its place, null where it is not required. */
export interface Trust {
  readonly signature: string | null;
  readonly review: string | null;
  /** So many of `keys` must have signed. */
  readonly threshold: number;
  readonly keys: readonly string[];
}

/** What watches what leaves; null: nothing does. */
export interface MonitorRules {
  readonly secrets: MonitorAction | null;
  readonly canaries: { readonly values: readonly string[]; readonly action: MonitorAction } | null;
}

export interface PolicyFile extends PolicyRules {
  readonly monitor: MonitorRules;
  readonly when: readonly Conditional[];
  readonly plugins: readonly PluginRules[];
  readonly trust: Trust;
}

const topKeys = ["$schema", "version", ...ruleKeys, "plugins", "when", "trust", "monitor"];
const conditions = ["user", "host", "session"] as const;

/** @throws E_POLICY with file, line and column of everything that is wrong */
export function parsePolicy(text: string, name: string, context: GrantContext): PolicyFile {
  const file = new PolicyText(text, name, context);
  const { root } = file;
  const version = file.member(root, "version");
  // Another version may mean anything by its other keys.
  if (version?.value !== 1) throw file.wrong(version ?? root, `"version" must be 1`);
  file.checkKeys(root, topKeys);
  const parsed = {
    ...file.rules(root),
    when: file.list(root, "when", "objects").flatMap((node) => conditional(file, node) ?? []),
    plugins: file.entries(root, "plugins").flatMap(({ key, value }) => pluginRules(file, key, value) ?? []),
    trust: trustOf(file, root),
    monitor: monitorOf(file, root),
  };
  file.settle();
  return parsed;
}

const known = ["secrets", "canaries"];
/** Of a canary, in characters: a short one is found everywhere. */
const LEAST_CANARY = 8;

function monitorOf(file: PolicyText, root: Node): MonitorRules {
  const node = file.expect(root, "monitor", "object", '"monitor" is an object');
  if (node === undefined) return { secrets: null, canaries: null };
  for (const key of file.keys(node))
    if (!known.includes(key.value))
      file.note(
        file.wrong(
          key,
          `this version has no monitor "${key.value}" (it has ${known.join(", ")}), so it does not run under a policy that counts on it`,
        ),
      );
  const secrets = file.member(node, "secrets");
  const canaries = file.expect(node, "canaries", "object", '"canaries" is { "values": […], "do": "stop" }');
  return {
    secrets: secrets === undefined ? null : actionOf(file, secrets),
    canaries: canaries === undefined ? null : canariesOf(file, canaries),
  };
}

function actionOf(file: PolicyText, node: Node): MonitorAction {
  const action = monitorActions.find((one) => one === node.value);
  if (action === undefined) file.note(file.wrong(node, `a monitor does one of ${monitorActions.join(", ")}`));
  return action ?? "stop";
}

function canariesOf(file: PolicyText, node: Node): MonitorRules["canaries"] {
  file.checkKeys(node, ["values", "do"]);
  const values = file.member(node, "values");
  const action = file.member(node, "do");
  const found = values === undefined ? [] : file.texts(values, "a canary is a text");
  if (found.length === 0 || found.some((value) => value.length < LEAST_CANARY))
    file.note(file.wrong(values ?? node, `"values" holds texts of at least ${LEAST_CANARY} characters`));
  if (action === undefined) file.note(file.wrong(node, '"do" is missing'));
  return { values: found, action: action === undefined ? "stop" : actionOf(file, action) };
}

function conditional(file: PolicyText, node: Node): Conditional | undefined {
  if (node.type !== "object") {
    file.note(file.wrong(node, '"when" holds objects'));
    return undefined;
  }
  file.checkKeys(node, [...conditions, ...ruleKeys]);
  const names = (key: (typeof conditions)[number]): string[] | null => {
    const found = file.member(node, key);
    return found === undefined ? null : file.texts(found, `"${key}" is a name, or a list of names`);
  };
  if (!conditions.some((key) => file.member(node, key) !== undefined))
    file.note(file.wrong(node, `it names no condition (${conditions.join(", ")})`));
  return {
    at: file.at(node),
    user: names("user"),
    host: names("host"),
    session: names("session"),
    rules: file.rules(node),
  };
}

function pluginRules(file: PolicyText, key: Node & { value: string }, node: Node): PluginRules | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(key.value))
    file.note(file.wrong(key, "a plugin's id has letters, digits, dots, hyphens and underscores"));
  if (node.type !== "object") {
    file.note(file.wrong(node, "a plugin's rules are an object"));
    return undefined;
  }
  file.checkKeys(node, ["publisher", "content", ...ruleKeys]);
  const publisher = file.expect(node, "publisher", "string", '"publisher" is the id of a key');
  const content = file.expect(node, "content", "string", '"content" is "sha256-" and the hash');
  return {
    at: file.at(key),
    id: key.value,
    publisher: publisher === undefined ? null : String(publisher.value),
    content: content === undefined ? null : (file.attempt(() => hashOf(file, content)) ?? ""),
    rules: file.rules(node),
  };
}

/** In hex, or as subresource integrity writes it (W3C SRI: base64). */
function hashOf(file: PolicyText, node: Node): string {
  const text = String(node.value);
  if (/^sha256-[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  if (/^sha256-[A-Za-z0-9+/]{43}=$/.test(text)) return text;
  throw file.wrong(node, '"content" is "sha256-" and the hash, in hex or base64');
}

function trustOf(file: PolicyText, root: Node): Trust {
  const none: Trust = { signature: null, review: null, threshold: 1, keys: [] };
  const node = file.expect(root, "trust", "object", '"trust" is an object');
  if (node === undefined) return none;
  file.checkKeys(node, ["requireSignature", "requireReview", "threshold", "keys"]);
  const required = (key: string): string | null => {
    const found = file.expect(node, key, "boolean", `"${key}" is true or false`);
    return found?.value === true ? file.at(found) : null;
  };
  const threshold = file.member(node, "threshold");
  if (threshold !== undefined && !(Number.isSafeInteger(threshold.value) && threshold.value >= 1))
    file.note(file.wrong(threshold, '"threshold" is a whole number, 1 or more'));
  const keys = file.list(node, "keys", "keys").flatMap((one) => file.texts(one, "a key's id is a text"));
  return {
    signature: required("requireSignature"),
    review: required("requireReview"),
    threshold: threshold === undefined ? 1 : Number(threshold.value),
    keys,
  };
}
