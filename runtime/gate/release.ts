/** Letting a person release what a closed sink keeps in (FLOW 6b): this request, or this destination until the run ends up to so many
 *  bytes. The question names the labels, what was read, where it would go, how much, and how it begins; permission that is still open is
 *  asked for in the same question. */
import { printTarget, type Target } from "../core/capability.ts";
import { type Grant, printGrant } from "../core/grant.ts";
import { humanSize } from "../core/units.ts";
import type { Operation } from "../op.ts";
import type { More, Question, Settled } from "./consent.ts";
import { scopesFor } from "./remedy.ts";
import type { Seat } from "./seat.ts";
import type { GateWorld } from "./world.ts";

/** What an operation would send: everything that the plugin gave it. */
export interface Content {
  /** undefined: not known before, as of a stream. */
  readonly bytes?: number;
  /** Unescaped, its beginning. */
  readonly preview: string;
}

/** A sink that is closed for what the run carries. */
export interface Closed {
  readonly labels: readonly string[];
  /** What raised them. */
  readonly read: readonly Target[];
}

/** Of a preview, in UTF-16 units. */
const PREVIEW = 2000;
/** Until the run ends, a destination may get so many bytes, or ten times what was asked about if that is more. */
const LEAST_CEILING = 1024 * 1024;

export const ceilingFor = ({ bytes = 0 }: Content): number => Math.max(LEAST_CEILING, 10 * bytes);

/** @param decode UTF-8, whatever it is */
export function contentOf(
  operation: Operation,
  args: object,
  body: Uint8Array | null,
  decode: (bytes: Uint8Array) => string,
): Content {
  const beginning = body?.subarray(0, 4 * PREVIEW) ?? null;
  const { said, body: text } = handedOut(operation, args, beginning, decode);
  const preview = [said, text].filter((part) => part !== "").join("\n");
  return {
    ...(operation.streams?.(args as never) ? {} : { bytes: utf8Length(said) + (body?.length ?? 0) }),
    preview: preview.slice(0, PREVIEW),
  };
}

export interface ReleaseParts {
  readonly target: Target;
  readonly closed: Closed;
  readonly content: Content;
  readonly scope: Grant;
  /** Is it not granted yet, so that a yes grants it too? */
  readonly permission: boolean;
}

/** The destination, where it is more than what was asked about. */
function elsewhere(target: Target, scope: Grant): string {
  const text = printGrant(scope);
  return text === `${target.kind}=${printTarget(target)}` ? "" : `, anywhere at ${text}`;
}

/** What a release adds to a question. */
export function releaseWords(
  parts: ReleaseParts,
): Pick<Question, "plain" | "choices" | "release" | "canRemember"> {
  const { target, closed, content, scope, permission } = parts;
  const labels = closed.labels.join(", ");
  const bytes = content.bytes === undefined ? "a stream of unknown length" : humanSize(content.bytes);
  const how = target.kind === "net" ? `${target.method}, ${bytes}` : bytes;
  const read = [...new Set(closed.read.map(printTarget))];
  const more = read.length > 3 ? ` and ${read.length - 3} more` : "";
  return {
    plain: `${permission ? "be allowed to " : ""}send what is labelled ${labels} to ${printTarget(target)}`,
    choices: ["no", "once", "run"],
    canRemember: false,
    release: {
      labels: closed.labels,
      read: `it read ${read.slice(0, 3).join(", ")}${more}`,
      content: `${how}: ${content.preview}`,
      lasting: `until the run ends: ${humanSize(ceilingFor(content))} at most${elsewhere(target, scope)}`,
    },
  };
}

/** A question about what a monitor found. */
export const findingWords = (
  target: Target,
  what: string,
): Pick<Question, "plain" | "choices" | "combination" | "canRemember"> => ({
  plain: `send something to ${printTarget(target)}`,
  choices: ["no", "once", "run"],
  canRemember: false,
  combination: what,
});

/** As a target, for the words of a question; nothing is opened by it. */
export const standardOutput: Target = {
  kind: "write",
  words: "stdout",
  lexical: "standard output, which is no terminal",
  canonical: "standard output, which is no terminal",
  entry: false,
  tree: false,
  type: "file",
};

export const outputWords = (
  labels: readonly string[],
  read: readonly string[],
): Pick<Question, "plain" | "choices" | "release" | "canRemember" | "scopes"> => ({
  plain: `print what is labelled ${labels.join(", ")} to ${printTarget(standardOutput)}`,
  choices: ["no", "run"],
  canRemember: false,
  scopes: [{ label: "stdout", grant: "stdout" }],
  release: {
    labels,
    read: `it read ${read.slice(0, 3).join(", ")}${read.length > 3 ? ` and ${read.length - 3} more` : ""}`,
    content: "the output waits for the answer; it is dropped when that is no",
    lasting: "until the run ends: all of it, and the exit code",
  },
});

/** Everything that an operation hands out. */
export const handedOut = (
  operation: Operation,
  args: object,
  body: Uint8Array | null,
  decode: (bytes: Uint8Array) => string,
): { readonly said: string; readonly body: string } => ({
  said: operation.sends?.(args as never) ?? JSON.stringify(args),
  body: body === null ? "" : decode(body),
});

const utf8Length = (text: string): number => {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
};

/** Asks, and does what was answered: this lease, or the destination, is open for these labels. */
export async function settleRelease(
  { asking, flow, audit, changes }: GateWorld,
  { target, lease, decision }: Seat,
  closed: Closed,
  content: Content,
  more: Omit<More, "open">,
): Promise<Settled> {
  const scope = scopesFor(target)[0] as Grant;
  const settled = await asking.release(
    { target, closed, content, scope, permission: decision?.kind === "open" },
    {
      ...more,
      open: () =>
        lease.ended === undefined && flow.closedBy(target, closed.read, lease.released) !== undefined,
    },
  );
  changes.note();
  if (settled.kind !== "released") return settled;
  lease.released = closed.labels;
  if (settled.lasting) flow.release(scope, closed.labels, ceilingFor(content));
  const how = settled.lasting ? "answer: until the run ends" : "answer: this once";
  audit.flow("flow.released", target, `released ${closed.labels.join(", ")} (${how})`);
  return settled;
}

/** What was let out to an origin may follow its redirects there. */
export const isSameOrigin = (a: Target, b: Target): boolean =>
  a.kind === "net" && b.kind === "net" && a.scheme === b.scheme && a.host === b.host && a.port === b.port;

/** A redirect, or an address that was met on the way. */
export const nothingKnown: Content = { preview: "what was asked for before" };
