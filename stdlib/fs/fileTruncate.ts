import { defineOp, need, type OpenFile, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Cuts an open file to a size, or fills it up with zeros.",
  args: { handle: s.handle(), size: s.size() },
  result: s.nothing(),
  needs: ({ handle }) => ({ file: need.handle(handle, "file", "out") }),
  run: async ({ handle, size }, _powers, cx) => {
    await cx.handle<OpenFile>(handle).truncate(size);
    return null;
  },
  examples: [
    {
      call: 'fs.open("notes.md", { write: true }).then((file) => file.truncate(2)).then(() => "cut")',
      grants: ["write=./notes.md"],
      gives: "cut",
    },
  ],
});
