import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Copies a file, replacing one that stands there.",
  args: { from: s.path(), to: s.path() },
  result: s.nothing(),
  needs: ({ from, to }) => ({ source: need.read(from), target: need.write(to) }),
  run: async (_args, { source, target }) => {
    await target.replaceFrom(source, Number.MAX_SAFE_INTEGER);
    return null;
  },
  examples: [
    {
      call: 'fs.copyFile("notes.md", "copy.md").then(() => fs.readTextFile("copy.md")).then((text) => text.trim())',
      grants: ["read=.", "write=./copy.md"],
      gives: "hello",
    },
  ],
});
