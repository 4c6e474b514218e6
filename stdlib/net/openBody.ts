import { defineOp, s, Upload } from "../../runtime/op.ts";

export default defineOp({
  summary: "Begins a request body that is sent as it is written.",
  args: {},
  result: s.object({ handle: s.handle() }),
  needs: () => ({}),
  run: (_args, _powers, cx) => {
    const upload = new Upload();
    return { handle: cx.keep("upload", upload, async () => upload.close()) };
  },
  examples: [],
});
