import { defineOp, need, s } from "../../runtime/op.ts";

export default defineOp({
  summary: "Tells whether a path leads to something; links are followed.",
  args: { path: s.path() },
  result: s.bool(),
  needs: ({ path }) => ({ file: need.read(path) }),
  run: (_args, { file }) => file.exists(),
  examples: [
    { call: 'fs.exists("notes.md")', grants: ["read=./notes.md"], gives: "true" },
    { call: 'fs.exists("none.md")', grants: ["read=."], gives: "false" },
  ],
});
