import { defineOp, need, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Tells what is known about a file, a folder, or a link itself.",
  args: { path: s.path() },
  result: shapes.fileInfo,
  needs: ({ path }) => ({ entry: need.read(path, { entry: true }) }),
  run: (_args, { entry }) => entry.stat(),
  examples: [
    {
      call: 'fs.lstat("notes.md").then((file) => file.isSymlink)',
      grants: ["read=./notes.md"],
      gives: "false",
    },
  ],
});
