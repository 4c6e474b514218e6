import { defineOp, need, s, withBytes } from "../../runtime/op.ts";

export default defineOp({
  summary: "Reads a whole file.",
  variants: ["readTextFile"],
  args: { path: s.path() },
  result: s.nothing(),
  needs: ({ path }) => ({ file: need.read(path) }),
  run: async (_args, { file }, cx) => withBytes(null, await file.bytes(cx.run.limits.body)),
  examples: [
    {
      call: 'fs.readTextFile("notes.md").then((text) => text.trim())',
      grants: ["read=./notes.md"],
      gives: "hello",
    },
    { call: 'fs.readFile("notes.md").then((bytes) => bytes.length)', grants: ["read=."], gives: "6" },
  ],
});
