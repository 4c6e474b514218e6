import { defineOp, fieldsOf, need, readWhere, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Counts the rows of a data set, or those that a condition holds for.",
  args: { name: s.text(128), where: s.json() },
  result: s.int(),
  needs: ({ name, where }) => ({ set: need.dataset(name, "count", fieldsOf.where(readWhere(where))) }),
  run: async ({ where }, { set }) => set.count(readWhere(where)),
  examples: [],
});
