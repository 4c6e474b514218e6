import { defineOp, fieldsOf, need, readValues, readWhere, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Changes fields of the rows that a condition holds for; gives their number.",
  args: { name: s.text(128), values: s.json(), where: s.json() },
  result: s.int(),
  needs: ({ name, values, where }) => ({
    set: need.dataset(name, "write", Object.keys(readValues(values, "values")).sort()),
    found: need.dataset(name, "count", fieldsOf.where(readWhere(where))),
  }),
  run: async ({ values, where }, { set }) => set.update(readValues(values, "values"), readWhere(where)),
  examples: [],
});
