import { defineOp, need, type OpenFile, s, withBytes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Reads on in an open file; no bytes at its end.",
  args: { handle: s.handle(), size: s.int(1, 8 * 1024 * 1024) },
  result: s.nothing(),
  needs: ({ handle }) => ({ file: need.handle(handle, "file", "in") }),
  run: async ({ handle, size }, _powers, cx) => {
    const { bytes, back } = await cx.handle<OpenFile>(handle).read(size);
    return withBytes(null, bytes, back);
  },
  examples: [
    {
      call: 'fs.open("notes.md").then((file) => file.read(new Uint8Array(100)))',
      grants: ["read=./notes.md"],
      gives: "6",
    },
  ],
});
