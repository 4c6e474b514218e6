import { defineOp, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Breaks off a request under way, by its call, or what is left of it, by its handle.",
  args: { handle: s.optional(s.handle()), call: s.optional(s.int(0)) },
  result: s.object({}),
  needs: () => ({}),
  run: async ({ handle, call }, _powers, cx) => {
    if (call !== undefined) cx.run.cancel(call);
    if (handle !== undefined) await cx.drop(handle);
    return {};
  },
  examples: [],
});
