import { defineOp, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives up what remains of data.query.",
  args: { handle: s.handle() },
  result: s.nothing(),
  needs: () => ({}),
  run: async ({ handle }, _powers, cx) => {
    await cx.drop(handle);
    return null;
  },
  examples: [],
});
