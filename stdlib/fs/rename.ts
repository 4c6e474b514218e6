import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary:
    "Moves a file or folder, replacing a file that stands there. Links are moved, not followed; a folder only when everything in it is granted.",
  args: { from: s.path(), to: s.path() },
  result: s.nothing(),
  needs: ({ from, to }) => ({
    read: need.read(from, { entry: true, tree: true }),
    source: need.write(from, { entry: true, tree: true }),
    target: need.write(to, { entry: true, arrives: true }),
  }),
  run: async (_args, { source, target, read }) => {
    await source.moveTo(target, read);
    return null;
  },
  examples: [
    {
      call: 'fs.rename("notes.md", "sub/notes.md").then(() => fs.exists("sub/notes.md"))',
      grants: ["read=.", "write=."],
      gives: "true",
    },
  ],
});
