import { defineOp, fieldsOf, need, readWhere, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Removes the rows that a condition holds for; gives their number.",
  args: { name: s.text(128), where: s.json() },
  result: s.int(),
  needs: ({ name, where }) => ({
    set: need.dataset(name, "write"),
    found: need.dataset(name, "count", fieldsOf.where(readWhere(where))),
  }),
  run: async ({ where }, { set }) => set.remove(readWhere(where)),
  examples: [],
});
