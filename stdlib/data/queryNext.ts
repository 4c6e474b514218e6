import { defineOp, need, pageAfter, type RowCursor, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives the next rows of data.query, data.aggregate or data.summary.",
  args: { handle: s.handle() },
  result: shapes.rows,
  needs: ({ handle }) => ({ rows: need.handle(handle, "rows", "in") }),
  run: async ({ handle }, _powers, cx) => pageAfter(cx.handle<RowCursor>(handle), handle, cx),
  examples: [],
});
