import { defineOp, need, readNewRows, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Adds rows to a data set, all or none; gives their number.",
  args: { name: s.text(128), rows: s.json() },
  result: s.int(),
  needs: ({ name, rows }) => ({ set: need.dataset(name, "write", readNewRows(rows).fields) }),
  run: async ({ rows }, { set }) => {
    const read = readNewRows(rows);
    return set.insert(read.fields, read.rows);
  },
  examples: [],
});
