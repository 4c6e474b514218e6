import { defineOp, s, Upload } from "../../runtime/op.ts";

export default defineOp({
  summary: "Begins a request body that is sent as it is written.",
  args: {},
  result: s.object({ handle: s.handle() }),
  needs: () => ({}),
  run: (_args, _powers, cx) => {
    const upload = new Upload();
    const handle = cx.keep("upload", upload, async () => upload.close());
    // The request may begin after the last write, so that only the upload knows when nobody needs it any more.
    void upload.over.then(() => cx.drop(handle));
    return { handle };
  },
  examples: [],
});
