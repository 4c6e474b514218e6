import { defineOp, need, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Opens a data set of the catalog: what the catalog says of it, as far as it is granted.",
  variants: ["describe"],
  args: { name: s.text(128) },
  result: shapes.dataset,
  needs: ({ name }) => ({ set: need.dataset(name, "describe") }),
  run: (_args, { set }) => set.describe(),
  examples: [],
});
