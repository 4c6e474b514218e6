/** The catalog file as a schema, for editors. The reader of catalogs (runtime/core/catalog.ts) is what counts, and a test holds both
 *  against each other. */
import { fieldTypes, masks } from "../../../runtime/core/catalog.ts";
import { s } from "../../../runtime/core/schema.ts";

const label = () =>
  s.optional(s.said("what reading it puts on the run", s.union(s.text(), s.list(s.text()))));
const where = (what: string) => s.optional(s.said(what, s.record(s.json())));

const field = s.object({
  type: s.oneOf(...fieldTypes),
  description: s.optional(s.text()),
  label: label(),
  mask: s.optional(s.said("what is given instead of the value", s.oneOf(...masks))),
  column: s.optional(s.said("what the source calls it", s.text())),
});

const file = (type: "csv" | "json" | "ndjson") => s.object({ type: s.literal(type), path: s.text() });

const source = s.union(
  s.object({ type: s.literal("sqlite"), path: s.text(), table: s.text() }),
  file("csv"),
  file("json"),
  file("ndjson"),
  s.object({
    type: s.literal("postgres"),
    url: s.optional(s.text()),
    env: s.optional(s.said("the variable that holds the URL", s.text())),
    schema: s.optional(s.text()),
    table: s.text(),
  }),
  s.object({ type: s.literal("host") }),
);

const aggregate = s.union(s.literal("count"), s.record(s.text()));

const summary = s.object({
  groupBy: s.optional(s.union(s.text(), s.list(s.text()))),
  aggregate: s.optional(s.said('"count", or { "avg": "age" }', aggregate)),
  filter: where("only rows that this holds for"),
  minGroup: s.optional(s.said("smaller groups are left out", s.int(1))),
  uses: s.optional(s.said("how often one plugin may have it", s.int(1))),
});

export const catalogFile = s.object({
  $schema: s.optional(s.text()),
  version: s.literal(1),
  datasets: s.record(
    s.object({
      title: s.optional(s.text()),
      description: s.optional(s.text()),
      source,
      writable: s.optional(s.bool()),
      filter: where("rows that this does not hold for do not exist for a plugin"),
      allow: s.optional(
        s.said("the only plugins that may have it, by id", s.union(s.text(), s.list(s.text()))),
      ),
      label: label(),
      fields: s.record(field),
      summaries: s.optional(s.record(summary)),
    }),
  ),
});
