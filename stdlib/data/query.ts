import { defineOp, fieldsOf, need, pageOf, readRows, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Begins to read rows of a data set; the rows are the body, JSON in the order of the columns.",
  variants: ["rows"],
  args: { name: s.text(128), query: s.json() },
  result: shapes.rows,
  needs: ({ name, query }) => ({ set: need.dataset(name, "read", fieldsOf.rows(readRows(query))) }),
  run: async ({ query }, { set }, cx) => pageOf(await set.rows(readRows(query)), cx),
  examples: [],
});
