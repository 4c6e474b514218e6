import { defineOp, need, s, shapes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Tells what is known about a file or folder; links are followed.",
  args: { path: s.path() },
  result: shapes.fileInfo,
  needs: ({ path }) => ({ file: need.read(path) }),
  run: (_args, { file }) => file.stat(),
  examples: [
    { call: 'fs.stat("notes.md").then((file) => file.size)', grants: ["read=./notes.md"], gives: "6" },
    { call: 'fs.stat("sub").then((folder) => folder.isDirectory)', grants: ["read=."], gives: "true" },
  ],
});
