import { defineOp, need, type OpenFile, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Tells what is known about an open file.",
  args: { handle: s.handle() },
  result: shapes.fileInfo,
  needs: ({ handle }) => ({ file: need.handle(handle, "file", "in") }),
  run: ({ handle }, _powers, cx) => cx.handle<OpenFile>(handle).stat(),
  examples: [
    {
      call: 'fs.open("notes.md").then((file) => file.stat()).then((info) => info.size)',
      grants: ["read=./notes.md"],
      gives: "6",
    },
  ],
});
