/** One case, answered by the policy as a run would be: flags read by their own grammar, paths resolved on the disk, hosts by the URL
 *  standard, names with the address that they would have. */
import { grantContext, resolveGrant } from "../../../cli/compose/grants.ts";
import type { GovernedNeed, NetTarget, PathTarget, Target } from "../../../runtime/core/capability.ts";
import { askedOf, needOf } from "../../../runtime/core/descriptor.ts";
import { isSbxError } from "../../../runtime/core/errors.ts";
import { type Effect, type Grant, parseGrant } from "../../../runtime/core/grant.ts";
import { windows } from "../../../runtime/core/path.ts";
import { autorunPlaces, secretPlaces } from "../../../runtime/core/places.ts";
import { Policy } from "../../../runtime/gate/policy.ts";
import { files } from "../../../runtime/powers/files/files.ts";
import { resolveUrl } from "../../../runtime/powers/net/url.ts";
import { World } from "../../support/world.ts";

export interface Case {
  readonly id: string;
  readonly kind: "read" | "write" | "net" | "env";
  readonly granted: readonly string[];
  /** null: the kind as a whole. */
  readonly request: string | null;
  readonly request_is_url_object?: boolean;
  readonly op?: string;
  readonly to?: string;
  readonly platform?: "windows" | "darwin";
  readonly expect: Verdict;
  readonly note: string;
}

/** `prompt`: an open question. `refused at start`: the flags are no grants. */
export type Verdict = "granted" | "denied" | "prompt" | "refused at start";

export async function verdict(one: Case, root: string): Promise<Verdict> {
  const folding = one.platform !== undefined;
  const policy = new Policy(
    { secret: secretPlaces("/home/ana"), autorun: autorunPlaces("/home/ana"), foldCase: folding },
    [],
  );
  try {
    for (const grant of one.granted.flatMap((flag) => grants(flag.replaceAll("{{FX}}", root), one, root)))
      policy.add(grant, "flag", 0);
  } catch (error) {
    if (isSbxError(error) && error.code === "E_USAGE") return "refused at start";
    throw error;
  }
  if (one.request === null) return wholeKind(one);
  try {
    const verdicts: Verdict[] = [];
    for (const target of await targets(one, one.request.replaceAll("{{FX}}", root), root))
      verdicts.push(answer(policy, target));
    return (["denied", "prompt", "granted"] as const).find((kind) => verdicts.includes(kind)) ?? "granted";
  } catch (error) {
    // Something that names nothing is refused without a question.
    if (isSbxError(error) && error.code === "E_INVALID") return "denied";
    throw error;
  }
}

function answer(policy: Policy, target: Target): Verdict {
  const { kind } = policy.judge(target, [], 0);
  if (kind === "open") return policy.ignoresSilence(target.kind) ? "denied" : "prompt";
  return kind === "ignored" ? "denied" : kind;
}

function grants(flag: string, { platform }: Case, root: string): Grant[] {
  const [, effect, rest = ""] = /^--(allow|deny|ignore)-(.*)$/s.exec(flag) ?? [];
  const context = grantContext({ folder: root, home: "/home/ana", plugin: root, data: root, tmp: "/tmp" });
  const path = platform === "windows" ? (text: string) => windows.absolute(text, "C:/") : context.path;
  const read = parseGrant(rest, { ...context, path }, effect as Effect);
  return platform === undefined ? read.map(resolveGrant) : read;
}

async function wholeKind(one: Case): Promise<Verdict> {
  const world = new World({ grants: one.granted, answers: [] });
  return (await world.permissions.query(askedOf({ name: one.kind }))).state;
}

async function targets(one: Case, request: string, root: string): Promise<Target[]> {
  switch (one.kind) {
    case "env":
      return [{ kind: "env", name: request, words: request }];
    case "net":
      return netTargets(one, request);
    case "read":
    case "write":
      return pathTargets(one, request, root);
    default:
      return one.kind satisfies never;
  }
}

async function pathTargets(one: Case, request: string, root: string): Promise<Target[]> {
  const path = one.request_is_url_object ? decodeURIComponent(new URL(request).pathname) : request;
  if (one.platform) return [foreignTarget(one, path)];
  const disk = files({ cwd: root });
  const found: Target[] = [];
  for (const need of pathNeeds(one, path)) {
    const target = await disk[need.kind].resolve(need as never);
    found.push({ ...(target as PathTarget) });
    disk[need.kind].release(target);
  }
  return found;
}

type Needed = GovernedNeed & { readonly kind: "read" | "write" };

/** What the operation of that name needs here. */
function pathNeeds({ kind: asked, op, to = "" }: Case, path: string): Needed[] {
  const kind = asked === "write" ? "write" : "read";
  switch (op) {
    case "lstat":
      return [{ kind, path, entry: true }];
    case "remove":
      return [{ kind: "write", path, entry: true }];
    case "removeR":
      return [{ kind: "write", path, entry: true, tree: true }];
    case "copy":
      return [
        { kind: "read", path },
        { kind: "write", path: to },
      ];
    case "rename":
      return [
        { kind: "read", path, entry: true, tree: true },
        { kind: "write", path, entry: true, tree: true },
        { kind: "write", path: to, entry: true },
      ];
    default:
      return [{ kind, path }];
  }
}

/** A path of a system that this is not: its disk gives a name the case that the grants write it in. */
function foreignTarget({ kind, platform, granted }: Case, path: string): PathTarget {
  const lexical = platform === "windows" ? windows.absolute(path, "C:/") : path;
  const scope = granted
    .map((flag) => flag.slice(flag.indexOf("=") + 1).replaceAll("\\", "/"))
    .find((text) => lexical.toLowerCase().startsWith(`${text.toLowerCase()}/`));
  const canonical = scope === undefined ? lexical : scope + lexical.slice(scope.length);
  return { kind: kind as "read", words: path, lexical, canonical, entry: false, tree: false, type: "file" };
}

function netTargets({ op }: Case, request: string): Target[] {
  const need = needOf({ name: "net", host: request });
  if (need?.kind !== "net") throw new Error("not a request");
  const target = resolveUrl(need) as NetTarget;
  const dialled =
    op === "connect" && target.host === "localhost"
      ? [target, { ...target, address: "127.0.0.1" }]
      : [target];
  // This server's page sends one on to its neighbour.
  const next = target.path === "/redir-port" ? [{ ...target, port: 18_082, path: "/ok" }] : [];
  return [...dialled, ...next];
}
