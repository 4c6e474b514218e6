import { defineOp, need, pageOf, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "A grouping that the catalog declares, without groups that are too small, as often as the catalog says.",
  args: { name: s.text(128), summary: s.text(128) },
  result: shapes.rows,
  needs: ({ name }) => ({ set: need.dataset(name, "count") }),
  run: async ({ summary }, { set }, cx) => pageOf(await set.summary(summary), cx),
  examples: [],
});
