import { defineOp, need, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Lists the data sets of which something is granted.",
  args: {},
  result: s.list(shapes.dataset),
  needs: () => ({ all: need.dataset("*", "describe") }),
  run: (_args, { all }) => [...all.list()],
  examples: [{ call: "data.list()", grants: [], gives: "[]" }],
});
