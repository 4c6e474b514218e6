/** The policy file as a schema, for editors. What a grant's text may hold is the grammar's affair (CONTRACT 3); the reader of policies
 *  (runtime/gate/policyFile.ts) is what counts, and a test holds both against each other. */
import { s } from "../../../runtime/core/schema.ts";
import { monitorActions } from "../../../runtime/gate/monitor.ts";
import { limitForms } from "../../../runtime/gate/policyText.ts";

const names = (what: string) => s.optional(s.said(what, s.union(s.text(), s.list(s.text()))));
const grants = (what: string) => s.optional(s.said(what, s.list(s.text())));
const label = () => s.union(s.text(), s.list(s.text()));

const limits = Object.fromEntries(
  Object.entries(limitForms).map(([name, form]) => [name, s.optional(form === "count" ? s.int() : s.text())]),
);

const rules = () => ({
  allow: grants("grants, for example read=./docs"),
  deny: grants("denies: they win over every allow"),
  ignore: grants("denies that answer as if there were no such thing"),
  ceiling: grants("the most that can be granted at all"),
  labels: s.optional(s.said("what a source is labelled", s.record(label()))),
  clear: s.optional(
    s.said(
      "the labels that a sink may receive",
      s.record(
        s.union(s.text(), s.list(s.text()), s.object({ labels: label(), release: s.optional(s.bool()) })),
      ),
    ),
  ),
  limits: s.optional(s.said("the most of each limit, with units", s.object(limits))),
});

export const policyFile = s.object({
  $schema: s.optional(s.text()),
  version: s.literal(1),
  ...rules(),
  plugins: s.optional(
    s.said(
      "rules for one plugin, by its id",
      s.record(
        s.object({
          publisher: s.optional(s.text()),
          content: s.said('"sha256-" and the hash, in hex or base64', s.optional(s.text())),
          ...rules(),
        }),
      ),
    ),
  ),
  when: s.optional(
    s.said(
      "rules under a condition",
      s.list(
        s.object({
          user: names("login names"),
          host: names("host applications"),
          session: names("desktop sessions"),
          ...rules(),
        }),
      ),
    ),
  ),
  monitor: s.optional(
    s.object({
      secrets: s.optional(s.said("what looks like a key or a token", s.oneOf(...monitorActions))),
      canaries: s.optional(
        s.object({
          values: s.said("texts that nobody has any business with", s.list(s.text())),
          do: s.oneOf(...monitorActions),
        }),
      ),
    }),
  ),
  trust: s.optional(
    s.object({
      requireSignature: s.optional(s.bool()),
      requireReview: s.optional(s.bool()),
      threshold: s.optional(s.int(1)),
      keys: s.optional(s.list(s.text())),
    }),
  ),
});
