import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Gives the absolute path of a file or folder, with every link followed.",
  args: { path: s.path() },
  result: s.text(),
  needs: ({ path }) => ({ file: need.read(path) }),
  run: (_args, { file }) => file.realPath(),
  examples: [
    {
      call: 'fs.realPath("sub/../notes.md").then((path) => path.endsWith("/notes.md"))',
      grants: ["read=."],
      gives: "true",
    },
  ],
});
