import { defineOp, need, s, type Upload } from "../../runtime/op.ts";

export default defineOp({
  summary: "Adds bytes to a request body and waits until the request took them.",
  args: { handle: s.handle() },
  body: "the bytes",
  result: s.object({}),
  needs: ({ handle }) => ({ upload: need.handle(handle, "upload", "out") }),
  run: async ({ handle }, _powers, cx) => {
    await cx.handle<Upload>(handle).write(cx.body ?? new Uint8Array(0));
    return {};
  },
  examples: [],
});
