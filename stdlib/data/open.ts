import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Opens a data set of the catalog by its name.",
  args: { name: s.text(128) },
  result: s.object({ name: s.text(128) }),
  needs: ({ name }) => ({ dataset: need.dataset(name) }),
  run: ({ name }) => ({ name }),
  examples: [],
});
