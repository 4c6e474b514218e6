import { defineOp, need, type OpenFile, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Moves the position in an open file; gives the new one, counted from the start.",
  args: {
    handle: s.handle(),
    offset: s.int(Number.MIN_SAFE_INTEGER),
    from: s.oneOf("start", "current", "end"),
  },
  result: s.size(),
  needs: ({ handle }) => ({ file: need.handle(handle, "file", "any") }),
  run: ({ handle, offset, from }, _powers, cx) => cx.handle<OpenFile>(handle).seek(offset, from),
  examples: [
    {
      call: 'fs.open("notes.md").then((file) => file.seek(-2, "end"))',
      grants: ["read=./notes.md"],
      gives: "4",
    },
  ],
});
