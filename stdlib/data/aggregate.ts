import { defineOp, fieldsOf, need, pageOf, readAggregate, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Counts, sums, averages and extremes of a data set, in groups; the rows are the body, as those of data.query.",
  args: { name: s.text(128), query: s.json() },
  result: shapes.rows,
  needs: ({ name, query }) => ({ set: need.dataset(name, "read", fieldsOf.aggregate(readAggregate(query))) }),
  run: async ({ query }, { set }, cx) => pageOf(await set.aggregate(readAggregate(query)), cx),
  examples: [],
});
