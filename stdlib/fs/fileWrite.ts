import { defineOp, need, type OpenFile, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Writes on in an open file; gives the number of bytes.",
  args: { handle: s.handle() },
  result: s.size(),
  body: "the bytes to write",
  needs: ({ handle }) => ({ file: need.handle(handle, "file", "out") }),
  run: ({ handle }, _powers, cx) => cx.handle<OpenFile>(handle).write(cx.body ?? new Uint8Array(0)),
  examples: [
    {
      call: 'fs.open("new.txt", { write: true, create: true }).then((file) => file.write(new Uint8Array(3)))',
      grants: ["write=./new.txt"],
      gives: "3",
    },
  ],
});
