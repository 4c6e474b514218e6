import { defineOp, need, type ResponseBody, s, withBytes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Reads on in a response's body.",
  args: { handle: s.handle(), max: s.int(1, 4 * 1024 * 1024) },
  result: s.object({ done: s.bool() }),
  needs: ({ handle }) => ({ response: need.handle(handle, "response", "in") }),
  run: async ({ handle, max }, _powers, cx) => {
    const body = cx.handle<ResponseBody>(handle);
    const bytes = await body.read(max);
    if (body.ended) await cx.drop(handle);
    return withBytes({ done: body.ended }, bytes);
  },
  examples: [],
});
