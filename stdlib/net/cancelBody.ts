import { defineOp, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives up a response's body and closes its connection.",
  args: { handle: s.handle() },
  result: s.object({}),
  needs: () => ({}),
  run: async ({ handle }, _powers, cx) => {
    await cx.drop(handle);
    return {};
  },
  examples: [],
});
