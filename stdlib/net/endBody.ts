import { defineOp, fail, need, s, type Upload } from "../../runtime/op.ts";

export default defineOp({
  summary: "Ends a request body, or with an error breaks the request off.",
  args: { handle: s.handle(), error: s.optional(s.text(1024)) },
  result: s.object({}),
  needs: ({ handle }) => ({ upload: need.handle(handle, "upload", "out") }),
  run: ({ handle, error }, _powers, cx) => {
    cx.handle<Upload>(handle).end(
      error === undefined ? undefined : fail("E_UNAVAILABLE", `the request body failed: ${error}`),
    );
    return {};
  },
  examples: [],
});
